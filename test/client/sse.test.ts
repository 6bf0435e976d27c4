import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSentEvents, type SentEvent } from "../../client/lib/sse.ts";

async function* inChunks(
  bytes: Uint8Array,
  sizes: readonly number[] = [bytes.length],
): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const end = at + (sizes[i % sizes.length] ?? bytes.length);
    yield bytes.subarray(at, end);
    at = end;
  }
}

async function read(text: string, sizes?: readonly number[]): Promise<SentEvent[]> {
  const events: SentEvent[] = [];
  for await (const event of readSentEvents(inChunks(new TextEncoder().encode(text), sizes)))
    events.push(event);
  return events;
}

describe("reading server-sent events", () => {
  it("gives type, id and data of each", async () => {
    expect(
      await read('event: run.started\nid: 7\ndata: {"a": 1}\n\nevent: run.completed\nid: 8\ndata: {}\n\n'),
    ).toEqual([
      { type: "run.started", id: "7", data: '{"a": 1}' },
      { type: "run.completed", id: "8", data: "{}" },
    ]);
  });

  it("passes over comments, unknown fields and blocks without data", async () => {
    expect(await read(": hello\n\nretry: 10\n\nevent: x\n\n: more\ndata: y\n\n")).toEqual([
      { type: "message", id: "", data: "y" },
    ]);
  });

  it("joins the lines of one event's data, and takes away one blank in front of each", async () => {
    expect(await read("data:a\ndata:  b\ndata\n\n")).toEqual([{ type: "message", id: "", data: "a\n b\n" }]);
  });

  it("keeps the last id for events that come without one", async () => {
    expect((await read("id: 3\ndata: a\n\ndata: b\n\n")).map(({ id }) => id)).toEqual(["3", "3"]);
  });

  it("reads lines that end in carriage return and line feed", async () => {
    expect(await read("event: a\r\ndata: b\r\n\r\n")).toEqual([{ type: "a", id: "", data: "b" }]);
  });

  it("leaves out an event that the stream breaks off in", async () => {
    expect(await read("data: whole\n\ndata: half\n")).toEqual([{ type: "message", id: "", data: "whole" }]);
  });

  it("gives the same however the bytes are cut, through characters too", async () => {
    const text = 'event: a\nid: 1\ndata: {"text": "grüße 🪄 €"}\n\ndata: x\n\n';
    const whole = await read(text);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
        async (sizes) => {
          expect(await read(text, sizes)).toEqual(whole);
        },
      ),
    );
  });
});
