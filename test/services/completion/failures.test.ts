import { describe, expect, test, vi } from "vitest";
import type { CompletionEntrypoint } from "../../../src/services/completion/entrypoint.ts";
import { call, failure, Loopback } from "./loopback.ts";

type Verb = (
  service: CompletionEntrypoint,
  text: string,
) => Promise<{ usage: { calls?: number | undefined } }>;
const verbs: [string, Verb][] = [
  ["complete", (service, text) => service.complete(call, { prompt: text })],
  ["chat", (service, text) => service.chat(call, { messages: [{ role: "user", content: text }] })],
  ["embed", (service, text) => service.embed(call, { values: [text] })],
];

describe.each(verbs)("%s", (_name, ask) => {
  test.each(["!429:2:0", "!503:1:0", "!500:1", "!drop:1"])(
    "tries again after %s and counts as one call",
    async (text) => {
      const loopback = new Loopback();
      expect((await ask(loopback.service(), text)).usage.calls).toBe(1);
      expect(await loopback.requests()).toHaveLength(text.startsWith("!429") ? 3 : 2);
    },
  );

  test.each(["!429", "!502"])("gives up after three attempts at %s", async (text) => {
    const loopback = new Loopback();
    const error = await failure(ask(loopback.service(), text));
    expect(error).toMatchObject({ code: "provider_error", retryable: true });
    expect(error.message).toMatch(/answered (429|502) after 3 attempts: The server was told to answer/);
    expect(await loopback.requests()).toHaveLength(3);
  });

  test.each(["!400", "!404", "!422"])("does not repeat a request that was refused with %s", async (text) => {
    const loopback = new Loopback();
    const error = await failure(ask(loopback.service(), text));
    expect(error).toMatchObject({ code: "provider_error", retryable: false });
    expect(error.message).toContain(
      `answered ${text.slice(1)}: The server was told to answer ${text.slice(1)}.`,
    );
    expect(await loopback.requests()).toHaveLength(1);
  });

  test.each(["!401", "!403"])("says which setting holds the key that was refused with %s", async (text) => {
    const loopback = new Loopback();
    const refused = await failure(ask(loopback.service({ OPENAI_API_KEY: "sk-wrong-key" }), text));
    expect(refused).toMatchObject({ code: "provider_error", retryable: false });
    expect(refused.message).toContain("the provider refused the key; check OPENAI_API_KEY");
    const missing = await failure(ask(loopback.service(), text));
    expect(missing.message).toContain("the provider wants a key; set OPENAI_API_KEY");
  });

  test("shows of a provider's message neither keys nor more than 300 characters", async () => {
    const key = "live-4f9d2c7b1a";
    const error = await failure(ask(new Loopback().service({ OPENAI_API_KEY: key }), "!leak"));
    expect(error.message).toContain("Bad request by");
    expect(`${JSON.stringify(error)} ${error.message} ${error.stack}`).not.toMatch(/4f9d2c7b1a|Zz123/);
    expect(error.message.length).toBeLessThan(400);
    expect(error.cause).toBeUndefined();
  });

  test.each([
    ["!html", /a web page instead of JSON. Check OPENAI_BASE_URL/],
    ["!malformed", /not JSON, or was cut off/],
    ["!shape", /JSON (that is no completion|of another shape)/],
    ["!huge", /more than 10 MB/],
    ["!redirect", /answered 302.*redirect is not followed/],
    ["!inside", /The model fell over\./],
  ])("tells %s from an answer", async (text, expected) => {
    const loopback = new Loopback();
    const error = await failure(ask(loopback.service(), text));
    expect(error).toMatchObject({
      code: "provider_error",
      message: expect.stringMatching(expected) as string,
    });
    expect(await loopback.requests()).toHaveLength(1);
  });

  test("gives up a provider that hangs when the deadline passes, and ends the request", async () => {
    const loopback = new Loopback();
    const late: Verb = (service, text) => ask(withDeadline(service, 500), text);
    expect(await failure(late(loopback.service(), "!hang"))).toMatchObject({
      code: "provider_timeout",
      retryable: true,
    });
    await vi.waitFor(async () => expect((await loopback.request()).outcome).toBe("aborted"), {
      timeout: 5_000,
    });
  });
});

/** The same service, each of whose calls has that many ms left. */
function withDeadline(service: CompletionEntrypoint, ms: number): CompletionEntrypoint {
  const timed = () => ({ ...call, deadlineAt: Date.now() + ms });
  return {
    complete: (_call: unknown, request: never) => service.complete(timed(), request),
    chat: (_call: unknown, request: never) => service.chat(timed(), request),
    embed: (_call: unknown, request: never) => service.embed(timed(), request),
  } as unknown as CompletionEntrypoint;
}

test("an answer that is cut off is asked for again", async () => {
  const loopback = new Loopback();
  const result = await loopback.service().complete(call, { prompt: "!cut:1" });
  expect(result.text).toBe(" You said: !cut:1\n");
  expect(await loopback.requests()).toHaveLength(2);
});

test("a server that is not there is named with its address", async () => {
  const error = await failure(
    new Loopback().service({ OPENAI_BASE_URL: "http://127.0.0.1:1/v1" }).complete(call, { prompt: "p" }),
  );
  expect(error).toMatchObject({ code: "provider_error", retryable: true });
  expect(error.message).toContain("127.0.0.1:1 could not be reached");
});

test("a provider that asks for more patience than a few seconds is not waited for", async () => {
  const loopback = new Loopback();
  const error = await failure(loopback.service().complete(call, { prompt: "!429:9:60" }));
  expect(error).toMatchObject({ code: "provider_error", retryable: true, retryAfter: 60 });
  expect(await loopback.requests()).toHaveLength(1);
});

test("no attempt is made past the deadline: the provider's refusal is told at once", async () => {
  const loopback = new Loopback();
  const soon = { ...call, deadlineAt: Date.now() + 2_000 };
  const error = await failure(loopback.service().complete(soon, { prompt: "!503:9:3" }));
  expect(error).toMatchObject({ code: "provider_error", message: expect.stringContaining("503") as string });
  expect(await loopback.requests()).toHaveLength(1);
});

test("a call whose deadline has passed asks nobody", async () => {
  const loopback = new Loopback();
  const late = { ...call, deadlineAt: Date.now() - 1 };
  expect(await failure(loopback.service().complete(late, { prompt: "p" }))).toMatchObject({
    code: "provider_timeout",
  });
  expect(await loopback.requests()).toEqual([]);
});

test("an answer that stops in the middle is provider_timeout at the deadline", async () => {
  const soon = { ...call, deadlineAt: Date.now() + 500 };
  const error = await failure(new Loopback().service().complete(soon, { prompt: "!stall" }));
  expect(error.code).toBe("provider_timeout");
});

test("a caller that cancels ends the provider's request", async () => {
  const loopback = new Loopback();
  const { promise, resolve } = Promise.withResolvers<void>();
  const work = failure(
    loopback.service().complete({ ...call, cancelled: () => promise }, { prompt: "!hang" }),
  );
  await vi.waitFor(async () => expect(await loopback.requests()).toHaveLength(1), { timeout: 5_000 });
  resolve();
  expect(await work).toMatchObject({ code: "cancelled", retryable: false });
  await vi.waitFor(async () => expect((await loopback.request()).outcome).toBe("aborted"), {
    timeout: 5_000,
  });
});

test("a caller that cancels between two attempts ends the wait", async () => {
  const loopback = new Loopback();
  const { promise, resolve } = Promise.withResolvers<void>();
  const work = failure(
    loopback.service().complete({ ...call, cancelled: () => promise }, { prompt: "!429:9:4" }),
  );
  await vi.waitFor(async () => expect((await loopback.request()).outcome).toBe("answered"), {
    timeout: 5_000,
  });
  resolve();
  expect(await work).toMatchObject({ code: "cancelled" });
  expect(await loopback.requests()).toHaveLength(1);
});

test("a caller whose side of the cancelling breaks still gets the answer", async () => {
  const cancelled = () => Promise.reject(new Error("gone"));
  const result = await new Loopback().service().complete({ ...call, cancelled }, { prompt: "hi" });
  expect(result.text).toBe(" You said: hi\n");
});

test("wrong calls and requests are told with the path of each fault", async () => {
  const loopback = new Loopback();
  const service = loopback.service();
  expect(await failure(service.complete({} as never, { prompt: "p" }))).toMatchObject({
    code: "bad_request",
    errors: [{ path: "call.userId" }],
  });
  const wrong = { prompt: 7, temperature: 9, promt: "x" } as never;
  const error = await failure(service.complete(call, wrong));
  expect(error.errors?.map(({ path }) => path).toSorted()).toEqual([
    "request",
    "request.prompt",
    "request.temperature",
  ]);
  expect(await loopback.requests()).toEqual([]);
});
