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

  it("make embeddings of as many texts as are given, a hundred at a time", async () => {
    const asked = bound(({ text }) => ({ data: (text as string[]).map((one) => [Number(one), 1]) }));
    const values = Array.from({ length: 250 }, (_, i) => String(i));
    const { embeddings } = await bindings.COMPLETION.embed(alice, { model: "@cf/baai/bge-m3", values });
    expect(embeddings.map(([first]) => first)).toEqual(values.map(Number));
    expect(asked.map(([, { text }]) => (text as string[]).length)).toEqual([100, 100, 50]);
  });

  it("speak and listen", async () => {
    alone();
    const asked = bound((inputs) =>
      "prompt" in inputs ? { audio: "c291bmQ=" } : { text: "heard", transcription_info: { language: "de" } },
    );
    expect(await bindings.SPEECH.speak(alice, { text: "hello", language: "ja-JP" })).toEqual({
      mimeType: "audio/mpeg",
      audio: "c291bmQ=",
    });
    expect(await bindings.SPEECH.transcribe(alice, { audio: "UklGRg==", language: "de-AT" })).toEqual({
      text: "heard",
      language: "de",
    });
    expect(asked).toEqual([
      ["@cf/myshell-ai/melotts", { prompt: "hello", lang: "jp" }],
      ["@cf/openai/whisper-large-v3-turbo", { audio: "UklGRg==", language: "de" }],
    ]);
    const aura = bound(() => new Blob(["RIFF-sound"]).stream());
    expect(
      await bindings.SPEECH.speak(alice, {
        text: "x",
        model: "@cf/deepgram/aura-1",
        voice: "luna",
        format: "wav",
      }),
    ).toEqual({ mimeType: "audio/wav", audio: btoa("RIFF-sound") });
    expect(aura).toEqual([
      ["@cf/deepgram/aura-1", { text: "x", speaker: "luna", encoding: "linear16", container: "wav" }],
    ]);
    bound(() => ({ nothing: true }));
    expect(await codeOf(bindings.SPEECH.speak(alice, { text: "x" }))).toBe("provider_error");
  });

  it("listen, each to what it takes", async () => {
    const audio = btoa("RIFF");
    const whisper = bound(() => ({ text: "heard", word_count: 1 }));
    expect(await bindings.SPEECH.transcribe(alice, { audio, model: "@cf/openai/whisper" })).toEqual({
      text: "heard",
    });
    expect(whisper).toEqual([["@cf/openai/whisper", { audio: [82, 73, 70, 70] }]]);
    const large = "A".repeat(6 * 1024 * 1024);
    expect(
      await codeOf(bindings.SPEECH.transcribe(alice, { audio: large, model: "@cf/openai/whisper" })),
    ).toBe("too_large");
    const sounds: string[] = [];
    const nova = bound(async ({ audio: given }, times) => {
      sounds.push(await new Response((given as { body: ReadableStream }).body).text());
      if (times === 1) throw new Error("3040: Capacity temporarily exceeded, please try again.");
      return {
        results: { channels: [{ detected_language: "en", alternatives: [{ transcript: "heard again" }] }] },
      };
    });
    expect(await bindings.SPEECH.transcribe(alice, { audio, model: "@cf/deepgram/nova-3" })).toEqual({
      text: "heard again",
      language: "en",
    });
    expect(sounds).toEqual(["RIFF", "RIFF"]);
    expect(nova[0]?.[1]).toMatchObject({ audio: { contentType: "audio/wav" }, detect_language: true });
  });

  it.each([
    [
      "hangs in the middle",
      () => new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(9)) }),
      "provider_timeout",
    ],
    [
      "never ends",
      () => new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(1024 * 1024)) }),
      "provider_error",
    ],
    ["is empty", () => new Blob([]).stream(), "provider_error"],
  ])("end where a sound or picture %s", async (_what, answer, code) => {
    bound(answer);
    const call = () => ({ ...alice, deadlineAt: Date.now() + 1000 });
    expect(await codeOf(bindings.SPEECH.speak(call(), { text: "x", model: "@cf/deepgram/aura-1" }))).toBe(
      code,
    );
    const picture = { prompt: "x", model: "@cf/lykon/dreamshaper-8-lcm" };
    expect(await codeOf(bindings.IMAGES.generate(call(), picture))).toBe(code);
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

  it("paint as many as are wanted, of a size, from words or a picture", async () => {
    alone();
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);
    const asked = bound(() => new Blob([png]).stream());
    const url = "data:image/png;base64,iVBORw==";
    const diffusion = "@cf/stabilityai/stable-diffusion-xl-base-1.0";
    expect(
      await bindings.IMAGES.generate(alice, { prompt: "a cat", model: diffusion, count: 2, size: "512x256" }),
    ).toEqual({ images: [{ url }, { url }] });
    expect(asked).toEqual(
      Array.from({ length: 2 }, () => [diffusion, { prompt: "a cat", width: 512, height: 256 }]),
    );
    const changed = bound(() => png);
    await bindings.IMAGES.generate(alice, { prompt: "a dog", image: url });
    expect(changed).toEqual([
      ["@cf/runwayml/stable-diffusion-v1-5-img2img", { prompt: "a dog", image_b64: "iVBORw==" }],
    ]);
    expect(
      await codeOf(bindings.IMAGES.generate(alice, { prompt: "a dog", image: "https://images.test/1.png" })),
    ).toBe("bad_request");
    bound(() => ({ nothing: true }));
    expect(await codeOf(bindings.IMAGES.generate(alice, { prompt: "x" }))).toBe("provider_error");
  });

  it("say what a picture shows, in a chat or by a caption", async () => {
    alone();
    const image = "data:image/png;base64,iVBORw==";
    const asked = bound(({ messages: given }) =>
      given === undefined ? { description: " a cat" } : { response: "a dog" },
    );
    expect(await bindings.IMAGES.describe(alice, { image, prompt: "What?" })).toEqual({ text: "a dog" });
    expect(asked[0]).toMatchObject([
      "@cf/meta/llama-4-scout-17b-16e-instruct",
      { messages: [{ content: [{ text: "What?" }, { image_url: { url: image } }] }] },
    ]);
    const llava = "@cf/llava-hf/llava-1.5-7b-hf";
    expect(await bindings.IMAGES.describe(alice, { image, model: llava })).toEqual({ text: " a cat" });
    expect(asked[1]).toMatchObject([llava, { image: [137, 80, 78, 71] }]);
    bound(() => ({ choices: [{ message: { content: "a bird" } }] }));
    expect(await bindings.IMAGES.describe(alice, { image })).toEqual({ text: "a bird" });
    bound(() => ({}));
    expect(await codeOf(bindings.IMAGES.describe(alice, { image }))).toBe("provider_error");
  });
});
