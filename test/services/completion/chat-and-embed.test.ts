import { expect, test } from "vitest";
import { call, failure, Loopback } from "./loopback.ts";

test("a chat sends its messages and sampling, and gives the text as it came", async () => {
  const loopback = new Loopback();
  const messages = [
    { role: "system" as const, content: "Be brief." },
    { role: "user" as const, content: "Hi" },
    { role: "assistant" as const, content: "Hello!" },
    { role: "user" as const, content: "How are you?" },
  ];
  const result = await loopback.service({ OPENAI_API_KEY: "sk-chat-1" }).chat(
    { ...call, idempotencyKey: "r:n:1" },
    {
      model: "llama3",
      messages,
      maxTokens: 9,
      temperature: 0,
      topP: 0.5,
      presencePenalty: 1,
      stop: ["\n"],
    },
  );
  expect(result).toEqual({
    text: " You said: How are you?",
    model: "llama3",
    finishReason: "stop",
    usage: {
      inputTokens: 3,
      outputTokens: 5,
      calls: 1,
      provider: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    },
  });
  const { path, headers, body } = await loopback.request();
  expect(path).toMatch(/\/v1\/chat\/completions$/);
  expect(headers).toMatchObject({ authorization: "Bearer sk-chat-1", "idempotency-key": "r:n:1" });
  expect(body).toEqual({
    model: "llama3",
    messages,
    max_tokens: 9,
    temperature: 0,
    top_p: 0.5,
    presence_penalty: 1,
    stop: ["\n"],
  });
});

test("a chat without a model gets the default for chats, or the operator's", async () => {
  const loopback = new Loopback();
  const request = { messages: [{ role: "user" as const, content: "Hi" }] };
  expect(await loopback.service().chat(call, request)).toMatchObject({ model: "gpt-4.1-mini" });
  const own = loopback.service({ COMPLETION_MODELS: '{"*": "llama3"}' });
  expect(await own.chat(call, request)).toMatchObject({ model: "llama3" });
});

test("a chat without messages, or with a role that there is not, is a bad request", async () => {
  const loopback = new Loopback();
  const none = await failure(loopback.service().chat(call, { messages: [] }));
  expect(none).toMatchObject({ code: "bad_request", errors: [{ path: "request.messages" }] });
  const odd = { messages: [{ role: "wizard", content: "Hi" }] } as never;
  expect(await failure(loopback.service().chat(call, odd))).toMatchObject({
    code: "bad_request",
    errors: [{ path: "request.messages.0.role" }],
  });
  expect(await loopback.requests()).toEqual([]);
});

test("values are embedded in their order, equal ones equally", async () => {
  const loopback = new Loopback();
  const result = await loopback.service().embed(call, { values: ["abc", "d e", "abc"] });
  expect(result).toMatchObject({
    model: "text-embedding-3-small",
    usage: { inputTokens: 4, calls: 1, provider: expect.stringMatching(/^127\.0\.0\.1:\d+$/) },
  });
  expect(result.embeddings).toEqual([
    [97, 98, 99],
    [100, 32, 101],
    [97, 98, 99],
  ]);
  const { path, body } = await loopback.request();
  expect(path).toMatch(/\/v1\/embeddings$/);
  expect(body).toMatchObject({ model: "text-embedding-3-small", input: ["abc", "d e", "abc"] });
});

test("a provider that gives too few vectors is an error, not a shorter list", async () => {
  const error = await failure(new Loopback().service().embed(call, { values: ["!cut", "b"] }));
  expect(error).toMatchObject({ code: "provider_error", retryable: false });
  expect(error.message).toContain("1 embeddings for 2 values");
});

test("no values, or too many, are a bad request", async () => {
  const service = new Loopback().service();
  for (const values of [[], Array.from({ length: 2049 }, () => "x")]) {
    expect(await failure(service.embed(call, { values }))).toMatchObject({
      code: "bad_request",
      errors: [{ path: "request.values" }],
    });
  }
});
