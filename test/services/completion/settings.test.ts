import { describe, expect, test } from "vitest";
import { SpellError } from "../../../src/protocol/errors.ts";
import { chooseModel, type RequestStyle } from "../../../src/services/completion/models.ts";
import { readSettings, type CompletionEnv } from "../../../src/services/completion/settings.ts";
import { call, failure, Loopback } from "./loopback.ts";

describe("settings", () => {
  test("a key alone means OpenAI itself", () => {
    const settings = readSettings({ OPENAI_API_KEY: "sk-a" });
    expect(settings).toMatchObject({
      baseUrl: "https://api.openai.com/v1",
      host: "api.openai.com",
      apiKey: "sk-a",
    });
  });

  test("an address alone means a server that needs no key", () => {
    const settings = readSettings({ OPENAI_BASE_URL: "http://localhost:8000/v1//", OPENAI_API_KEY: "" });
    expect(settings).toEqual({ baseUrl: "http://localhost:8000/v1", host: "localhost:8000", models: {} });
  });

  test("with neither, every verb says which settings are missing", async () => {
    const service = new Loopback().service({ OPENAI_BASE_URL: "" });
    const attempts = [
      service.complete(call, { prompt: "p" }),
      service.chat(call, { messages: [{ role: "user", content: "p" }] }),
      service.embed(call, { values: ["p"] }),
      service.stream(call, { prompt: "p" }),
    ];
    for (const error of await Promise.all(attempts.map(failure))) {
      expect(error.code).toBe("not_configured");
      expect(error.message).toMatch(/OPENAI_API_KEY.*OPENAI_BASE_URL/);
    }
  });

  test.each<[string, CompletionEnv, RegExp]>([
    ["no address", { OPENAI_BASE_URL: "localhost" }, /OPENAI_BASE_URL is no http/],
    ["an address of another protocol", { OPENAI_BASE_URL: "ftp://a/v1" }, /OPENAI_BASE_URL is no http/],
    [
      "a password in the address",
      { OPENAI_BASE_URL: "http://u:pw@a/v1" },
      /^(?!.*pw@).*OPENAI_BASE_URL may hold no/,
    ],
    ["a key that is no header", { OPENAI_API_KEY: "sk-schlüssel" }, /^(?!.*sk-).*OPENAI_API_KEY/],
    [
      "models that are no JSON",
      { OPENAI_API_KEY: "k", COMPLETION_MODELS: "{" },
      /COMPLETION_MODELS is not valid JSON/,
    ],
    ["models in a list", { OPENAI_API_KEY: "k", COMPLETION_MODELS: "[]" }, /COMPLETION_MODELS is wrong/],
    [
      "a model that is a number",
      { OPENAI_API_KEY: "k", COMPLETION_MODELS: '{"curie": 7}' },
      /wrong at "curie"/,
    ],
    [
      "a model without a name",
      { OPENAI_API_KEY: "k", COMPLETION_MODELS: '{"curie": ""}' },
      /wrong at "curie"/,
    ],
  ])("%s is not_configured and says what is wrong", (_name, env, expected) => {
    expect(() => readSettings(env)).toThrow(SpellError);
    expect(() => readSettings(env)).toThrow(expected);
  });
});

describe("models", () => {
  const choose = (style: RequestStyle, asked: string | undefined, models = {}, host = "localhost:8000") =>
    chooseModel(style, asked, { host, models });

  test.each([
    "vanilla-jumbo",
    "vanilla-curie",
    "davinci",
    "text-davinci-003",
    "curie",
    "babbage",
    "ada",
    "gpt-j",
  ])("the old engine %s means the present one", (name) =>
    expect(choose("prompt", name)).toEqual({ model: "gpt-3.5-turbo-instruct", asChat: false }),
  );

  test.each(["llama3", "gpt-4", "constructor", "__proto__"])("the name %s passes unchanged", (name) => {
    expect(choose("prompt", name)).toEqual({ model: name, asChat: false });
  });

  test("the operator's table stands above the built-in one", () => {
    const models = { curie: "llama3", "gpt-j": "gpt-j" };
    expect(choose("prompt", "curie", models).model).toBe("llama3");
    expect(choose("prompt", "gpt-j", models).model).toBe("gpt-j");
    expect(choose("prompt", "ada", models).model).toBe("gpt-3.5-turbo-instruct");
  });

  test("a request without a model, or with an empty name, gets the default of its style", () => {
    expect(choose("prompt", undefined).model).toBe("gpt-3.5-turbo-instruct");
    expect(choose("prompt", "").model).toBe("gpt-3.5-turbo-instruct");
    expect(choose("chat", undefined).model).toBe("gpt-4.1-mini");
    expect(choose("embed", undefined).model).toBe("text-embedding-3-small");
  });

  test("the operator's default serves prompts and chats, and one of a style that style alone", () => {
    const models = { "*": "llama3", "*embed": "nomic" };
    expect(choose("prompt", undefined, models).model).toBe("llama3");
    expect(choose("chat", undefined, models).model).toBe("llama3");
    expect(choose("chat", undefined, { ...models, "*chat": "qwen" }).model).toBe("qwen");
    expect(choose("embed", undefined, models).model).toBe("nomic");
    expect(choose("embed", undefined, { "*": "llama3" }).model).toBe("text-embedding-3-small");
  });

  test("OpenAI itself, which has no completion models left, is asked by chats and with models that it has", () => {
    const ask = (name?: string) => choose("prompt", name, {}, "api.openai.com");
    expect(ask("vanilla-jumbo")).toEqual({ model: "gpt-4.1-mini", asChat: true });
    expect(ask()).toEqual({ model: "gpt-4.1-mini", asChat: true });
    expect(ask("gpt-3.5-turbo")).toEqual({ model: "gpt-4.1-mini", asChat: true });
    expect(ask("gpt-4.1")).toEqual({ model: "gpt-4.1", asChat: true });
  });

  test("the mark of a chat model is no part of its name, in any style", () => {
    const models = { "*": "chat:llama3", "*embed": "chat:nomic" };
    expect(choose("prompt", undefined, models)).toEqual({ model: "llama3", asChat: true });
    expect(choose("chat", undefined, models).model).toBe("llama3");
    expect(choose("embed", undefined, models).model).toBe("nomic");
  });
});
