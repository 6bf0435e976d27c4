/** Texts for which a careless pattern or search takes the square of their length, or worse. */

/** A text that is hostile to something, by what that is. */
export function hostileTexts(length: number): Record<string, string> {
  const of = (part: string, end = ""): string => part.repeat(Math.ceil(length / part.length)) + end;
  return {
    "one letter": of("a"),
    "letters without a digit, and one at the end": of("a", "1"),
    "blanks before the end": of(" ", "x"),
    "blanks and commas": of(", "),
    "line ends": of("\n"),
    "line ends of Windows": of("\r\n"),
    "tags that are not closed": of("<"),
    "tags with a name that are not closed": of("<item "),
    "breaks that are not closed": of("<br "),
    "elements that are not closed": of("<script>"),
    entities: of("&#"),
    "ends of sentences": of("!?."),
    quotes: of('"'),
    "quotes behind backslashes": of('\\"'),
    "lists in lists": of("["),
    "objects in objects": of('{"a":'),
    "commas before an end": of(",", "]"),
    comments: of("/*"),
    "brackets of code": of("(`${"),
    fences: of("```json "),
    "halves of tokens": of("eyJ-"),
    digits: of("1"),
    "numbers that go on": of("1e"),
    "dotted path": of("a."),
    slashes: of("/"),
    "letters that grow in small letters": of("\u0130"),
    "halves of signs": of("\ud800"),
    "tags of templates": of("{{a}}"),
    "openings of templates": of("{{"),
    "blocks of templates": of("{{#a}}"),
    addresses: of("https://a."),
    code: `(() => { globalThis.ran = true; })() //${of("x")}`,
    "a function": `({ x: (function () { globalThis.ran = true; return 1 })() ${of(" ")} })`,
  };
}
