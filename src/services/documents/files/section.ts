import { SpellError } from "../../../protocol/errors.ts";

/** A piece of a file's text that belongs together: a chunk never has text of two. */
export interface Section {
  text: string;
  /** Of the part of the file that it is in: `Setup > On Linux`. */
  heading?: string;
  /** From 1 on. */
  page?: number;
}

export const unreadable = (why: string): SpellError =>
  new SpellError("bad_request", `documents: the file cannot be read: ${why}`);

/** @param charset as a Content-Type tells it; UTF-8 unless given */
export function textOf(bytes: Uint8Array, charset = "utf-8"): string {
  // Editors on Windows say by their first bytes that they wrote UTF-16.
  const mark = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : undefined;
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(mark ?? charset, { fatal: true, ignoreBOM: false });
  } catch {
    throw unreadable(`the charset "${charset.slice(0, 40)}" is not known.`);
  }
  try {
    return decoder.decode(bytes).replaceAll("\r\n", "\n").replaceAll("\0", "");
  } catch {
    throw unreadable(`it is not ${mark ?? charset}. Name its charset in the content type.`);
  }
}
