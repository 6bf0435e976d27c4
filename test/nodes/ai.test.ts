import { describe, expect, it } from "vitest";
import { fewshots } from "../../src/nodes/ai/fewshots.ts";
import { jsonIn } from "../../src/nodes/ai/json-answer.ts";
import type { ChatRequest, CompletionRequest, Services } from "../../src/protocol/services.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { memoryServices } from "../helpers/memory-services.ts";
import { anyInput, runNode } from "../helpers/nodes.ts";
import { served, type ServedOptions } from "../helpers/service-nodes.ts";
import { embeddingOf } from "../helpers/vectors.ts";

const node = (is: string, data: JsonObject = {}) => ({ is, data });

/** What the model was asked, and what the node gave. */
async function asked(
  is: string,
  data: JsonObject,
  inputs: Record<string, Json>,
  options: ServedOptions = {},
) {
  const test = await served(node(is, data), inputs, options);
  return {
    ...test,
    request: test.asked("completion.stream")[0] as (CompletionRequest & ChatRequest) | undefined,
  };
}

describe("Generate Text", () => {
  const conversation = [
    { content: "Hi", sender: "Ann", observer: "Bot" },
    { content: "Hello Ann", sender: "Bot", observer: "Bot" },
  ];
  it("asks a chat model: the conversation, the directive, the input", async () => {
    const data = {
      model: "gpt-4",
      temperature: "0.5",
      max_tokens: "200",
      top_p: 1,
      frequency_penalty: 0,
      presence_penalty: "0.1",
      stop: "###, \\n",
    };
    const inputs = { conversation, system: "Be kind.", input: "Who am I?" };
    const { request, outputs, fired, usage, deltas } = await asked("Generate Text", data, inputs);
    expect(request).toEqual({
      model: "gpt-4",
      temperature: 0.5,
      maxTokens: 200,
      topP: 1,
      frequencyPenalty: 0,
      presencePenalty: 0.1,
      stop: ["###", "\n"],
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello Ann" },
        { role: "system", content: "Be kind." },
        { role: "user", content: "Who am I?" },
      ],
    });
    expect(outputs).toEqual({ result: "completion of: Who am I?" });
    expect(deltas.join("")).toBe("completion of: Who am I?");
    expect(fired).toEqual(["trigger"]);
    expect(usage).toMatchObject({ calls: 1 });
  });
  const styles: [string, JsonObject, JsonObject][] = [
    [
      "an older model goes on with the text",
      { model: "text-davinci-003" },
      { model: "text-davinci-003", prompt: "x" },
    ],
    ["so do those for instructions", { model: "gpt-3.5-turbo-instruct" }, { prompt: "x" }],
    ["without a model it is a chat", {}, { messages: [{ role: "user", content: "x" }] }],
    [
      "a model of one's own is asked in the way of the chosen one",
      { model: "gpt-3.5-turbo", customModel: "ft:davinci:me" },
      { model: "ft:davinci:me", messages: [{ role: "user", content: "x" }] },
    ],
    ["stops may be a list", { stop: ["a,b", ""] }, { stop: ["a,b"] }],
    ["a temperature of none is 0", { temperature: "" }, { temperature: 0 }],
  ];
  it.each(styles)("%s", async (_name, data, request) => {
    expect((await asked("Generate Text", data, { input: "x" })).request).toMatchObject(request);
  });
  it("sends no limit that is not set, and that of 100 tokens to older models", async () => {
    expect((await asked("Generate Text", {}, { input: "x" })).request).not.toHaveProperty("maxTokens");
    const older = await asked("Generate Text", { model: "davinci", max_tokens: 0 }, { input: "x" });
    expect(older.request).toEqual({ model: "davinci", temperature: 0, maxTokens: 100, prompt: "x" });
  });
  it("asks an older model as a chat where there is a directive", async () => {
    const { request } = await asked("Generate Text", { model: "davinci" }, { input: "x", system: "s" });
    expect(request?.messages.length).toBe(2);
  });
  it("tells the model of a function in words, as object or JSON", async () => {
    const described = { name: "weather", parameters: { type: "object" } };
    for (const given of [described, JSON.stringify(described)]) {
      const { request } = await asked("Generate Text", {}, { input: "x", system: "s", function: given });
      expect(request?.messages[0]?.content).toMatch(/^s\n\n.*"weather"/s);
      expect(request?.messages[0]?.content).toContain(JSON.stringify(described));
    }
  });
  it("answers a conversation without an input", async () => {
    const { request } = await asked("Generate Text", {}, { conversation, input: "" });
    expect(request?.messages.length).toBe(2);
  });
  const bad: [string, Record<string, Json>, JsonObject, string, string][] = [
    ["nothing to answer", {}, {}, "missing_input", "nothing to answer"],
    ["an input that is an event", { input: { content: "x" } }, {}, "node_failed", '"input" must be a text'],
    ["a conversation of texts", { conversation: ["hi"] }, {}, "node_failed", 'event 1 of "conversation"'],
    ["a conversation that is none", { conversation: "hi" }, {}, "node_failed", "a list of events"],
    ["a function that is none", { function: "{" }, {}, "node_failed", '"function"'],
    ["a number that is none", { input: "x" }, { temperature: "warm" }, "node_failed", '"temperature"'],
    ["a temperature that no model takes", { input: "x" }, { temperature: 9 }, "bad_request", "temperature"],
  ];
  it.each(bad)("says what is wrong with %s", async (_name, inputs, data, code, message) => {
    const { error } = await asked("Generate Text", data, inputs);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string });
    expect(error?.message).toContain('Node "n"');
  });
});

describe("Chat Completion", () => {
  it("asks gpt-3.5-turbo", async () => {
    const { request, outputs } = await asked("Chat Completion", {}, { system: "s", input: "x" });
    expect(request).toEqual({
      model: "gpt-3.5-turbo",
      messages: [
        { role: "system", content: "s" },
        { role: "user", content: "x" },
      ],
    });
    expect(outputs).toEqual({ result: "completion of: x" });
  });
});

describe.each(["Text Completion", "Agent Text Completion"])("%s", (is) => {
  it("goes on with the text by the node's settings, those by wire above them", async () => {
    const data = { modelName: "text-davinci-003", maxTokens: "9", temperature: 0.5, topP: 1, stop: "###" };
    expect((await asked(is, data, { string: "x" })).request).toEqual({
      model: "text-davinci-003",
      prompt: "x",
      maxTokens: 9,
      temperature: 0.5,
      topP: 1,
      stop: ["###"],
    });
    const settings = { modelName: "m", max_tokens: 5, temperature: 0, stop: ["a"] };
    const { request, outputs } = await asked(is, data, { string: "x", settings });
    expect(request).toMatchObject({ model: "m", maxTokens: 5, temperature: 0, stop: ["a"] });
    expect(outputs).toEqual({ output: "completion of: x" });
  });
  it("takes settings as JSON, and no others", async () => {
    expect((await asked(is, {}, { string: "x", settings: '{"max_tokens":3}' })).request?.maxTokens).toBe(3);
    expect((await asked(is, {}, { string: "x", settings: 5 })).error?.code).toBe("node_failed");
    expect((await asked(is, {}, { string: "x" })).request).toEqual({
      model: "text-davinci-002",
      prompt: "x",
    });
  });
});

describe("Custom Text Completion", () => {
  it("writes the prompt of its inputs and stops at an empty line", async () => {
    const inputs = {
      agent: "Bot",
      speaker: "Ann",
      Facts: "Bot is blue.",
      Mood: "calm",
      "Static Chat": "Ann: Hi",
      Chat: "Ann: Who are you?",
    };
    const test = await served(
      { is: "Custom Text Completion", data: { stop: "Ann:" }, inputs: Object.keys(inputs).map(anyInput) },
      inputs,
    );
    const [request] = test.asked("completion.stream") as [CompletionRequest];
    expect(request.prompt).toBe(
      "Facts about Bot:\nBot is blue.\ncalm\nA conversation of Bot with Ann:\nAnn: Hi\nAnn: Who are you?\nBot:",
    );
    expect(request.stop).toEqual(["Ann:", "\n\n"]);
  });
});

describe("RawGenerator", () => {
  it("gives every choice with what it cost", async () => {
    const test = await served(
      {
        is: "RawGenerator",
        data: { fewshot: "Say {{x}}", n: "2", temp: "0", stop: "!" },
        inputs: [anyInput("x")],
      },
      { x: "hi" },
    );
    expect(test.asked("completion.stream")).toEqual(
      Array.from({ length: 2 }, () => ({ prompt: "Say hi", maxTokens: 50, temperature: 0, stop: ["!"] })),
    );
    expect(test.outputs?.response).toMatchObject({
      choices: [
        { text: "completion of: Say hi", index: 0, finish_reason: "stop" },
        { text: "completion of: Say hi", index: 1 },
      ],
      usage: { prompt_tokens: 12 },
    });
    expect(test.usage).toMatchObject({ calls: 2 });
    expect((await served(node("RawGenerator", { n: 99 }))).error?.code).toBe("node_failed");
  });
  it("gives each of its calls a key of its own, the same at every attempt", async () => {
    const { log } = await served(node("RawGenerator", { n: 3 }));
    expect(log.map(({ call }) => call.idempotencyKey)).toEqual(["run-1:n:1", "run-1:n:1:2", "run-1:n:1:3"]);
    expect(log[0]?.call).toMatchObject({ userId: "alice", runId: "run-1", nodeId: "n", visit: "1" });
  });
});

describe.each([
  ["TypeChat", { schema: "interface Order { n: number }", responseType: "Order" }],
  ["Generate Json", { schema: { type: "object" } }],
] as [string, JsonObject][])("%s", (is, more) => {
  const inputs = { input: "two", ...more };
  it("gives the value that the model wrote as JSON, whatever is around it", async () => {
    for (const said of ['{"n":2}', '```json\n{"n":2}\n```', 'Sure: {"n":2}. Done.']) {
      const { outputs, request, usage } = await asked(is, { model: "m" }, inputs, { complete: () => said });
      expect(outputs).toEqual({ result: { n: 2 } });
      expect(request).toMatchObject({ model: "m", temperature: 0 });
      expect(request?.messages.at(-1)).toEqual({ role: "user", content: "two" });
      expect(request?.messages[0]?.content).toContain(
        is === "TypeChat" ? "interface Order" : '"type":"object"',
      );
      expect(usage).toMatchObject({ calls: 1 });
    }
  });
  it("has a bad answer mended once", async () => {
    const answers = ["no json here", '{"n":2}'];
    const test = await asked(is, {}, inputs, { complete: () => answers.shift() ?? "" });
    expect(test.outputs).toEqual({ result: { n: 2 } });
    expect(test.usage).toMatchObject({ calls: 2 });
    const second = test.asked("completion.stream")[1] as ChatRequest;
    expect(second.messages.slice(2)).toEqual([
      { role: "assistant", content: "no json here" },
      { role: "user", content: expect.stringContaining("not valid JSON") as string },
    ]);
  });
  it("fails after two bad answers, and says what the model said", async () => {
    for (const said of ["still words", "5", '"text"']) {
      const { error, log } = await asked(is, {}, inputs, { complete: () => said });
      expect(error).toMatchObject({
        code: "provider_error",
        message: expect.stringContaining("two answers") as string,
      });
      expect(log.length).toBe(2);
    }
  });
  it("needs a text", async () => {
    expect((await asked(is, {}, { ...inputs, input: { a: 1 } })).error?.code).toBe("node_failed");
  });
});

describe("JSON in an answer", () => {
  it("keeps a key called __proto__ a key, and finds none in half a value", () => {
    const value = jsonIn('{"__proto__": {"polluted": true}}') as JsonObject;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    for (const text of ["", "{", '{"a": }', "} {", "[1, 2"]) expect(jsonIn(text)).toBeUndefined();
    expect(jsonIn("The list: [1, 2]!")).toEqual([1, 2]);
  });
});

describe("embeddings", () => {
  it("Create Text Embedding asks the node's model and stretches short vectors to 1536 numbers", async () => {
    const test = await served(node("Create Text Embedding", { model: "m" }), { input: "a cat" });
    expect(test.asked("completion.embed")).toEqual([{ model: "m", values: ["a cat"] }]);
    const embedding = test.outputs?.embedding as number[];
    const short = embeddingOf("a cat");
    expect(embedding.length).toBe(1536);
    expect([embedding[0], embedding.at(-1)]).toEqual([short[0], short.at(-1)]);
    expect(test.usage).toEqual({ inputTokens: 1, calls: 1 });
  });
  it("Create Embedding gives the vector as it is", async () => {
    const test = await served(node("Create Embedding"), { content: "a cat" });
    expect(test.asked("completion.embed")).toEqual([{ model: "text-embedding-ada-002", values: ["a cat"] }]);
    expect(test.outputs).toEqual({ embedding: embeddingOf("a cat") });
  });
  it.each([
    ["Create Text Embedding", "input"],
    ["Create Embedding", "content"],
  ])("%s refuses an empty text and an answer without a vector", async (is, socket) => {
    expect((await served(node(is), { [socket]: " " })).error?.code).toBe("node_failed");
    const { completion } = memoryServices().services as Required<Services>;
    const empty = { ...completion, embed: async () => ({ embeddings: [], model: "m", usage: {} }) };
    const { error } = await served(node(is), { [socket]: "x" }, { services: { completion: empty } });
    expect(error?.code).toBe("provider_error");
  });
});

describe("detectors", () => {
  const requests: Record<string, Partial<CompletionRequest>> = {
    "Entity Detector": { stop: ["\n\n"], maxTokens: 50 },
    "Safety Verifier": { maxTokens: 10 },
    "Tense Transformer": { model: "vanilla-davinci" },
    "Prose to Script": { stop: ["\nProse:"], maxTokens: 300 },
  };
  const cases: [string, Record<string, Json>, string, string, JsonObject][] = [
    [
      "Action Type Classifier",
      { action: "eat it" },
      `${fewshots.actionType}eat it,`,
      " consume ",
      { actionType: "consume" },
    ],
    [
      "Difficulty Detector",
      { action: "lift it" },
      `${fewshots.difficulty}lift it,`,
      " 9/20, strength",
      { difficulty: "9/20", category: "strength" },
    ],
    ["Difficulty Detector", { action: "x" }, `${fewshots.difficulty}x,`, "9/20", { difficulty: "9/20" }],
    [
      "Entity Detector",
      { action: "give Tom the cup" },
      `${fewshots.entities}give Tom the cup\nEntities:`,
      " Tom, cup, ship\nTypes: character, object, object (dialog)",
      {
        entities: [
          { name: "Tom", type: "character" },
          { name: "cup", type: "object" },
        ],
      },
    ],
    [
      "Entity Detector",
      { action: "x" },
      `${fewshots.entities}x\nEntities:`,
      " none\nTypes: none",
      { entities: [] },
    ],
    ["Entity Detector", { action: "x" }, `${fewshots.entities}x\nEntities:`, "nothing", { entities: [] }],
    [
      "Item Detector",
      { string: "get the cup" },
      `${fewshots.item}get the cup,`,
      " cup",
      { detectedItem: "cup" },
    ],
    ["Time Detector", { string: "nap" }, `${fewshots.time}nap,`, " hours", { detectedTime: "hours" }],
    ["Safety Verifier", { string: "hi" }, `${fewshots.safety}hi\nRating:`, " E", { boolean: true }],
    ["Safety Verifier", { string: "hi" }, `${fewshots.safety}hi\nRating:`, " X\n", { boolean: false }],
    ["Safety Verifier", { action: "hi" }, `${fewshots.safety}hi\nRating:`, "T", { boolean: true }],
    [
      "Tense Transformer",
      { name: "Ann", text: "am cold" },
      `${fewshots.tense}Ann: am cold\nThird Person:`,
      " Ann is cold.",
      { action: "Ann is cold." },
    ],
    [
      "Prose to Script",
      { string: "He left." },
      `${fewshots.script}He left.\nScript:`,
      "\n(HE leaves.)",
      { script: "(HE leaves.)" },
    ],
  ];
  it.each(cases)("%s %j", async (is, inputs, prompt, said, outputs) => {
    const test = await asked(is, {}, inputs, { complete: () => said });
    expect(test.request).toEqual({
      prompt,
      maxTokens: 100,
      temperature: 0,
      stop: ["\n"],
      ...requests[is],
    });
    expect(test.outputs).toEqual(outputs);
    expect(test.fired).toEqual(["trigger"]);
  });
  it("go by the node's own examples", async () => {
    const { request } = await asked("Item Detector", { fewshot: "Mine: " }, { string: "x" });
    expect(request?.prompt).toBe("Mine: x,");
  });
  it.each([
    ["", "node_failed"],
    [{ a: 1 }, "node_failed"],
    [null, "node_failed"],
  ] as [Json, string][])("refuse %j", async (action, code) => {
    expect((await asked("Action Type Classifier", {}, { action })).error?.code).toBe(code);
  });
});

describe("classifiers", () => {
  const scores = (labels: string[], values: number[]) => ({ sequence: "x", labels, scores: values });
  it("Classifier asks for the labels and gives the best, in each form of answer", async () => {
    const forms: Json[] = [
      scores(["good", "bad"], [0.9, 0.1]),
      [scores(["bad", "good"], [0.2, 0.8])],
      [
        { label: "bad", score: 0.3 },
        { label: "good", score: 0.7 },
      ],
    ];
    for (const form of forms) {
      const test = await served(
        node("Classifier", { labels: "bad, good" }),
        { input: "nice" },
        { infer: () => form },
      );
      expect(test.asked("huggingface.infer")).toEqual([
        "facebook/bart-large-mnli",
        "nice",
        { candidate_labels: ["bad", "good"] },
      ]);
      expect(test.outputs).toEqual({ output: "good" });
    }
  });
  it("Classifier takes labels by wire before the node's, as text or list", async () => {
    for (const labels of ["a,b", ["a", " b "]]) {
      const test = await served(
        node("Classifier", { labels: "c" }),
        { input: "x", labels },
        { infer: () => scores(["a", "b"], [1, 0]) },
      );
      expect(test.asked("huggingface.infer")[2]).toEqual({ candidate_labels: ["a", "b"] });
    }
  });
  it.each<[JsonObject, Record<string, Json>, Json, string]>([
    [{}, { input: "x" }, [], "node_failed"],
    [{ labels: " , " }, { input: "x" }, [], "node_failed"],
    [{}, { input: "x", labels: { a: 1 } }, [], "node_failed"],
    [{ labels: "a" }, { input: "" }, [], "node_failed"],
    [{ labels: "a" }, { input: "x" }, { error: "busy" }, "provider_error"],
    [{ labels: "a" }, { input: "x" }, null, "provider_error"],
  ])("Classifier refuses %j %j answered by %j", async (data, inputs, answer, code) => {
    expect((await served(node("Classifier", data), inputs, { infer: () => answer })).error?.code).toBe(code);
  });
  it.each([
    ["ML Greeting Detector", "Greeting"],
    ["ML Question Detector", "Question"],
  ])("%s is sure or says false", async (is, label) => {
    const at = (score: number, data: JsonObject = {}) =>
      served(
        node(is, data),
        { string: "hi" },
        { infer: () => scores([label, `Not ${label}`], [score, 1 - score]) },
      );
    expect((await at(0.9)).fired).toEqual(["true"]);
    expect((await at(0.65)).fired).toEqual(["false"]);
    expect((await at(0.65, { minDiff: "0.1" })).fired).toEqual(["true"]);
    expect((await at(0.1)).fired).toEqual(["false"]);
  });
  it("ML Profanity Detector says of which kind", async () => {
    const infer = (profane: number) => (_model: string, _inputs: Json, parameters: JsonObject | undefined) =>
      JSON.stringify(parameters?.candidate_labels).includes("Not Profane")
        ? scores(["Profane", "Not Profane"], [profane, 1 - profane])
        : scores(["Sexual", "Offensive"], [0.2, 0.8]);
    const sure = await served(node("ML Profanity Detector"), { string: "x" }, { infer: infer(0.9) });
    expect([sure.fired, sure.outputs]).toEqual([["true"], { output: "offensive" }]);
    const clean = await served(node("ML Profanity Detector"), { string: "x" }, { infer: infer(0.2) });
    expect([clean.fired, clean.outputs, clean.log.length]).toEqual([["false"], { output: "" }, 1]);
  });
});

describe("Sentence Matcher", () => {
  const inputs = { source: "I feel fine", sentences: ["The sky is blue", "I am feeling fine", "No"] };
  it("asks for scores by meaning", async () => {
    const test = await served(node("Sentence Matcher"), inputs, { infer: () => [0.1, 0.2, 0.9] });
    expect(test.outputs).toEqual({ output: "No" });
    expect(test.asked("huggingface.infer")[1]).toEqual({
      source_sentence: "I feel fine",
      sentences: inputs.sentences,
    });
  });
  it("goes by letters where no model can be asked", async () => {
    expect((await served(node("Sentence Matcher"), inputs)).outputs).toEqual({ output: "I am feeling fine" });
    const unbound = await served(node("Sentence Matcher"), inputs, { without: ["huggingface"] });
    expect(unbound.outputs).toEqual({ output: "I am feeling fine" });
  });
  it("refuses no sentences, other values, and scores that do not fit", async () => {
    for (const sentences of [[], [1], { a: 1 }])
      expect((await served(node("Sentence Matcher"), { ...inputs, sentences })).error?.code).toBe(
        "node_failed",
      );
    const { error } = await served(node("Sentence Matcher"), inputs, { infer: () => [1] });
    expect(error?.code).toBe("provider_error");
  });
});

describe("Huggingface", () => {
  const draw = (data: JsonObject) => ({ is: "Huggingface", data, inputs: [anyInput("prompt")] });
  it("sends the filled template to the model", async () => {
    const test = await served(
      draw({ modelName: "gpt-2", request: "Say {{prompt}}" }),
      { prompt: "<hi>" },
      {
        infer: () => [{ generated_text: "hi" }],
      },
    );
    expect(test.asked("huggingface.infer")).toEqual(["gpt-2", "Say <hi>"]);
    expect(test.outputs).toEqual({ result: [{ generated_text: "hi" }] });
    expect(test.fired).toEqual(["trigger"]);
  });
  it("sends a request in JSON as inputs and parameters, and asks its default model", async () => {
    const request = '{"inputs": "{{prompt}}", "parameters": {"top_k": 5}}';
    const test = await served(draw({ model: "", request }), { prompt: "a" }, { infer: () => 1 });
    expect(test.asked("huggingface.infer")).toEqual(["roberta-large-mnli", "a", { top_k: 5 }]);
  });
  it("fires 'error' alone where that is wired and the model fails", async () => {
    const { services } = memoryServices();
    const test = runNode(draw({ request: "x" }), {}, ["trigger", "error"], { ports: { services } });
    const end = await test.ended;
    expect(end).toMatchObject({ type: "run.completed", outputs: { error: "fired" } });
    expect("outputs" in end && Object.keys(end.outputs ?? {})).toEqual(["error"]);
  });
  it("Hugging Face sends the input as it is and wants a model", async () => {
    const test = await served(
      node("Hugging Face", { model: "m", taskType: "t" }),
      { input: { a: [1] } },
      { infer: () => 5 },
    );
    expect(test.asked("huggingface.infer")).toEqual(["m", { a: [1] }]);
    expect(test.outputs).toEqual({ result: 5 });
    expect((await served(node("Hugging Face"), { input: "x" })).error?.code).toBe("node_failed");
  });
  it("Summarize Facts sums up the node's facts and the input", async () => {
    const test = await served(
      node("Summarize Facts", { fewshot: "a" }),
      { string: "b" },
      {
        infer: () => [{ summary_text: "ab" }],
      },
    );
    expect(test.asked("huggingface.infer")).toEqual(["toloka/t5-large-for-text-aggregation", "a\nb"]);
    expect(test.outputs).toEqual({ output: "ab" });
    expect((await served(node("Summarize Facts"), {}, { infer: () => 1 })).error?.code).toBe("node_failed");
  });
  it.each<[Json, string]>([
    [[{ entity_group: "PER" }], "Alive Object"],
    [[{ entity_group: "LOC" }], "Location"],
    [[], "Not Alive Object"],
    [null, "Not Alive Object"],
  ])("Named Entity Recognition reads %j as %s", async (answer, output) => {
    const test = await served(node("Named Entity Recognition"), { string: "x" }, { infer: () => answer });
    expect(test.outputs).toEqual({ output });
  });
});

describe("Keyword Extractor", () => {
  const infer = (model: string, inputs: Json): Json =>
    model === "flair/pos-english"
      ? [
          { word: "Cats", entity_group: "NNS" },
          { word: "cats", entity_group: "NNS" },
          { word: "chase", entity_group: "VB" },
          { word: "zebra", entity_group: "NN" },
        ]
      : [{ summary_text: `about ${inputs as string}` }];
  const before: ServedOptions["before"] = ({ weaviate }) =>
    weaviate.create({ userId: "alice" }, { class: "Paragraph", properties: { content: "cats" } });
  it("lists the nouns alone, or with what paragraphs say of them", async () => {
    const alone = await served(
      node("Keyword Extractor", { onlyKeywords: "true" }),
      { string: "x" },
      { infer },
    );
    expect(alone.outputs).toEqual({ output: ["cats", "zebra"] });
    const explained = await served(node("Keyword Extractor"), { string: "x" }, { infer, before });
    expect(explained.outputs).toEqual({ output: [{ word: "cats", info: "about cats" }] });
  });
  it("lists nothing where the model found nothing", async () => {
    const test = await served(node("Keyword Extractor"), { string: "x" }, { infer: () => ({ error: "?" }) });
    expect(test.outputs).toEqual({ output: [] });
  });
});

describe("images", () => {
  const url = (n: number) => `https://images.test/${n}/a%20cat`;
  const cases: [string, JsonObject, Record<string, Json>, object, JsonObject][] = [
    ["Generate Image", {}, { prompt: "a cat" }, { prompt: "a cat" }, { images: [url(1)] }],
    [
      "Generate Image",
      { model: "m" },
      { prompt: "a cat", imageUrl: "https://x/y.png" },
      { model: "m", prompt: "a cat", image: "https://x/y.png" },
      { images: [url(1)] },
    ],
    [
      "Generate Images",
      { n: "2" },
      { input: "a cat" },
      { prompt: "a cat", count: 2 },
      { result: [url(1), url(2)] },
    ],
    ["Text to Image", {}, { prompt: "a cat" }, { prompt: "a cat", count: 1 }, { result: [url(1)] }],
    [
      "ImageToImage",
      {},
      { image: "https://x/y.png", input: "a cat" },
      { prompt: "a cat", image: "https://x/y.png" },
      { result: [url(1)] },
    ],
    ["Image Generation", {}, { prompt: "a cat" }, { prompt: "a cat" }, { output: url(1) }],
    [
      "VisualGeneration",
      { topK: "2" },
      { caption: "a cat" },
      { prompt: "a cat", count: 2 },
      { images: [{ imageUrl: url(1) }, { imageUrl: url(2) }] },
    ],
  ];
  it.each(cases)("%s %j %j", async (is, data, inputs, request, outputs) => {
    const test = await served(node(is, data), inputs);
    expect(test.asked("images.generate")).toEqual([request]);
    expect(test.outputs).toEqual(outputs);
  });
  it("Image to Text describes", async () => {
    const test = await served(node("Image to Text"), { image: "https://x/y.png" });
    expect(test.outputs).toEqual({ result: "a picture at https://x/y.png" });
  });
  it("Image Generation asks a server of the author's own", async () => {
    const inputs = { prompt: "a cat", endpoint: "https://sd.test/txt2img" };
    const test = await served(node("Image Generation"), inputs, {
      respond: () => ({ status: 200, headers: {}, body: { images: ["b64"] } }),
    });
    expect(test.asked("http.request")).toEqual([
      { method: "POST", url: "https://sd.test/txt2img", body: { prompt: "a cat" } },
    ]);
    expect(test.outputs).toEqual({ output: "b64" });
    const broken = await served(node("Image Generation"), inputs, {
      respond: () => ({ status: 200, headers: {}, body: "?" }),
    });
    expect(broken.error?.code).toBe("provider_error");
  });
  it("that never came are a provider's failure", async () => {
    const images = { generate: async () => ({ images: [] }), describe: async () => ({ text: "" }) };
    const { error } = await served(node("Generate Image"), { prompt: "x" }, { services: { images } });
    expect(error?.code).toBe("provider_error");
  });
});

describe("a completion service", () => {
  it("that ends without a result, or tells of an error in the stream, fails the node", async () => {
    const { completion } = memoryServices().services as Required<Services>;
    const saying = (text: string) => ({
      completion: { ...completion, stream: async () => new Blob([text]).stream() },
    });
    const short = await served(node("Generator"), {}, { services: saying('{"type":"delta","text":"x"}\n') });
    expect(short.error).toMatchObject({ code: "provider_error" });
    const line = { type: "error", code: "provider_timeout", message: "slow", retryable: true };
    const failed = await served(node("Generator"), {}, { services: saying(JSON.stringify(line)) });
    expect(failed.error).toEqual({
      code: "provider_timeout",
      message: 'Node "n" (Generator): slow',
      nodeId: "n",
    });
  });
});
