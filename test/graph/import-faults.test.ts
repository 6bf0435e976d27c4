import { describe, expect, it } from "vitest";
import { importSpell } from "../../src/graph/import.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/protocol/values.ts";
import { eras } from "../fixtures/eras.ts";
import { reteGraph } from "../helpers/rete.ts";

const graph = () =>
  reteGraph(
    {
      "1": { name: "Trigger In", data: { name: "go" } },
      "2": { name: "Echo" },
      "3": { name: "Output", data: { name: "out" } },
    },
    `
    1.trigger > 2.trigger
    2.trigger > 3.trigger
    2.output > 3.input`,
  );

/** The graph with its node 2 changed. */
const withNode = (change: JsonObject): JsonObject => {
  const file = graph();
  return { ...file, nodes: { ...file.nodes, "2": { ...file.nodes["2"], ...change } } };
};

const warningsOf = (file: unknown) =>
  importSpell(file).issues.map(({ severity, code, nodeId }) => [severity, code, nodeId]);

describe("a fault of a node is told by its id, and what was there is kept in the source", () => {
  it.each<[string, JsonObject, string, JsonObject]>([
    ["another id than its key", { id: 9 }, "invalid_node", { id: 9 }],
    ["no position that could be drawn", { position: [1] }, "invalid_node", { position: [1] }],
    ["a list for data", { data: [1] }, "invalid_node", { data: [1] }],
    ["a component that is no name", { name: 5 }, "invalid_node", { name: 5 }],
    [
      "a component with an endless name",
      { name: "n".repeat(300) },
      "invalid_node",
      { name: "n".repeat(300) },
    ],
    [
      "added sockets without names",
      { data: { outputs: [{ taskType: "output" }, 7] } },
      "not_carried",
      { outputs: [{ taskType: "output" }, 7] },
    ],
    ["added sockets that are no list", { data: { inputs: "a, b" } }, "not_carried", { inputs: ["a, b"] }],
  ])("%s", (_what, change, code, kept) => {
    const { document, issues } = importSpell(withNode(change));
    expect(issues).toEqual([expect.objectContaining({ severity: "warning", code, nodeId: "2" })]);
    expect(document.source?.nodes).toEqual({ "2": kept });
    expect(document.nodes["2"]).toBeDefined();
  });

  it.each([
    ["numbers in texts", ["12", "-3.5"], [12, -3.5]],
    ["by its axes", { x: 4, y: 5 }, [4, 5]],
  ])("but a position may be written with %s", (_what, written, position) => {
    const { document, issues } = importSpell(withNode({ position: written }));
    expect(issues).toEqual([]);
    expect(document.nodes["2"]?.position).toEqual(position);
  });

  it("and nodes that are none stand as empty ones", () => {
    const file = graph();
    const { document } = importSpell({ ...file, nodes: { ...file.nodes, "4": "a node", "5": null } });
    expect(document.nodes["4"]).toEqual({ component: "Unknown", position: [0, 0], data: {} });
    expect(document.source?.nodes).toEqual({ "4": { node: "a node" }, "5": { node: null } });
    expect(warningsOf({ ...file, nodes: { ...file.nodes, "4": "a node" } })).toEqual([
      ["warning", "invalid_node", "4"],
    ]);
  });
});

describe("wires", () => {
  it("that name no other end are told and kept", () => {
    const broken = withNode({
      inputs: { trigger: { connections: [{ node: 1, output: "trigger" }, { node: 1 }, 7] }, string: "wire" },
    });
    const { document, issues } = importSpell(broken);
    expect(issues.map(({ code, nodeId }) => [code, nodeId])).toEqual([
      ["not_carried", "2"],
      ["not_carried", "2"],
      ["not_carried", "2"],
    ]);
    expect(document.source?.wires).toEqual([
      { node: "2", side: "inputs", socket: "trigger", connection: { node: 1 } },
      { node: "2", side: "inputs", socket: "trigger", connection: 7 },
      { node: "2", side: "inputs", socket: "string", connection: "wire" },
    ]);
    expect(Object.keys(document.edges)).toHaveLength(3);
  });

  it("written with the nodes' own ids find nodes that stand under other keys", () => {
    const { nodes } = graph();
    const { document } = importSpell({
      nodes: { start: nodes["1"] ?? {}, echo: nodes["2"] ?? {}, out: nodes["3"] ?? {} },
    });
    expect(Object.values(document.edges)).toEqual([
      { from: ["start", "trigger"], to: ["echo", "trigger"] },
      { from: ["echo", "trigger"], to: ["out", "trigger"] },
      { from: ["echo", "output"], to: ["out", "input"] },
    ]);
  });

  it("to nodes that are not there stay as they are", () => {
    const file = withNode({ inputs: { string: { connections: [{ node: 77, output: "output" }] } } });
    expect(Object.values(importSpell(file).document.edges)).toContainEqual({
      from: ["77", "output"],
      to: ["2", "string"],
    });
  });

  it("that are called differently at their two ends are those that the inputs tell of", () => {
    const file = withNode({
      outputs: {
        triggerTrigger: { connections: [{ node: 3, input: "trigger" }] },
        output: { connections: [{ node: 3, input: "inputInput" }] },
      },
    });
    const { document, issues } = importSpell(file);
    expect(issues.map(({ code, nodeId }) => [code, nodeId])).toEqual([
      ["not_carried", "2"],
      ["not_carried", "2"],
    ]);
    expect(Object.values(document.edges)).toEqual(Object.values(importSpell(graph()).document.edges));
    expect(document.source?.wires).toEqual([
      { from: ["2", "triggerTrigger"], to: ["3", "trigger"] },
      { from: ["2", "output"], to: ["3", "inputInput"] },
    ]);
  });

  it("of one socket to two others stay two, though each stands at one end alone", () => {
    const file = reteGraph({ "1": { name: "Number" }, "2": { name: "Add" } }, "");
    const one = { ...file.nodes["1"], outputs: { num: { connections: [{ node: 2, input: "num1" }] } } };
    const two = {
      ...file.nodes["2"],
      inputs: { num1: { connections: [] }, num2: { connections: [{ node: 1, output: "num" }] } },
    };
    const { document, issues } = importSpell({ nodes: { "1": one, "2": two } });
    expect(issues).toEqual([]);
    expect(Object.values(document.edges)).toEqual([
      { from: ["1", "num"], to: ["2", "num2"] },
      { from: ["1", "num"], to: ["2", "num1"] },
    ]);
  });

  it("in lists of sockets go by their index, which the two components of such files have names for", () => {
    const { document } = importSpell({
      id: "test@0.0.1",
      nodes: {
        "1": {
          id: 1,
          name: "Number",
          data: { num: 2 },
          position: [0, 0],
          inputs: [],
          outputs: [{ connections: [{ node: 2, input: 1 }] }],
        },
        "2": {
          id: 2,
          name: "Add",
          data: {},
          position: [0, 0],
          inputs: [{ connections: [] }, { connections: [{ node: 1, output: 0 }] }],
          outputs: [],
        },
      },
    });
    expect(Object.values(document.edges)).toEqual([{ from: ["1", "num"], to: ["2", "num2"] }]);
  });

  it("from sockets of a Spell node that nothing declares have a socket to leave from", () => {
    const { nodes } = reteGraph(
      { "1": { name: "Spell", data: { spell: "other" } }, "2": { name: "Output", data: { name: "out" } } },
      `
      1.Output > 2.input
      1.done > 2.trigger`,
    );
    expect(importSpell({ nodes }).document.nodes["1"]?.outputs).toEqual([
      { name: "Output", type: "any" },
      { name: "done", type: "trigger" },
    ]);
  });
});

describe("a wrapper", () => {
  it("may hold its graph and its state as texts, as they lay in databases", () => {
    const { document, issues } = importSpell({
      name: "row",
      graph: JSON.stringify(graph()),
      game_state: '{"a":1}',
    });
    expect(issues).toEqual([]);
    expect(Object.keys(document.nodes)).toEqual(["1", "2", "3"]);
    expect(document.state).toEqual({ a: 1 });
    expect(document.source).toEqual({ format: "rete-v1", graphId: "demo@0.1.0" });
  });

  it("with a second graph and a state that is none keeps both in its source", () => {
    const { document, issues } = importSpell({ chain: graph(), graph: graph(), gameState: "lost" });
    expect(issues.map(({ code }) => code)).toEqual(["not_carried", "not_carried"]);
    expect(document.source).toMatchObject({ graph: graph(), gameState: "lost" });
  });

  it("gives its id where it may be one: of a row, of a database, and not of a graph", () => {
    const idOf = (rest: JsonObject) => importSpell({ ...rest, graph: graph() }).document.id;
    expect(idOf({ id: "own" })).toBe("own");
    expect(idOf({ id: 12 })).toBe("12");
    expect(idOf({ _id: "defaultSpell" })).toBe("defaultSpell");
    expect(idOf({ id: "a/b" })).toBe("unsaved");
    expect(importSpell(graph()).document.id).toBe("unsaved");
  });

  it("cuts a name that is too long, and keeps it", () => {
    const name = "n".repeat(400);
    const { document, issues } = importSpell({ name, graph: graph() });
    expect(document.name).toHaveLength(300);
    expect(document.source?.name).toBe(name);
    expect(issues).toMatchObject([{ code: "not_carried" }]);
  });
});

describe("modules", () => {
  const module = (name: Json, rest: JsonObject = {}): JsonObject => ({
    id: "m",
    name,
    data: graph(),
    ...rest,
  });

  it("are carried with their own modules and with what is theirs", () => {
    const inner = module("inner", { note: "mine", modules: [module("innermost")] });
    const { document, issues } = importSpell({ graph: graph(), modules: [inner] });
    expect(issues).toEqual([]);
    expect(document.spells?.inner?.source).toMatchObject({ note: "mine" });
    expect(Object.keys(document.spells?.inner?.spells ?? {})).toEqual(["innermost"]);
  });

  it("may stand by their names", () => {
    const { document } = importSpell({ graph: graph(), modules: { one: module("one"), two: module("two") } });
    expect(Object.keys(document.spells ?? {})).toEqual(["one", "two"]);
  });

  it("that are none, or of a name that is taken, are told and kept", () => {
    const odd = [7, { name: "empty", data: {} }, module(3), module("__proto__"), module("twice", { n: 2 })];
    const { document, issues } = importSpell({ graph: graph(), modules: [module("twice"), ...odd] });
    expect(issues.map(({ code }) => code)).toEqual(odd.map(() => "not_carried"));
    expect(issues.at(-1)?.message).toContain('"twice"');
    expect(document.source?.modules).toEqual(odd);
    expect(Object.keys(document.spells ?? {})).toEqual(["twice"]);
  });
});

describe("a file that could do harm", () => {
  const refusal = (file: unknown): unknown => {
    try {
      return importSpell(file);
    } catch (error) {
      return error;
    }
  };
  const bad = (path: string) =>
    expect.objectContaining({ code: "bad_request", errors: [expect.objectContaining({ path })] });
  const nested = (depth: number): Json => {
    let value: Json = {};
    for (let i = 0; i < depth; i++) value = [value];
    return value;
  };

  it.each([
    ["in a spell of Rete", '{"nodes":{"__proto__":{"name":"Echo"}}}', "nodes.__proto__"],
    ["in a native one", '{"format":"spellrunner@1","nodes":{},"edges":{"__proto__":{}}}', "edges.__proto__"],
  ])("is refused where it has the key __proto__: %s", (_where, text, path) => {
    expect(refusal(JSON.parse(text))).toEqual(bad(path));
  });

  it("is refused where it is nested too deep for what walks it, however deep that is", () => {
    const file = (depth: number) => withNode({ data: { deep: nested(depth) } });
    expect(refusal(file(50))).toHaveProperty("document");
    expect(refusal(file(200))).toMatchObject({ code: "bad_request" });
    expect(refusal(file(100_000))).toMatchObject({ code: "bad_request" });
    const cyclic: JsonObject = { nodes: {} };
    cyclic.self = cyclic;
    expect(refusal(cyclic)).toMatchObject({ code: "bad_request" });
  });

  it("is refused where a number is none that JSON could give back", () => {
    expect(refusal(JSON.parse('{"nodes":{"1":{"id":1,"name":"Echo","position":[1e999,0]}}}'))).toEqual(
      bad("nodes.1.position.0"),
    );
  });

  it("cannot make two nodes one by ids that become alike", () => {
    const node = { name: "Echo", data: {}, position: [0, 0] };
    const { document } = importSpell({
      nodes: { "a b": node, a_b: node, "a/b": node, "_ proto__": node, é: node },
    });
    expect(Object.keys(document.nodes)).toEqual(["a_b-2", "a_b", "a_b-3", "__proto__-2", "_"]);
  });

  it("with names of a prototype's methods is an ordinary one", () => {
    const file = reteGraph({}, "");
    const node = (rest: JsonObject): JsonObject => ({
      name: "constructor",
      data: {},
      position: [0, 0],
      ...rest,
    });
    const { document } = importSpell({
      ...file,
      nodes: {
        constructor: node({
          outputs: { toString: { connections: [{ node: "valueOf", input: "hasOwnProperty" }] } },
        }),
        valueOf: node({ inputs: {}, data: { inputs: [{ name: "constructor", socketType: "toString" }] } }),
      },
    });
    expect(Object.values(document.edges)).toEqual([
      { from: ["constructor", "toString"], to: ["valueOf", "hasOwnProperty"] },
    ]);
    expect(document.nodes["valueOf"]?.inputs).toEqual([{ name: "constructor", type: "any" }]);
  });
});

it("every fixture of an era holds nodes, so that these tests are of something", () => {
  for (const { file } of eras) {
    const value = file();
    const found = [value, value.graph, value.chain].find(
      (part) => isJsonObject(part) && isJsonObject(part.nodes),
    );
    expect(Object.keys((found as { nodes: JsonObject }).nodes).length).toBeGreaterThan(2);
  }
});
