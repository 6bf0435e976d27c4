/** The parts that a provider's odder answers pass through, fed directly. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { CallScope } from "../../../src/services/provider/call-scope.ts";
import { eventData } from "../../../src/services/completion/event-stream.ts";
import { retryAfterMs } from "../../../src/services/provider/retries.ts";
import { providerMessage } from "../../../src/services/provider/provider-message.ts";

describe("the message of a provider", () => {
  test.each([
    ['{"error": {"message": "no such model"}}', "no such model"],
    ['{"error": "overloaded"}', "overloaded"],
    ['{"message": "nope"}', "nope"],
    ['{"detail": "nope"}', "nope"],
    ['{"detail": [{"loc": ["body"]}]}', '[{"loc":["body"]}]'],
    ["plain\n  text\u0000", "plain text"],
    ["<!DOCTYPE html><h1>502", "a web page instead of JSON"],
    ["", ""],
  ])("is found in %j", (body, expected) => expect(providerMessage(body)).toBe(expected));

  test.each([
    "Incorrect API key provided: sk-proj-abcd1234.",
    "Incorrect API key provided: sk-ab****************wxyz.",
    "Authorization: Bearer abcd.wxyz was refused",
    "token eyJhbGciOi.eyJzdWIiOi.abcdwxyz expired",
    "key AIzaSyabcd1234wxyz is invalid",
    "key 0123456789abcdef0123456789wxyz is unknown",
    "the key hunter2 is unknown",
  ])("loses what looks like a key in: %s", (text) => {
    const shown = providerMessage(text, "hunter2");
    expect(shown).toContain("[key removed]");
    expect(shown).not.toMatch(/abcd|wxyz|hunter2/);
  });

  test.each([
    "claude-3-5-sonnet-20241022",
    "gpt-4o-mini-2024-07-18",
    "max_completion_tokens",
    "text-embedding-3-small",
  ])("keeps the name %s, which is no key", (name) =>
    expect(providerMessage(`Unknown: ${name}`)).toBe(`Unknown: ${name}`),
  );

  test("is cut to 300 characters after the keys are gone, so that no half of one stays", () => {
    const shown = providerMessage(`${"x ".repeat(146)}sk-proj-abcd1234567890`);
    expect(shown.length).toBeLessThanOrEqual(300);
    expect(shown).not.toContain("sk-");
    expect(providerMessage("ab ".repeat(500))).toHaveLength(300);
  });
});

describe("the events of a stream", () => {
  const read = async (parts: Uint8Array[]) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const part of parts) controller.enqueue(part);
        controller.close();
      },
    });
    const events: string[] = [];
    for await (const data of eventData(body)) events.push(data);
    return events;
  };
  const encode = (text: string) => new TextEncoder().encode(text);
  const byteByByte = (text: string) => Array.from(encode(text), (byte) => Uint8Array.of(byte));

  test("come whole, whatever the line ends and wherever the bytes were divided", async () => {
    const text =
      ': a comment\r\nevent: x\r\ndata: {"a":\r\ndata: 1}\r\n\r\ndata:two\n\nid: 7\rdata: three\r\rdata: [DONE]\n\ndata: no\n\n';
    const expected = ['{"a":\n1}', "two", "three"];
    expect(await read([encode(text)])).toEqual(expected);
    expect(await read(byteByByte(text))).toEqual(expected);
  });

  test("keep characters whose bytes came apart", async () => {
    expect(await read(byteByByte("data: 🙂\n\n"))).toEqual(["🙂"]);
  });

  test("include a last one without its blank line", async () => {
    expect(await read([encode("data: a\n\ndata: b")])).toEqual(["a", "b"]);
  });
});

describe("the wait that a provider asks for", () => {
  const now = Date.parse("2026-11-23T10:00:00Z");
  test.each([
    [{ "retry-after": "2" }, 2_000],
    [{ "retry-after": "0.5" }, 500],
    [{ "retry-after-ms": "1500", "retry-after": "2" }, 1_500],
    [{ "retry-after": "Mon, 23 Nov 2026 10:00:03 GMT" }, 3_000],
    [{ "retry-after": "Mon, 23 Nov 2026 09:00:00 GMT" }, 0],
    [{ "retry-after": "soon" }, undefined],
    [{}, undefined],
  ])("of %j is %s ms", (headers, expected) => expect(retryAfterMs(new Headers(headers), now)).toBe(expected));
});

describe("the scope of a call", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("ends a call without a deadline after 120 s", () => {
    vi.useFakeTimers();
    const scope = new CallScope({});
    vi.advanceTimersByTime(119_999);
    expect(scope.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(scope.signal.reason).toMatchObject({ code: "provider_timeout", retryable: true });
  });

  test("keeps a deadline further off than a timer reaches", () => {
    vi.useFakeTimers();
    const scope = new CallScope({ deadlineAt: Date.now() + 1e12 });
    vi.advanceTimersByTime(60_000);
    expect(scope.signal.aborted).toBe(false);
    scope.close();
  });

  test("leaves no timer behind when it is closed", () => {
    vi.useFakeTimers();
    new CallScope({}).close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
