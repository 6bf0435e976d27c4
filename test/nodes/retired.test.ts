import { describe, expect, it } from "vitest";
import type { SandboxRequest } from "../../src/engine/index.ts";
import { catalogue } from "../../src/nodes/index.ts";
import { retiredComponents } from "../../src/nodes/retired/index.ts";
import type { CompletionRequest, CompletionService } from "../../src/protocol/services.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { anyInput, fired, runNode, triggerSocket } from "../helpers/nodes.ts";
import { type DrawnNode, outputsOf, run, spell } from "../helpers/spells.ts";

/** What the node gave at its visit. */
function given(node: DrawnNode, inputs: Record<string, Json>): JsonObject | undefined {
  const done = runNode(node, inputs, []).events.find(
    (event) => event.type === "node.completed" && event.nodeId === "n",
  );
  return done?.type === "node.completed" ? done.outputs : undefined;
}

const failure = (node: DrawnNode, inputs: Record<string, Json>) => {
  const end = runNode(node, inputs, []).execution.end;
  return end?.type === "run.failed" ? end.error : undefined;
};

const retired = retiredComponents
  .map((entry) => entry.describe())
  .filter(({ status }) => status === "retired");

describe("a retired component", () => {
  it("fails a run that reaches it, says what it was and what to use", () => {
    const { events } = runNode("Search Spotify", { query: "blue" }, ["trigger"]);
    expect(events.at(-1)).toMatchObject({
      type: "run.failed",
      error: {
        code: "not_configured",
        nodeId: "n",
        message:
          'Node "n" (Search Spotify): this component asked Spotify for what matches the query through a plugin that is gone. Use Request with Spotify\'s API instead.',
      },
    });
  });

  it("harms no run that does not reach it", () => {
    const document = spell(
      { start: "Trigger In", idle: "Deploy Contract", in: "Universal Input:in", out: "Output:out" },
      `start.trigger > out.trigger
       in.output > out.input`,
    );
    expect(outputsOf(run(document, { inputs: { in: 1 } }).events)).toEqual({ out: 1 });
  });

  it("opens its error branch, where the author has drawn one", () => {
    const node = { is: "Select Record", outputs: [triggerSocket("error")] };
    expect(fired(node, {}, ["trigger", "error"])).toEqual(["error"]);
  });

  it("is found by each of its names", () => {
    for (const name of ["Event QA", " Conversation Count", "CheckEthBalanceP", "JupyterComms"])
      expect(catalogue.find(name)?.describe().status, name).toBe("retired");
  });

  it("tells in its help what it did and what takes its place", () => {
    expect(retired.length).toBeGreaterThan(60);
    for (const { name, help } of retired) {
      expect(help, name).toMatch(/^It .+ through .+\. .+ instead[.:,]/);
      expect(help, name).not.toContain("undefined");
    }
  });

  it("advises components that there are and that work", () => {
    const advice = /\b(?:Use|Have) ([A-Z][A-Za-z]*(?: (?:[A-Z][A-Za-z]*|to(?= [A-Z])))*)/g;
    const advised = retired.flatMap(({ help }) => [...help.matchAll(advice)].map(([, name = ""]) => name));
    expect(advised.length).toBeGreaterThan(40);
    for (const name of new Set(advised)) {
      expect(catalogue.find(name), name).toBeDefined();
      expect(catalogue.find(name)?.describe().status, name).not.toBe("retired");
    }
  });

  it.each(retired.map(({ name, inputs }) => [name, inputs] as const))(
    "fails with not_configured whatever it is given: %s",
    (name, inputs) => {
      const entry = inputs.find(({ type }) => type === "trigger");
      const { events } = runNode(name, {}, [], {}, entry?.name ?? "trigger");
      expect(events.at(-1)).toMatchObject({ type: "run.failed", error: { code: "not_configured" } });
    },
  );
});

describe("Input With Run", () => {
  const prototype = (socket: string) =>
    spell(
      { in: { is: "Input with run", data: { text: "walk" } }, out: { is: "Output:out" } },
      `in.${socket} > out.trigger
       in.text > out.input`,
    );
  it("starts a spell of 2021 with its text, by either name of its trigger", () => {
    for (const socket of ["trigger", "data"])
      expect(outputsOf(run(prototype(socket)).events)).toEqual({ out: "walk" });
  });
  it("takes the run's value instead, an empty one too", () => {
    expect(outputsOf(run(prototype("trigger"), { inputs: { "input-in": "" } }).events)).toEqual({ out: "" });
  });
});

describe("Console Input and Console Print", () => {
  it("are start and result of a spell of the prototype", () => {
    const document = spell(
      { in: { is: "Console Input", data: { text: "typed" } }, out: { is: "Console Print:shown" } },
      `in.data > out.data
       in.text > out.text`,
    );
    expect(outputsOf(run(document).events)).toEqual({ shown: "typed" });
    expect(outputsOf(run(document, { inputs: { any: 5 } }).events)).toEqual({ shown: 5 });
    expect(outputsOf(run(document, { inputs: { "input-in": 0 } }).events)).toEqual({ shown: 0 });
  });
});

describe("JS String Processor", () => {
  it("gives the keys of the result to the outputs of the same names in small letters", () => {
    const requests: SandboxRequest[] = [];
    const value = { Loud: "HI", ["__proto__"]: 1, extra: 2 };
    const { events } = runNode(
      { is: "JS String Processor", data: { code: "(t) => ({})" }, outputs: [anyInput("loud")] },
      { input: "hi" },
      [],
      { ports: { sandbox: { call: (request) => (requests.push(request), { value, logs: [] }) } } },
    );
    expect(requests[0]?.args).toEqual(["hi"]);
    expect(events.find((event) => event.type === "node.completed" && event.nodeId === "n")).toMatchObject({
      outputs: { loud: "HI" },
    });
  });
});

describe("Array to String", () => {
  it("writes each item on its line", () => {
    expect(given("Array to String", { array: ["a", 2, null, [3, 4]] })).toEqual({ output: "a\n2\n\n3,4" });
    expect(given("Array to String", { array: [] })).toEqual({ output: "" });
  });
  it("takes lists only", () => {
    expect(failure("Array to String", { array: "abc" })).toMatchObject({ code: "node_failed" });
  });
});

describe("Array to Items", () => {
  const node = { is: "Array to Items", outputs: ["0", "1", "2", "length", "-1"].map(anyInput) };
  it("gives items by index and nothing else of the list", () => {
    expect(given(node, { array: ["a", { b: 1 }] })).toEqual({ 0: "a", 1: { b: 1 } });
  });
  it("takes lists only", () => {
    expect(failure(node, { array: { 0: "a" } })).toMatchObject({ code: "node_failed" });
  });
});

describe("Boolean Passthrough", () => {
  const passed = (boolean: Json) =>
    outputsOf(
      run(
        spell(
          {
            start: "Trigger In",
            b: "Universal Input:b",
            v: "Universal Input:v",
            n: "Boolean Passthrough",
            out: "Output:out",
          },
          `start.trigger > out.trigger
           b.output > n.boolean
           v.output > n.passthroughIn
           n.passthroughOut > out.input`,
        ),
        { inputs: { b: boolean, v: "value" } },
      ).events,
    );
  it("passes a value on where the boolean is truthy", () => {
    expect(passed(true)).toEqual({ out: "value" });
    expect(passed("yes")).toEqual({ out: "value" });
    for (const falsy of [false, 0, "", null]) expect(passed(falsy)).toEqual({});
  });
});

describe("Is Query", () => {
  it("always says no, as it did", () => {
    expect(fired("Is Query", { input: "Is it?" }, ["true", "false"])).toEqual(["false"]);
  });
});

describe("a model's whole answer", () => {
  const response: JsonObject = {
    choices: [
      { text: "one", logprobs: { top_logprobs: [{ a: -0.5 }, { b: -1 }] } },
      { text: "two", logprobs: null },
    ],
  };
  it("gives the first text, all texts, the log-probabilities", () => {
    expect(given("Response to Text", { response })).toEqual({ text: "one" });
    expect(given("Response to Completions", { response })).toEqual({ completions: ["one", "two"] });
    expect(given("Logprobs", { response })).toEqual({ logprobs: [{ a: -0.5 }, { b: -1 }] });
  });
  it("without choices, texts or log-probabilities fails and says so", () => {
    const faulty: JsonObject[] = [
      {},
      { choices: [] },
      { choices: "x" },
      { choices: [null] },
      { choices: [{}] },
    ];
    for (const bad of faulty)
      for (const component of ["Response to Text", "Response to Completions", "Logprobs"])
        expect(failure(component, { response: bad })).toMatchObject({ code: "node_failed" });
    for (const component of ["Response to Text", "Response to Completions", "Logprobs"])
      expect(failure(component, { response: "text" })).toMatchObject({ code: "node_failed" });
  });
  it("has a log-probability by token", () => {
    const of = (token: Json, logprobs: Json) => ({
      node: { is: "LogprobOf", data: { token } },
      inputs: { logprobs },
    });
    const found = of("a", { a: -0.5 });
    expect(given(found.node, found.inputs)).toEqual({ logprob: -0.5 });
    const number = of(7, { 7: -0.25 });
    expect(given(number.node, number.inputs)).toEqual({ logprob: -0.25 });
    for (const { node, inputs } of [
      of("b", { a: 1 }),
      of("constructor", { a: 1 }),
      of("a", { a: "1" }),
      of("a", [1]),
      of(null, { a: 1 }),
    ])
      expect(failure(node, inputs)).toMatchObject({ code: "node_failed" });
  });
});

describe("Enki Task", () => {
  const serialization = {
    introduction: "Name what it takes.\n\n",
    beforeEachInput: ["Thing: ", "\nPlace: "],
    inBetween: "\nParts: ",
    beforeEachOutput: ["", "\nTools: "],
    atTheEnd: "\n\nNEXT\n\n",
  };
  const activetask: JsonObject = {
    task: { name: "Building" },
    data: [{ inputs: ["hut", "wood"], outputs: ["logs\n", "axe"] }],
    serialization,
  };

  async function completed(data: JsonObject, text: string, inputs: Record<string, Json>) {
    const requests: CompletionRequest[] = [];
    const completion = {
      stream: async (_call: unknown, request: CompletionRequest) => {
        requests.push(request);
        const result = { text, model: "m", finishReason: "stop", usage: {} };
        return new Blob([JSON.stringify({ type: "result", result })]).stream();
      },
    } as unknown as CompletionService;
    const test = runNode(
      {
        is: "Enki Task",
        data,
        inputs: Object.keys(inputs).map(anyInput),
        outputs: ["output1", "output2"].map(anyInput),
      },
      inputs,
      [],
      { ports: { services: { completion } } },
    );
    await test.ended;
    const done = test.events.find((event) => event.type === "node.completed" && event.nodeId === "n");
    return {
      request: requests[0],
      outputs: done?.type === "node.completed" ? done.outputs : undefined,
      end: test.execution.end,
    };
  }

  it("puts the examples that the node carries before the model, and cuts its answer at the labels", async () => {
    const kept: JsonObject[] = [{ activetask }, { "throughputs-80": { activeTask: activetask } }];
    for (const data of kept) {
      const { request, outputs } = await completed(data, " straw\nTools: knife\n", {
        input1: "roof",
        input2: "field",
      });
      expect(request).toEqual({
        model: "vanilla-jumbo",
        prompt:
          "Name what it takes.\n\nThing: hut\nPlace: wood\nParts: logs\nTools: axe\n\nNEXT\n\nThing: roof\nPlace: field\nParts:",
        maxTokens: 100,
        temperature: 0,
        stop: ["NEXT"],
      });
      expect(outputs).toEqual({ output1: "straw", output2: "knife" });
    }
  });
  it("gives as many outputs as the answer has", async () => {
    expect((await completed({ activetask }, "straw", { input1: "roof" })).outputs).toEqual({
      output1: "straw",
    });
  });
  it("without usable examples says what is gone", async () => {
    const useless: JsonObject[] = [
      {},
      { activetask: null },
      { activetask: { data: [], serialization } },
      { activetask: { data: "x", serialization } },
      { "throughputs-1": 5 },
    ];
    for (const data of useless) {
      const { request, end } = await completed(data, "", { input1: "roof" });
      expect(request).toBeUndefined();
      expect(end).toMatchObject({
        error: { code: "not_configured", message: expect.stringContaining("Enki") },
      });
    }
  });
  it("without a completion service is not configured", async () => {
    const bare = runNode({ is: "Enki Task", data: { activetask } }, {}, []);
    expect(await bare.ended).toMatchObject({ error: { code: "not_configured" } });
  });
});
