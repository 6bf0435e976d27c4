/** A short list of English words that a filter may stop, without those for groups of people: lists of such are better kept outside of programs. */

export const foulWords: readonly string[] = [
  "arsehole",
  "asshole",
  "bastard",
  "bitch",
  "bollocks",
  "bullshit",
  "cock",
  "cocksucker",
  "crap",
  "cunt",
  "dick",
  "dickhead",
  "fuck",
  "motherfucker",
  "piss",
  "prick",
  "pussy",
  "shit",
  "slut",
  "twat",
  "wanker",
  "whore",
];

const endings = ["", "s", "es", "er", "ers", "ed", "ing", "y"];
const forms: ReadonlySet<string> = new Set(
  foulWords.flatMap((word) => endings.map((ending) => word + ending)),
);

/** Digits and signs that stand for letters. */
const disguises: Record<string, string> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "@": "a",
  $: "s",
  "!": "i",
};

/** Whole words alone, so that neither Scunthorpe nor a cockpit is foul. */
export function isFoul(text: string): boolean {
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}@$!]+/gu)) {
    if (forms.has(word)) return true;
    const plain = withoutMarks(word);
    if (forms.has(plain) || forms.has(plain.replaceAll(/[0-9@$!]/g, (sign) => disguises[sign] ?? sign)))
      return true;
  }
  return false;
}

/** By hand: the expression for it takes the square of the length of a row of marks. */
function withoutMarks(word: string): string {
  let end = word.length;
  while (word.charAt(end - 1) === "!") end -= 1;
  return word.slice(0, end);
}
