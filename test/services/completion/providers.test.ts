import { describe, expect, test } from "vitest";
import { SpellError } from "../../../src/protocol/errors.ts";
import { chooseProvider, type ProvidersEnv } from "../../../src/services/completion/providers.ts";

const openAi = { OPENAI_API_KEY: "sk-o", OPENAI_BASE_URL: "https://models.test/v1" };
const anthropic = { ANTHROPIC_API_KEY: "sk-ant" };
const ai21 = { AI21_API_KEY: "sk-ai" };
const chosen = (env: ProvidersEnv, asked: string | undefined, style: "prompt" | "chat" = "chat") => {
  const { settings, model, asChat } = chooseProvider(style, asked, env);
  return [settings.host, settings.apiKey, model, asChat];
};

describe("a model", () => {
  test.each<[string, ProvidersEnv, string | undefined, unknown[]]>([
    [
      "of Anthropic goes there",
      { ...openAi, ...anthropic },
      "claude-x",
      ["api.anthropic.com", "sk-ant", "claude-x", true],
    ],
    [
      "of AI21 goes there",
      { ...openAi, ...ai21 },
      "jamba-large",
      ["api.ai21.com", "sk-ai", "jamba-large", true],
    ],
    [
      "of Anthropic goes to a server that has all, without a key of theirs",
      openAi,
      "claude-x",
      ["models.test", "sk-o", "claude-x", false],
    ],
    [
      "of nobody's name goes to OpenAI's protocol",
      { ...openAi, ...anthropic },
      "my-model",
      ["models.test", "sk-o", "my-model", false],
    ],
    [
      "with a provider in front is the server's to know",
      { ...openAi, ...anthropic },
      "anthropic/claude-x",
      ["models.test", "sk-o", "anthropic/claude-x", false],
    ],
    [
      "that the operator maps to theirs goes there",
      { ...openAi, ...anthropic, COMPLETION_MODELS: '{"davinci":"claude-y"}' },
      "davinci",
      ["api.anthropic.com", "sk-ant", "claude-y", true],
    ],
    [
      "of an old name is the only provider's usual one",
      anthropic,
      "vanilla-jumbo",
      ["api.anthropic.com", "sk-ant", "claude-haiku-4-5", true],
    ],
    [
      "that is not named is the only provider's usual one",
      ai21,
      undefined,
      ["api.ai21.com", "sk-ai", "jamba-mini", true],
    ],
    [
      "goes to an address of the operator's",
      { ...anthropic, ANTHROPIC_BASE_URL: "http://127.0.0.1:9/x/" },
      "claude-x",
      ["127.0.0.1:9", "sk-ant", "claude-x", true],
    ],
  ])("%s", (_what, env, asked, expected) => {
    expect(chosen(env, asked)).toEqual(expected);
    expect(chosen(env, asked, "prompt").slice(0, 3)).toEqual(expected.slice(0, 3));
  });

  test("of a provider without its key, and embeddings of those who make none, say which setting is missing", () => {
    expect(() => chooseProvider("chat", "claude-x", {})).toThrow(/ANTHROPIC_API_KEY/);
    expect(() => chooseProvider("chat", "jamba-x", anthropic)).toThrow(/AI21_API_KEY/);
    expect(() => chooseProvider("chat", "x", {})).toThrow(/OPENAI_API_KEY/);
    expect(() => chooseProvider("embed", undefined, anthropic)).toThrow(/embeddings.*OPENAI_API_KEY/);
    const wrong = { ...anthropic, ANTHROPIC_BASE_URL: "nowhere" };
    expect(() => chooseProvider("chat", "claude-x", wrong)).toThrow(/ANTHROPIC_BASE_URL is no http/);
    expect(() => chooseProvider("chat", "claude-x", { ANTHROPIC_API_KEY: "ü" })).toThrow(SpellError);
  });
});
