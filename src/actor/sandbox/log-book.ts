/** Collects the console output of one call within a budget of bytes. */
import type { LogEntry } from "../../engine/sandbox.ts";

/** Charged for each entry beside its text, so that empty entries are bounded too. */
const entryBytes = 16;
const encoder = new TextEncoder();

export class LogBook {
  readonly entries: LogEntry[] = [];
  readonly #notice: LogEntry;
  #bytesLeft: number;
  #isFull = false;

  /** @param maxBytes of UTF-8 for all texts together, the notice that output was cut included. */
  constructor(maxBytes: number) {
    const text = `Further output is cut: the log of one call holds ${maxBytes} bytes.`;
    this.#notice = { level: "warn", text };
    this.#bytesLeft = maxBytes - text.length - entryBytes;
  }

  /** Adds an entry, as much of it as fits. @returns whether more output is wanted. */
  write(level: LogEntry["level"], text: string): boolean {
    if (this.#isFull) return false;
    const room = this.#bytesLeft - entryBytes;
    const bytes = utf8Bytes(text);
    if (bytes <= room) {
      this.#bytesLeft -= bytes + entryBytes;
      this.entries.push({ level, text });
      return true;
    }
    this.#isFull = true;
    const kept = utf8Prefix(text, room);
    if (kept !== "") this.entries.push({ level, text: kept });
    this.entries.push(this.#notice);
    return false;
  }
}

export function utf8Bytes(text: string): number {
  return encoder.encode(text).byteLength;
}

/** The longest beginning of `text` that takes at most `maxBytes` and splits no character. */
function utf8Prefix(text: string, maxBytes: number): string {
  if (maxBytes <= 0) return "";
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(maxBytes)).read);
}
