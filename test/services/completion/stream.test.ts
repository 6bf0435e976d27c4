import { describe, expect, test, vi } from "vitest";
import { completionChunk, type ChatRequest, type CompletionRequest } from "../../../src/protocol/services.ts";
import { call, failure, Loopback, readChunks } from "./loopback.ts";

/** Each case for both endpoints: the prompt's is read here, the chat's by the SDK. */
const styles = [
  ["a prompt", (prompt: string): CompletionRequest => ({ prompt, model: "m" })],
  ["a chat", (content: string): ChatRequest => ({ messages: [{ role: "user", content }], model: "m" })],
] as const;

describe.each(styles)("the stream of %s", (_name, ask) => {
  test("is the text word by word, then the result", async () => {
    const loopback = new Loopback();
    const chunks = await readChunks(await loopback.service().stream(call, ask("hello there")));
    for (const chunk of chunks) completionChunk.parse(chunk);
    expect(chunks).toEqual([
      { type: "delta", text: " You" },
      { type: "delta", text: " said:" },
      { type: "delta", text: " hello" },
      { type: "delta", text: " there" },
      { type: "delta", text: "\n" },
      {
        type: "result",
        result: {
          text: " You said: hello there\n",
          model: "m",
          finishReason: "stop",
          usage: {
            inputTokens: 2,
            outputTokens: 5,
            calls: 1,
            provider: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
          },
        },
      },
    ]);
    expect((await loopback.request()).body).toMatchObject({ stream: true });
  });

  test("is one delta and the result when the provider ignores that a stream was asked for", async () => {
    const chunks = await readChunks(await new Loopback().service().stream(call, ask("!plain")));
    expect(chunks).toMatchObject([
      { type: "delta", text: " You said: !plain\n" },
      {
        type: "result",
        result: { text: " You said: !plain\n", finishReason: "stop", usage: { outputTokens: 4 } },
      },
    ]);
  });

  test.each(["!cut one two", "!end one two"])(
    "ends with an error when the provider breaks off (%s)",
    async (prompt) => {
      const chunks = await readChunks(await new Loopback().service().stream(call, ask(prompt)));
      expect(chunks[0]).toEqual({ type: "delta", text: " You" });
      expect(chunks.at(-1)).toMatchObject({ type: "error", code: "provider_error", retryable: true });
      expect(chunks.filter(({ type }) => type !== "delta")).toHaveLength(1);
    },
  );

  test("is whole when the provider gives no reason for its end, but ends as the protocol says", async () => {
    const chunks = await readChunks(await new Loopback().service().stream(call, ask("!done one")));
    expect(chunks.at(-1)).toMatchObject({
      type: "result",
      result: { text: " You said: !done one\n", finishReason: "unknown", usage: { calls: 1 } },
    });
  });

  test("ends with the provider's own error when it fails in the middle", async () => {
    const chunks = await readChunks(await new Loopback().service().stream(call, ask("!inside one two")));
    expect(chunks.map(({ type }) => type)).toEqual(["delta", "delta", "error"]);
    expect(chunks.at(-1)).toMatchObject({
      message: expect.stringContaining("The model fell over.") as string,
    });
  });

  test("ends with provider_timeout when the deadline passes in the middle", async () => {
    const loopback = new Loopback();
    const stream = await loopback
      .service()
      .stream({ ...call, deadlineAt: Date.now() + 1_000 }, ask("!stall one"));
    const chunks = await readChunks(stream);
    expect(chunks.at(-1)).toMatchObject({ type: "error", code: "provider_timeout" });
    await vi.waitFor(async () => expect((await loopback.request()).outcome).toBe("aborted"), {
      timeout: 5_000,
    });
  });

  test("ends with cancelled when the caller says so in the middle", async () => {
    const loopback = new Loopback();
    const { promise, resolve } = Promise.withResolvers<void>();
    const stream = await loopback.service().stream({ ...call, cancelled: () => promise }, ask("!stall one"));
    resolve();
    expect((await readChunks(stream)).at(-1)).toMatchObject({ type: "error", code: "cancelled" });
  });

  test("ends the provider's request when it is cancelled", async () => {
    const loopback = new Loopback();
    const stream = await loopback.service().stream(call, ask("!stall one"));
    const reader = stream.getReader();
    expect((await reader.read()).done).toBe(false);
    await reader.cancel("enough");
    await vi.waitFor(async () => expect((await loopback.request()).outcome).toBe("aborted"), {
      timeout: 5_000,
    });
  });

  test("rejects at once when the provider fails before any text", async () => {
    const service = new Loopback().service();
    expect(await failure(service.stream(call, ask("!400")))).toMatchObject({ code: "provider_error" });
    expect(await failure(service.stream(call, ask("!html")))).toMatchObject({ code: "provider_error" });
    expect(await failure(service.stream(call, ask("!huge")))).toMatchObject({ code: "provider_error" });
  });

  test("is tried again when the connection breaks before any text", async () => {
    const loopback = new Loopback();
    const chunks = await readChunks(await loopback.service().stream(call, ask("!drop:1")));
    expect(chunks.at(-1)).toMatchObject({ type: "result", result: { text: " You said: !drop:1\n" } });
    expect(await loopback.requests()).toHaveLength(2);
  });
});

test("a streamed prompt sends what a plain one does, and the wish for a stream with its usage", async () => {
  const loopback = new Loopback();
  const asked = { model: "m", prompt: "Bob: hi\nAlice:", stop: ["\n"], maxTokens: 50, frequencyPenalty: 0 };
  await readChunks(await loopback.service().stream(call, asked));
  expect((await loopback.request()).body).toEqual({
    model: "m",
    prompt: "Bob: hi\nAlice:",
    stop: ["\n"],
    max_tokens: 50,
    frequency_penalty: 0,
    stream: true,
    stream_options: { include_usage: true },
  });
});

test("a stream of neither prompt nor messages is a bad request", async () => {
  const error = await failure(new Loopback().service().stream(call, {} as never));
  expect(error).toMatchObject({ code: "bad_request", errors: [{ path: "request.prompt" }] });
});

test("a prompt for a model marked as one for chats streams over the chat endpoint", async () => {
  const loopback = new Loopback();
  const service = loopback.service({ COMPLETION_MODELS: '{"*": "chat:llama3"}' });
  const chunks = await readChunks(await service.stream(call, { prompt: "hi" }));
  expect(chunks.at(-1)).toMatchObject({
    type: "result",
    result: { text: " You said: hi\n", model: "llama3" },
  });
  expect((await loopback.request()).path).toMatch(/\/chat\/completions$/);
});
