import { describe, expect, it } from "vitest";
import type { SandboxRequest } from "../../src/engine/index.ts";
import type { CompletionRequest, CompletionService } from "../../src/protocol/services.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { describeComponents } from "../../src/nodes/index.ts";
import { componentList } from "../../src/protocol/components.ts";
import { anyInput as any, fired, runNode, triggerSocket as fire } from "../helpers/nodes.ts";
import { outputsOf, run, spell } from "../helpers/spells.ts";

describe("Switch", () => {
  const node = { is: "Switch", outputs: [fire("yes"), fire("1"), { ...fire("key"), label: "shown" }] };
  const all = ["yes", "1", "key", "default"];
  it("fires the output that equals the input strictly, else default", () => {
    expect(fired(node, { input: "yes" }, all)).toEqual(["yes"]);
    expect(fired(node, { input: "1" }, all)).toEqual(["1"]);
    expect(fired(node, { input: 1 }, all)).toEqual(["default"]);
    expect(fired(node, { input: "shown" }, all)).toEqual(["key"]);
    expect(fired(node, { input: "default" }, all)).toEqual(["default"]);
    expect(fired({ is: "Switch" }, { input: "anything" }, ["default"])).toEqual(["default"]);
  });
});

describe("Boolean Gate", () => {
  it("goes by truthiness", () => {
    for (const value of [true, 1, "no", [], {}])
      expect(fired({ is: "Boolean Gate" }, { boolean: value }, ["true", "false"])).toEqual(["true"]);
    for (const value of [false, 0, "", null])
      expect(fired({ is: "Boolean Gate" }, { boolean: value }, ["true", "false"])).toEqual(["false"]);
  });
});

describe("In Range", () => {
  const both = ["true", "false"];
  it("is inclusive, takes bounds from wires, else from the node, and swaps reversed ones", () => {
    expect(fired({ is: "In Range", data: { startNumber: 1, endNumber: 5 } }, { input: 5 }, both)).toEqual([
      "true",
    ]);
    expect(fired({ is: "In Range", data: { startNumber: "5", endNumber: "1" } }, { input: 1 }, both)).toEqual(
      ["true"],
    );
    expect(
      fired({ is: "In Range", data: { startNumber: 1, endNumber: 5 } }, { input: 8, endNumber: 9 }, both),
    ).toEqual(["true"]);
    expect(fired({ is: "In Range", data: { startNumber: 1, endNumber: 5 } }, { input: 5.1 }, both)).toEqual([
      "false",
    ]);
  });
  it("compares numbers given as texts as numbers", () => {
    expect(
      fired({ is: "In Range", data: { startNumber: "9", endNumber: "99" } }, { input: "10" }, both),
    ).toEqual(["true"]);
  });
  it("says which of its numbers is none", () => {
    const { events } = runNode({ is: "In Range", data: { startNumber: 1 } }, { input: 3 }, both);
    expect(events.at(-1)).toMatchObject({
      type: "run.failed",
      error: { code: "node_failed", nodeId: "n", message: expect.stringContaining('"endNumber"') },
    });
  });
});

describe("Join List", () => {
  const joined = (list: Json, data: JsonObject = {}) =>
    run(
      spell(
        { start: "Trigger In", list: "Universal Input:list", j: { is: "Join List", data }, out: "Output:o" },
        `
      start.trigger > out.trigger
      list.output > j.list
      j.text > out.input`,
      ),
      { inputs: { list } },
    );
  it("joins by the separator, a blank unless set", () => {
    expect(outputsOf(joined([1, "b", null, { x: 1 }, [2, 3]]).events)).toEqual({
      o: "1 b  [object Object] 2,3",
    });
    expect(outputsOf(joined(["a", "b"], { separator: "" }).events)).toEqual({ o: "ab" });
  });
  it("takes lists only", () => {
    expect(joined("abc").events.at(-1)).toMatchObject({ error: { code: "node_failed" } });
  });
});

describe("State Write", () => {
  it("appends to lists, merges objects, replaces the rest", () => {
    const node = {
      is: "State Write",
      inputs: [any("list"), any("map"), any("text"), any("fresh"), any("none")],
    };
    const { execution } = runNode(
      node,
      { list: [2], map: { b: 2 }, text: "new", fresh: 1, none: { a: 1 } },
      [],
      {
        state: { list: [1], map: { a: 1 }, text: "old", none: null, other: true },
      },
    );
    expect(execution.state).toEqual({
      list: [1, [2]],
      map: { a: 1, b: 2 },
      text: "new",
      fresh: 1,
      none: { a: 1 },
      other: true,
    });
  });
  it("writes a key called __proto__ as a key", () => {
    const node = { is: "State Write", inputs: [{ name: "k", type: "any" as const, label: "__proto__" }] };
    const { execution } = runNode(node, { k: { polluted: true } }, []);
    expect(Object.keys(execution.state)).toEqual(["__proto__"]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("Exclusive Gate", () => {
  it("passes the data of the trigger that came", () => {
    const node = {
      is: "Exclusive Gate",
      inputs: [fire("a trigger"), any("a data"), fire("b trigger"), any("b data")],
    };
    const { events } = runNode(node, { "a data": "A", "b data": "B" }, [], {}, "b trigger");
    expect(events.find((event) => event.type === "node.completed" && event.nodeId === "n")).toMatchObject({
      outputs: { output: "B" },
    });
  });
});

describe("Code", () => {
  /** What the sandbox was asked, and what it answers. */
  function asked(code: string, value: Json, inputs: Record<string, Json> = { x: 1 }) {
    const requests: SandboxRequest[] = [];
    const test = runNode(
      { is: "Code", data: { code }, inputs: [any("x")], outputs: [any("out")] },
      inputs,
      [],
      {
        state: { s: 1 },
        ports: { sandbox: { call: (request) => (requests.push(request), { value, logs: [] }) } },
      },
    );
    return { request: requests[0], test };
  }
  it("is called with flattened inputs, empty data and the state", () => {
    expect(asked("function worker(inputs, data, state) {}", {}).request?.args).toEqual([
      { x: 1 },
      {},
      { s: 1 },
    ]);
    expect(asked("// node\n async (inputs) => {}", {}).request?.args).toEqual([{ x: 1 }, {}, { s: 1 }]);
  });
  it("of the first era is called with its node and lists", () => {
    for (const code of [
      "function worker(node, inputs, data) {}",
      "/* x */ async function worker( node , inputs) {}",
      "(node, inputs) => {}",
      "node => {}",
    ])
      expect(asked(code, {}).request?.args).toEqual([
        { id: "n", name: "Code", data: { code } },
        { x: [1] },
        {},
      ]);
  });
  it("gives the keys that it has outputs for, and merges the state", () => {
    const { test } = asked("() => {}", { out: 5, extra: 6, state: { t: 2 } });
    expect(
      test.events.find((event) => event.type === "node.completed" && event.nodeId === "n"),
    ).toMatchObject({ outputs: { out: 5 } });
    expect(test.execution.state).toEqual({ s: 1, t: 2 });
  });
  it("that returns no object gives no outputs", () => {
    expect(asked("() => 5", 5).test.execution.end?.type).toBe("run.completed");
  });
});

describe("Generator", () => {
  async function generated(data: JsonObject, inputs: Record<string, Json> = {}) {
    const requests: CompletionRequest[] = [];
    const lines = [
      { type: "delta", text: " wor" },
      { type: "delta", text: "ld" },
      {
        type: "result",
        result: { text: " world", model: "m", finishReason: "stop", usage: { inputTokens: 1 } },
      },
    ];
    const completion = {
      stream: async (_call: unknown, request: CompletionRequest) => {
        requests.push(request);
        return new Blob([lines.map((line) => JSON.stringify(line)).join("\n")]).stream();
      },
    } as unknown as CompletionService;
    const deltas: string[] = [];
    const test = runNode({ is: "Generator", data, inputs: Object.keys(inputs).map(any) }, inputs, [], {
      ports: { services: { completion }, delta: (_node, _visit, text) => void deltas.push(text) },
    });
    await test.ended;
    return { request: requests[0], test, deltas };
  }

  it("asks as Thoth's did, numbers as texts and stops with the two characters of a line end", async () => {
    const { request, test, deltas } = await generated(
      { fewshot: "Say {{x}}\r\nnow", stop: "\\n, ### ,", temp: "0", maxTokens: "256" },
      { x: "<a> & b" },
    );
    expect(request).toEqual({
      model: "vanilla-jumbo",
      prompt: "Say <a> & b\nnow",
      maxTokens: 256,
      temperature: 0,
      frequencyPenalty: 0,
      stop: ["\n", "###"],
    });
    expect(
      test.events.find((event) => event.type === "node.completed" && event.nodeId === "n"),
    ).toMatchObject({
      outputs: { result: " world", composed: "Say <a> & b\nnow world" },
      usage: { inputTokens: 1 },
      waited: true,
    });
    expect(deltas).toEqual([" wor", "ld"]);
  });
  it("has the defaults of the original", async () => {
    expect((await generated({})).request).toEqual({
      model: "vanilla-jumbo",
      prompt: "",
      maxTokens: 50,
      temperature: 0.7,
      frequencyPenalty: 0,
    });
  });
  it("reads the keys of later years", async () => {
    const { request } = await generated({
      fewshot: "x",
      modelName: "text-ada-001",
      max_tokens: 9,
      temperature: 0.1,
      frequency_penalty: 0.5,
      presence_penalty: 0.25,
      top_p: 0.9,
    });
    expect(request).toEqual({
      model: "text-ada-001",
      prompt: "x",
      maxTokens: 9,
      temperature: 0.1,
      frequencyPenalty: 0.5,
      presencePenalty: 0.25,
      topP: 0.9,
    });
  });
  it("fails its run with template_error, with not_configured, with a number that is none", async () => {
    expect((await generated({ fewshot: "{{#if x}}" })).test.execution.end).toMatchObject({
      error: { code: "template_error", nodeId: "n" },
    });
    expect((await generated({ temp: "warm" })).test.execution.end).toMatchObject({
      error: { code: "node_failed", message: expect.stringContaining("temp") },
    });
    const bare = runNode({ is: "Generator" }, {}, []);
    expect(await bare.ended).toMatchObject({ error: { code: "not_configured" } });
  });
});

describe("the catalogue", () => {
  it("describes every component by the protocol's schema, with help and without two of one name", () => {
    const data = componentList.parse({ data: describeComponents() }).data;
    const names = data.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
    for (const { help } of data) expect(help.length).toBeGreaterThan(20);
  });
});
