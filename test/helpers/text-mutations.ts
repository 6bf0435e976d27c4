/** Damages texts and bytes: pieces cut out, put in, doubled, moved. */
import fc from "fast-check";

const splice = fc.record({
  at: fc.nat(),
  from: fc.nat(),
  length: fc.nat(12),
  put: fc.oneof(
    fc.constantFrom("", " ", "\n", "\0", "\u00a0", "\uD800", "{{", "}}", "[", "]", "(", ")", "\\", '"', "'"),
    fc.constantFrom(
      "0",
      "-1",
      "9".repeat(20),
      "1e999",
      "%",
      "%00",
      "*",
      "/",
      ",",
      ":",
      "=",
      "&",
      "$",
      "..",
      "__proto__",
    ),
    fc.string({ unit: "binary", maxLength: 6 }),
  ),
  how: fc.constantFrom("cut", "put", "replace", "copy"),
});
export type Splice = typeof splice extends fc.Arbitrary<infer S> ? S : never;

export const splices: fc.Arbitrary<Splice[]> = fc.array(splice, { minLength: 1, maxLength: 5 });

export function splicedText(text: string, changes: readonly Splice[]): string {
  let result = text;
  for (const { at, from, length, put, how } of changes) {
    const place = at % (result.length + 1);
    const piece = from % (result.length + 1);
    const rest = how === "put" || how === "copy" ? place : place + length;
    const middle = how === "cut" ? "" : how === "copy" ? result.slice(piece, piece + length) : put;
    result = result.slice(0, place) + middle + result.slice(rest);
  }
  return result;
}

export function splicedBytes(bytes: Uint8Array, changes: readonly Splice[]): Uint8Array {
  // A character for each byte, so that one way of damaging does for both.
  const letters = Array.from(bytes, (byte) => String.fromCodePoint(byte)).join("");
  return Uint8Array.from(splicedText(letters, changes), (letter) => (letter.codePointAt(0) ?? 0) & 0xff);
}
