/** Reads the parameters off a function's text, by which the eras of code are told apart. Reads each character once. */

/** The parameters as they are written, `["{ a, b }", "data"]`; none where `code` begins with no function. */
export function parametersOf(code: string): string[] {
  let at = skipSpace(code, 0);
  // Functions were also stored in brackets.
  let inside = at;
  while (code.charAt(inside) === "(") inside = skipSpace(code, inside + 1);
  if (["async", "function"].includes(wordAt(code, inside))) at = inside;
  at = skipWord(code, at, "async");
  if (wordAt(code, at) === "function") {
    const open = code.indexOf("(", at);
    return open === -1 ? [] : listed(code, open + 1);
  }
  if (code.charAt(at) === "(") return listed(code, at + 1);
  const name = wordAt(code, at);
  return name === "" ? [] : [name];
}

/** From behind the opening bracket to its partner. */
function listed(code: string, start: number): string[] {
  const found: string[] = [];
  let current = "";
  let depth = 0;
  for (let i = start; i < code.length; i++) {
    const next = skipSpace(code, i);
    if (next > i) {
      current += " ";
      i = next - 1;
      continue;
    }
    const sign = code.charAt(i);
    if (depth === 0 && (sign === "," || sign === ")")) {
      if (current.trim() !== "") found.push(current.trim());
      current = "";
      if (sign === ")") break;
      continue;
    }
    if ("([{".includes(sign)) depth += 1;
    else if (")]}".includes(sign)) depth -= 1;
    const end = "\"'`".includes(sign) ? endOfText(code, i) : i;
    current += code.slice(i, end + 1);
    i = end;
  }
  return found;
}

/** Index of the first character that is neither blank nor comment. */
function skipSpace(code: string, start: number): number {
  let at = start;
  for (;;) {
    while (at < code.length && code.charAt(at).trim() === "") at += 1;
    const end = code.startsWith("//", at)
      ? code.indexOf("\n", at)
      : code.startsWith("/*", at)
        ? endOfComment(code, at)
        : at;
    if (end === at) return at;
    if (end === -1) return code.length;
    at = end;
  }
}

function endOfComment(code: string, start: number): number {
  const end = code.indexOf("*/", start + 2);
  return end === -1 ? -1 : end + 2;
}

/** Index of the quote that ends the text begun at `start`. */
function endOfText(code: string, start: number): number {
  const quote = code.charAt(start);
  for (let i = start + 1; i < code.length; i++)
    if (code.charAt(i) === "\\") i += 1;
    else if (code.charAt(i) === quote) return i;
  return code.length;
}

function wordAt(code: string, start: number): string {
  let end = start;
  while (end < code.length && /[\w$]/.test(code.charAt(end))) end += 1;
  return code.slice(start, end);
}

function skipWord(code: string, start: number, word: string): number {
  if (wordAt(code, start) !== word) return start;
  return skipSpace(code, start + word.length);
}
