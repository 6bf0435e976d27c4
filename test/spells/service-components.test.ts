/** Real spells of Magick and Thoth that need services, on services in memory: they give what the original engine gave with its stubs. */
import { describe, expect, inject, it } from "vitest";
import { importSpell } from "../../src/graph/import.ts";
import type { ChatRequest } from "../../src/protocol/services.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { memoryServices, type MemoryOptions } from "../helpers/memory-services.ts";
import { outputsOf, run } from "../helpers/spells.ts";

const files = inject("realSpells");

const event = {
  content: "test",
  sender: "Speaker",
  observer: "Agent",
  client: "rest",
  channel: "ch",
  channelType: "ch",
  connector: "Input",
  projectId: "p",
  agentId: "a",
  entities: ["Speaker", "Agent"],
};

describe.skipIf(files === null)("a real spell", () => {
  async function ran(
    file: string,
    inputs: JsonObject,
    options: MemoryOptions = {},
    before: JsonObject[] = [],
  ) {
    const memory = memoryServices(options);
    for (const row of before)
      await memory.services.events?.record({ userId: "alice" }, row as { type: string; content: string });
    memory.log.length = 0;
    const { document } = importSpell(JSON.parse(files?.[file] ?? "null"));
    const test = run(document, { inputs, ports: { services: memory.services } });
    await test.ended;
    return { ...memory, end: test.events.at(-1), outputs: outputsOf(test.events) };
  }

  it.each<[file: string, input: string, output: string]>([
    ["magick-Discord-Bot-230323.json", "Input - Discord (Text)", "Output - Default"],
    ["magick-Discord-Bot-230407.json", "Input - Discord (Text)", "Output - Default"],
    ["magick-Discord-Bot-230506.json", "Input - Discord (Text)", "Output - Default"],
    ["magick-REST-API-230323.json", "Input - REST API (GET)", "Output"],
    ["magick-REST-API-230926.json", "Input - REST API (GET)", "Output - Default"],
  ])("answers by a model and stores both sides of the conversation: %s", async (file, input, output) => {
    const { end, outputs, services, asked } = await ran(file, { [input]: event });
    expect(end?.type).toBe("run.completed");
    expect(outputs?.[output]).toBe("completion of: test");
    expect(asked("events.record").length).toBe(2);
    const stored = await services.events?.find({ userId: "alice" }, {});
    const said = new Set(stored?.data.map(({ content, type }) => `${type}: ${content}`));
    expect(said).toEqual(new Set(["conversation: test", "conversation: completion of: test"]));
  });

  it("gives the model the conversation so far, the agent's own words as the assistant's", async () => {
    const said = (content: string, sender: string) => ({ ...event, type: "conversation", content, sender });
    const { asked } = await ran("magick-REST-API-230926.json", { "Input - REST API (GET)": event }, {}, [
      said("Hi", "Speaker"),
      said("Hello, Speaker", "Agent"),
    ]);
    const [request] = asked("completion.stream") as [ChatRequest];
    expect(request.messages.filter(({ role }) => role !== "system")).toEqual([
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello, Speaker" },
      { role: "user", content: "test" },
    ]);
    expect(request).toMatchObject({
      model: "gpt-3.5-turbo",
      temperature: 0.5,
      maxTokens: 200,
      stop: ["###"],
    });
  });

  it("makes an embedding once, and finds it the second time", async () => {
    const file = "magick-Embedding-230316.json";
    const first = await ran(file, { "Input - Default": event });
    expect(first.end?.type).toBe("run.completed");
    expect(first.asked("completion.embed").length).toBe(1);
    const known = { ...event, type: "none", embedding: [1, 2, 3] as Json };
    const second = await ran(file, { "Input - Default": event }, {}, [known]);
    expect(second.end?.type).toBe("run.completed");
    expect(second.asked("completion.embed")).toEqual([]);
  });

  it("answers with JSON of a type", async () => {
    const { end, outputs } = await ran(
      "magick-TypeChat-230730.json",
      { "Input - Default": { ...event, content: "two coffees" } },
      { complete: () => 'Here it is:\n```json\n{"items": []}\n```' },
    );
    expect(end?.type).toBe("run.completed");
    expect(JSON.stringify(outputs)).toContain("items");
  });

  it.each<[file: string, inputs: JsonObject, outputs: JsonObject]>([
    ["thoth-test-difficultyDetector.json", { action: "test input" }, { difficulty: "completion" }],
    ["thoth-test-itemDetector.json", { string: "test input" }, {}],
    ["thoth-test-actionType.json", { action: "test input" }, {}],
  ])("of Thoth asks a model by examples: %s", async (file, inputs, outputs) => {
    const test = await ran(file, inputs, { complete: () => "completion" });
    expect(test.end?.type).toBe("run.completed");
    expect(test.outputs).toMatchObject(outputs);
    expect(test.asked("completion.stream")).toMatchObject([{ temperature: 0, maxTokens: 100, stop: ["\n"] }]);
  });

  it("of Thoth asks Hugging Face", async () => {
    const { end, asked } = await ran(
      "thoth-test-huggingface.json",
      { prompt: "test input", Input: "test input" },
      { infer: () => [{ generated_text: "done" }] },
    );
    expect(end?.type).toBe("run.completed");
    expect(asked("huggingface.infer")[0]).toBe("gpt-2");
  });
});
