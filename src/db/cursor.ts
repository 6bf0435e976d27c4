/** Cursors of lists: the sort key of the last row shown, so that rows that come or go do not shift the next page. */
import { decodeText, encodeText } from "../platform/base64url.ts";
import { SpellError } from "../protocol/errors.ts";

export const encodeCursor = (key: readonly (string | number)[]): string => encodeText(JSON.stringify(key));

/**
 * @param isKey tells the sort key of this list from that of another
 * @throws SpellError `bad_request` for a cursor that this list did not give
 */
export function decodeCursor<K>(cursor: string, isKey: (value: unknown) => value is K): K {
  const text = decodeText(cursor);
  if (text !== null) {
    try {
      const key: unknown = JSON.parse(text);
      if (isKey(key)) return key;
    } catch {
      // Answered below with every other cursor that is not ours.
    }
  }
  throw new SpellError("bad_request", "This cursor was not given by this list. Start again without one.", {
    errors: [{ path: "cursor", message: "not a cursor of this list" }],
  });
}
