/** Workers AI, by a binding that answers as its documentation says: the platform has none for local runs. */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import type { Env } from "../../src/env.ts";
import type { WorkersAi } from "../../src/services/provider/workers-ai.ts";
import { alice, codeOf } from "../contracts/support.ts";
import { thrownBy } from "../helpers/thrown.ts";
import { readChunks } from "./completion/loopback.ts";

const bindings = env as unknown as Required<Env>;
type Asked = [model: string, inputs: Record<string, unknown>];

/** The binding gives what `answer` says; what it was asked is told. */
function bound(answer: (inputs: Record<string, unknown>, times: number) => unknown): Asked[] {
  const asked: Asked[] = [];
  const ai: WorkersAi = {
    run: async (model, inputs) => {
      asked.push([model, inputs]);
      return answer(inputs, asked.length);
    },
  };
  bindings.AI = ai;
  return asked;
}

/** Nothing but the binding is there. */
function alone(): void {
  const url = bindings.OPENAI_BASE_URL;
  onTestFinished(() => void (bindings.OPENAI_BASE_URL = url));
  Reflect.deleteProperty(bindings, "OPENAI_BASE_URL");
}

afterEach(() => void Reflect.deleteProperty(bindings, "AI"));

const model = "@cf/meta/llama-3.1-8b-instruct";
const messages = [{ role: "user" as const, content: "Hi" }];
const sse = (...events: unknown[]) =>
  new Blob([...events.map((event) => `data: ${JSON.stringify(event)}\n\n`), "data: [DONE]\n\n"]).stream();

describe("A chat with a model of Workers AI", () => {
  it("is its answer, whether in its own form or OpenAI's", async () => {
    const asked = bound(() => ({ response: "Hello!", usage: { prompt_tokens: 3, completion_tokens: 2 } }));
    expect(
      await bindings.COMPLETION.chat(alice, { model, messages, maxTokens: 9, temperature: 0 }),
    ).toMatchObject({
      text: "Hello!",
      model,
      finishReason: "stop",
      usage: { inputTokens: 3, outputTokens: 2, provider: "Workers AI" },
    });
    expect(asked).toEqual([[model, { messages, max_tokens: 9, temperature: 0 }]]);
    bound(() => ({
      choices: [{ index: 0, message: { role: "assistant", content: "Hi." }, finish_reason: "length" }],
    }));
    expect(await bindings.COMPLETION.chat(alice, { model, messages })).toMatchObject({
      text: "Hi.",
      finishReason: "length",
    });
  });

  it("has its tools, and answers of a shape", async () => {
    bound(() => ({ response: null, tool_calls: [{ name: "weather", arguments: { place: "Oslo" } }] }));
    const tools = [{ name: "weather" }];
    expect(await bindings.COMPLETION.chat(alice, { model, messages, tools })).toMatchObject({
      toolCalls: [{ name: "weather", arguments: { place: "Oslo" } }],
    });
    bound(() => ({ response: { n: 1 } }));
    const format = { schema: { type: "object", properties: { n: { type: "integer" } } } };
    expect(await bindings.COMPLETION.chat(alice, { model, messages, format })).toMatchObject({
      object: { n: 1 },
    });
  });

  it("streams word by word", async () => {
    bound(({ stream }) => {
      expect(stream).toBe(true);
      return sse(
        { response: "One" },
        { response: " two" },
        { response: "", usage: { prompt_tokens: 1, completion_tokens: 2 } },
      );
    });
    const chunks = await readChunks(await bindings.COMPLETION.stream(alice, { model, messages }));
    expect(chunks).toMatchObject([
      { type: "delta", text: "One" },
      { type: "delta", text: " two" },
      {
        type: "result",
        result: { text: "One two", finishReason: "stop", usage: { inputTokens: 1, outputTokens: 2 } },
      },
    ]);
  });

  it("takes the prompts of old spells where nothing else is set", async () => {
    alone();
    const asked = bound(() => ({ response: "a continuation" }));
    expect((await bindings.COMPLETION.complete(alice, { prompt: "Once", model: "vanilla-jumbo" })).text).toBe(
      "a continuation",
    );
    expect(asked[0]).toMatchObject([
      "@cf/meta/llama-3.3-70b-instruct-fp8-fast",
      { messages: [{ content: "Once" }] },
    ]);
  });

  it("is tried again where that may help, and said to fail where not", async () => {
    const asked = bound((_, times) => {
      if (times < 2) throw new Error("3040: Capacity temporarily exceeded, please try again.");
      return { response: "at last" };
    });
    expect((await bindings.COMPLETION.chat(alice, { model, messages })).text).toBe("at last");
    expect(asked).toHaveLength(2);
    const none = bound(() => {
      throw new Error("5007: No such model @cf/none or task");
    });
    expect(await thrownBy(bindings.COMPLETION.chat(alice, { model, messages }))).toMatchObject({
      code: "provider_error",
      message: expect.stringMatching(/Workers AI.*No such model/),
    });
    expect(none).toHaveLength(1);
  });

  it("ends with its time where the model hangs", async () => {
    bound(() => new Promise(() => undefined));
    const call = { ...alice, deadlineAt: Date.now() + 200 };
    expect(await codeOf(bindings.COMPLETION.chat(call, { model, messages }))).toBe("provider_timeout");
  });

  it("is not configured where nothing is bound", async () => {
    expect(await thrownBy(bindings.COMPLETION.chat(alice, { model, messages }))).toMatchObject({
      code: "not_configured",
      message: expect.stringMatching(/AI in wrangler\.toml/),
    });
    expect(await codeOf(bindings.SPEECH.speak(alice, { text: "x", model: "@cf/any" }))).toBe(
      "not_configured",
    );
  });
});

describe("Other models of Workers AI", () => {
  it("make embeddings", async () => {
    const asked = bound(() => ({
      shape: [2, 2],
      data: [
        [1, 0],
        [0, 1],
      ],
    }));
    const { embeddings } = await bindings.COMPLETION.embed(alice, {
      model: "@cf/baai/bge-m3",
      values: ["a", "b"],
    });
    expect(embeddings).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(asked).toEqual([["@cf/baai/bge-m3", { text: ["a", "b"] }]]);
  });

  it("speak and listen", async () => {
    alone();
    const asked = bound((inputs) =>
      "prompt" in inputs ? { audio: "c291bmQ=" } : { text: "heard", transcription_info: { language: "de" } },
    );
    expect(await bindings.SPEECH.speak(alice, { text: "hello", voice: "fr" })).toEqual({
      mimeType: "audio/mpeg",
      audio: "c291bmQ=",
    });
    expect(await bindings.SPEECH.transcribe(alice, { audio: "UklGRg==", language: "de-AT" })).toEqual({
      text: "heard",
      language: "de",
    });
    expect(asked).toEqual([
      ["@cf/myshell-ai/melotts", { prompt: "hello", lang: "fr" }],
      ["@cf/openai/whisper-large-v3-turbo", { audio: "UklGRg==", language: "de" }],
    ]);
    bound(() => new Blob(["sound"]).stream());
    const spoken = await bindings.SPEECH.speak(alice, { text: "x", model: "@cf/deepgram/aura-1" });
    expect(spoken.audio).toBe(btoa("sound"));
    bound(() => ({ nothing: true }));
    expect(await codeOf(bindings.SPEECH.speak(alice, { text: "x" }))).toBe("provider_error");
  });

  it("paint", async () => {
    const asked = bound(() => ({ image: "anBn" }));
    expect(
      await bindings.IMAGES.generate(alice, {
        prompt: "a cat",
        model: "@cf/black-forest-labs/flux-1-schnell",
      }),
    ).toEqual({
      images: [{ url: "data:image/jpeg;base64,anBn" }],
    });
    expect(asked).toEqual([["@cf/black-forest-labs/flux-1-schnell", { prompt: "a cat" }]]);
  });
});
