import { describe, expect, test } from "vitest";
import { call, Loopback } from "./loopback.ts";

describe("complete", () => {
  test("what Thoth's Generator asks arrives at the provider exactly, and nothing besides", async () => {
    const loopback = new Loopback();
    await loopback.service().complete(call, {
      model: "vanilla-jumbo",
      prompt: "Bob: hi\nAlice:",
      stop: ["\n"],
      maxTokens: 50,
      temperature: 0.8,
      frequencyPenalty: 0,
    });
    const { path, method, body } = await loopback.request();
    expect(`${method} ${path}`).toMatch(/^POST \/[^/]+\/v1\/completions$/);
    expect(body).toEqual({
      model: "gpt-3.5-turbo-instruct",
      prompt: "Bob: hi\nAlice:",
      stop: ["\n"],
      max_tokens: 50,
      temperature: 0.8,
      frequency_penalty: 0,
    });
  });

  test("every other field has its name in the provider's protocol", async () => {
    const loopback = new Loopback();
    await loopback.service().complete(call, {
      prompt: "p",
      model: "llama3",
      topP: 0,
      presencePenalty: -2,
      stop: ["###", "\n\n"],
    });
    const { body } = await loopback.request();
    expect(body).toEqual({
      model: "llama3",
      prompt: "p",
      top_p: 0,
      presence_penalty: -2,
      stop: ["###", "\n\n"],
    });
  });

  test("an empty list of stops is not sent, for it means none", async () => {
    const loopback = new Loopback();
    await loopback.service().complete(call, { prompt: "p", model: "m", stop: [] });
    expect((await loopback.request()).body).toEqual({ model: "m", prompt: "p" });
  });

  test("an empty prompt and one with quotes, blanks and emoji pass unchanged", async () => {
    const loopback = new Loopback();
    const prompts = ["", '  "quoted" \\ \r\n\t🙂 {{not a template}}  '];
    for (const prompt of prompts) await loopback.service().complete(call, { prompt });
    const bodies = (await loopback.requests()).map(({ body }) => (body as { prompt: string }).prompt);
    expect(bodies).toEqual(prompts);
  });

  test("the text comes back as the provider gave it, blanks at both ends included", async () => {
    const result = await new Loopback().service().complete(call, { prompt: "hello", model: "m" });
    expect(result).toEqual({
      text: " You said: hello\n",
      model: "m",
      finishReason: "stop",
      usage: {
        inputTokens: 1,
        outputTokens: 4,
        calls: 1,
        provider: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      },
    });
  });

  test("a text cut at maxTokens says so", async () => {
    const result = await new Loopback().service().complete(call, { prompt: "one two three", maxTokens: 3 });
    expect(result).toMatchObject({
      text: " You said: one",
      finishReason: "length",
      usage: { outputTokens: 3 },
    });
  });

  test("the result names the model that was asked after the operator's table", async () => {
    const loopback = new Loopback();
    const service = loopback.service({ COMPLETION_MODELS: '{"curie": "llama3", "*": "mistral"}' });
    expect(await service.complete(call, { prompt: "p", model: "curie" })).toMatchObject({ model: "llama3" });
    expect(await service.complete(call, { prompt: "p" })).toMatchObject({ model: "mistral" });
  });

  test("a model marked as one for chats gets the prompt as the one message of a user", async () => {
    const loopback = new Loopback();
    const service = loopback.service({ COMPLETION_MODELS: '{"curie": "chat:llama3"}' });
    const result = await service.complete(call, {
      prompt: "p\n",
      model: "curie",
      stop: ["\n"],
      frequencyPenalty: 0,
    });
    expect(result.text).toBe(" You said: p");
    const { path, body } = await loopback.request();
    expect(path).toMatch(/\/v1\/chat\/completions$/);
    expect(body).toEqual({
      model: "llama3",
      messages: [{ role: "user", content: "p\n" }],
      stop: ["\n"],
      frequency_penalty: 0,
    });
  });
});

describe("headers", () => {
  test("the key and the idempotency key of the call travel with each request", async () => {
    const loopback = new Loopback();
    const service = loopback.service({ OPENAI_API_KEY: " sk-test-1234\n" });
    await service.complete({ ...call, idempotencyKey: "run:12/7:2.1:2" }, { prompt: "p" });
    expect((await loopback.request()).headers).toMatchObject({
      authorization: "Bearer sk-test-1234",
      "idempotency-key": "run:12/7:2.1:2",
      "content-type": "application/json",
    });
  });

  test("a server without a key is asked without one", async () => {
    const loopback = new Loopback();
    await loopback.service().complete(call, { prompt: "p" });
    const { headers } = await loopback.request();
    expect(headers).not.toHaveProperty("authorization");
    expect(headers).not.toHaveProperty("idempotency-key");
  });

  test("an idempotency key with characters that no header may carry is escaped", async () => {
    const loopback = new Loopback();
    await loopback.service().complete({ ...call, idempotencyKey: "run:größe\n:1" }, { prompt: "p" });
    expect((await loopback.request()).headers["idempotency-key"]).toBe("run:gr%C3%B6%C3%9Fe%0A:1");
  });
});
