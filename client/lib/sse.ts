/** Server-sent events, read as they come: https://html.spec.whatwg.org/multipage/server-sent-events.html */

import { type ByteStream, platform } from "./platform.ts";

export interface SentEvent {
  type: string;
  /** Of this event, else of the last one that had any. */
  id: string;
  data: string;
}

/** The events of `chunks`. One that the stream breaks off in is left out. */
export async function* readSentEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SentEvent> {
  let type = "";
  let id = "";
  let data: string[] = [];
  for await (const line of readLines(chunks)) {
    if (line === "") {
      if (data.length > 0) yield { type: type || "message", id, data: data.join("\n") };
      type = "";
      data = [];
      continue;
    }
    const colon = line.indexOf(":");
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") data.push(value);
    else if (field === "event") type = value;
    else if (field === "id" && !value.includes("\0")) id = value;
  }
}

/** Lines that are ended, by a line feed with or without a carriage return. */
async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new platform.TextDecoder();
  // Pieces of a line that is not ended: a value of 1 MiB comes in many, and joining them each time would copy it as often.
  let pieces: string[] = [];
  for await (const chunk of chunks) {
    const [first = "", ...more] = decoder.decode(chunk, { stream: true }).split("\n");
    pieces.push(first);
    for (const next of more) {
      yield pieces.join("").replace(/\r$/, "");
      pieces = [next];
    }
  }
}

/** The chunks of a body; one that is not read to its end is given back. */
export async function* chunksOf(body: ByteStream): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  let isOver = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      isOver = done;
      if (done) return;
      if (value !== undefined) yield value;
    }
  } catch (error) {
    isOver = true;
    throw error;
  } finally {
    if (!isOver) void reader.cancel().catch(() => {});
  }
}
