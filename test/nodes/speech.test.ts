import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { served } from "../helpers/service-nodes.ts";

describe("Text to Speech", () => {
  const sound = `data:audio/mpeg;base64,${btoa("Hello")}`;
  const said = { result: sound, output: sound, Voice: sound };
  it.each<[JsonObject, Record<string, Json>, object]>([
    [{}, { input: "Hello" }, { text: "Hello" }],
    [
      { model: "elevenlabs", voice_id: "v" },
      { input: "Hello" },
      { text: "Hello", model: "elevenlabs", voice: "v" },
    ],
    [
      {},
      { input: "Hello", voiceProvider: "google", character: "c", languageCode: "en-US" },
      { text: "Hello", model: "google", voice: "c", language: "en-US" },
    ],
    [{}, { string: "Hello", character: "c" }, { text: "Hello", voice: "c" }],
  ])("of %j speaks %j", async (data, inputs, request) => {
    const test = await served({ is: "Text to Speech", data }, inputs);
    expect(test.asked("speech.speak")).toEqual([request]);
    expect(test.outputs).toEqual(said);
    expect(test.fired).toEqual(["trigger"]);
  });
  it("passes a command on unspoken", async () => {
    const test = await served("Text to Speech", { input: "/dance" });
    expect(test.outputs).toEqual({ result: "/dance", output: "/dance", Voice: "/dance" });
    expect(test.log).toEqual([]);
  });
  it("refuses what is no text", async () => {
    expect((await served("Text to Speech", { input: "" })).error?.code).toBe("node_failed");
    expect((await served("Text to Speech", { input: { content: "x" } })).error?.code).toBe("node_failed");
    expect((await served("Text to Speech", {})).error?.code).toBe("missing_input");
  });
});

describe("Speech To Text", () => {
  it("writes down what was said", async () => {
    const test = await served({ is: "Speech To Text", data: { model: "m" } }, { audio: btoa("Hello") });
    expect(test.asked("speech.transcribe")).toEqual([{ audio: btoa("Hello"), model: "m" }]);
    expect(test.outputs).toEqual({ output: "Hello" });
    expect((await served("Speech To Text", { audio: 5 as Json })).error?.code).not.toBe(undefined);
  });
});
