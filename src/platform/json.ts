/** Parsing JSON that a stranger wrote, and writing it so that the same is written alike. */
import { SpellError } from "../protocol/errors.ts";

/** Deeper values would end in a stack overflow in whatever walks them by recursion: schemas, structured clones, SQLite. */
export const maxJsonDepth = 200;

const quote = 0x22;
const backslash = 0x5c;
const opening = new Set([0x5b, 0x7b]);
const closing = new Set([0x5d, 0x7d]);

/**
 * @throws SpellError `bad_request` for what is no JSON or nested deeper than {@link maxJsonDepth}
 */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) throw malformed(`nested deeper than ${maxJsonDepth} levels`);
  try {
    // A schema would drop such a key without a word; looked for only where the text could spell it.
    return /__proto__|\\u00/i.test(text) ? JSON.parse(text, withoutProto) : JSON.parse(text);
  } catch (error) {
    if (error instanceof SpellError) throw error;
    throw malformed(error instanceof Error ? error.message : "not JSON");
  }
}

/** JSON with the keys of every object in one order: equal for equal values. */
export const canonicalJson = (value: unknown): string => JSON.stringify(value, withSortedKeys);

function withSortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function withoutProto(key: string, value: unknown): unknown {
  if (key === "__proto__") throw malformed('the key "__proto__" is not taken');
  return value;
}

const malformed = (message: string): SpellError =>
  new SpellError("bad_request", `This is not JSON that can be read: ${message}.`, {
    errors: [{ path: "", message }],
  });

/** Nested deeper than {@link maxJsonDepth}: counted on the text, before a value of that depth exists. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charCodeAt(i);
    if (character === quote) i = endOfString(text, i);
    else if (opening.has(character)) {
      depth += 1;
      if (depth > maxJsonDepth) return true;
    } else if (closing.has(character)) depth -= 1;
  }
  return false;
}

/** Index of the quote that ends the string begun at `start`; the text's length when none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}
