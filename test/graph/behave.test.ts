import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importSpell } from "../../src/graph/import.ts";
import { plainValue } from "../../src/graph/behave-values.ts";
import { validateSpell } from "../../src/graph/validate.ts";
import { catalogue } from "../../src/nodes/index.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import { type SpellDocument, spellDocument } from "../../src/protocol/spell.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";

const graphOf = (nodes: unknown[], rest: JsonObject = {}) => importSpell({ nodes, ...rest });
const wiresOf = ({ edges }: SpellDocument): string[] =>
  Object.values(edges).map(({ from, to }) => `${from.join(".")} > ${to.join(".")}`);

const row = {
  id: "30e438fe-8ce3-402f-bcf2-1c433b43a4f4",
  name: "Talk",
  projectId: "p1",
  type: "behave",
  spellReleaseId: null,
  worldId: "w1",
  createdAt: "1695319267522",
  graph: {
    nodes: [
      {
        id: "d43f20b9-14f1-4ea4-ae4d-6ce788c004df",
        type: "magick/onMessage",
        metadata: { positionX: "-75.5", positionY: "360.25", nodeTitle: "Hears" },
        flows: { flow: { nodeId: "aba2a6b6-d7fc-416b-a10d-1f0a5f308d4e", socket: "flow" } },
        configuration: { eventState: [] },
      },
      {
        id: "aba2a6b6-d7fc-416b-a10d-1f0a5f308d4e",
        type: "magick/sendMessage",
        label: "Says",
        metadata: { positionX: "594", positionY: "no number" },
        parameters: {
          content: { link: { nodeId: "d43f20b9-14f1-4ea4-ae4d-6ce788c004df", socket: "content" } },
          skipSave: { value: true },
        },
      },
    ],
    variables: [{ id: "v", name: "count", valueTypeName: "integer", initialValue: "7" }],
    customEvents: [],
    graphInputs: [],
    graphOutputs: [],
    data: { comments: [{ id: "c", text: "hello" }], groups: [{ id: "g" }] },
  },
};

describe("The reader of behave-graph spells", () => {
  it("takes a spell as Magick stored it", () => {
    const { document, issues } = importSpell(row);
    expect(issues).toEqual([]);
    expect(document).toMatchObject({
      id: row.id,
      name: "Talk",
      flow: "fibers",
      state: { count: 7 },
      comments: [{ id: "c", text: "hello" }],
      source: {
        format: "behave-graph",
        projectId: "p1",
        worldId: "w1",
        type: "behave",
        data: { groups: [{ id: "g" }] },
      },
    });
    expect(document.nodes["d43f20b9-14f1-4ea4-ae4d-6ce788c004df"]).toEqual({
      component: "magick/onMessage",
      position: [-75.5, 360.25],
      data: { name: "Hears", configuration: { eventState: [] }, metadata: { nodeTitle: "Hears" } },
    });
    expect(document.nodes["aba2a6b6-d7fc-416b-a10d-1f0a5f308d4e"]).toEqual({
      component: "magick/sendMessage",
      position: [594, 0],
      data: { name: "Says", label: "Says", parameters: { skipSave: true } },
    });
    expect(spellDocument.safeParse(document).success).toBe(true);
    expect(validateSpell(document, catalogue)).toEqual([]);
  });

  it("takes a bare graph", () => {
    const { document } = graphOf([{ id: "0", type: "lifecycle/onStart" }], { name: "Bare" });
    expect(document).toMatchObject({
      id: "unsaved",
      name: "Bare",
      nodes: { "0": { component: "lifecycle/onStart" } },
    });
  });

  it("draws links and flows as edges, whether ids are numbers or texts", () => {
    const { document, issues } = graphOf([
      { id: 0, type: "lifecycle/onStart", flows: { flow: { nodeId: 1, socket: "flow" } } },
      { id: "1", type: "debug/log", parameters: { text: { link: { nodeId: 2, socket: "result" } } } },
      { id: "2", type: "math/pi/float" },
    ]);
    expect(issues).toEqual([]);
    expect(wiresOf(document)).toEqual(["0.flow > 1.flow", "2.result > 1.text"]);
  });

  it("renames ids that cannot stand in a path, and keeps what leads to them", () => {
    const long = "n".repeat(80);
    const { document, issues } = graphOf([
      { id: "a/b", type: "lifecycle/onStart", flows: { flow: { nodeId: long, socket: "flow" } } },
      { id: long, type: "debug/log" },
      { id: "__proto__", type: "debug/log" },
      { id: "a-b", type: "debug/log" },
      { type: "debug/log" },
    ]);
    const ids = Object.keys(document.nodes);
    expect(ids).toEqual(["a-b", "n".repeat(48), "--proto--", "a-b-2", "node"]);
    expect(wiresOf(document)).toEqual([`a-b.flow > ${"n".repeat(48)}.flow`]);
    expect(issues.map(({ code, nodeId }) => [code, nodeId])).toEqual(ids.map((id) => ["invalid_node", id]));
  });

  it("keeps an edge to a node that does not exist, so that it is told", () => {
    const { document, issues } = graphOf([
      { id: "0", type: "lifecycle/onStart", flows: { flow: { nodeId: "9", socket: "flow" } } },
    ]);
    expect(issues).toEqual([]);
    expect(validateSpell(document, catalogue)).toMatchObject([{ code: "missing_node", nodeId: "0" }]);
  });

  it("gives nodes the sockets that their configuration says", () => {
    const added = (type: string, configuration: JsonObject, rest: JsonObject = {}) => {
      const { document } = graphOf([{ id: "n", type, configuration }], rest);
      const { inputs = [], outputs = [] } = document.nodes.n ?? {};
      const shown = (sockets: typeof inputs) =>
        sockets.map(({ name, type: of }) => `${name}:${of}`).join(" ");
      return `${shown(inputs)} | ${shown(outputs)}`;
    };
    expect(added("flow/sequence", { numOutputs: 2 })).toBe(" | 1:trigger 2:trigger");
    expect(added("flow/sequence", {})).toBe(" | 1:trigger 2:trigger 3:trigger");
    expect(added("flow/sequence", { numOutputs: "2" })).toBe(" | 1:trigger 2:trigger");
    expect(added("flow/waitAll", { numInputs: 2 })).toBe("1:trigger 2:trigger | ");
    expect(added("flow/switch/string", { numCases: 2 })).toBe("1:string 2:string | 1:trigger 2:trigger");
    expect(added("flow/switch/integer", { numCases: 1 })).toBe("1:number | 1:trigger");
    expect(added("flow/switch/string", { cases: ["x", "y", "x", 3] })).toBe(
      " | x:trigger y:trigger 3:trigger",
    );
    expect(added("flow/switch/integer", {})).toBe(" | 0:trigger 1:trigger 2:trigger");
    expect(added("flow/switch", { socketOutputs: [{ name: "/reset", valueType: "flow" }] })).toBe(
      " | /reset:trigger",
    );
    expect(
      added("logic/string/template", {
        socketInputs: [
          { name: "a", valueType: "string" },
          { key: "b", valueType: "vec3" },
          { name: "a" },
          7,
          {},
        ],
      }),
    ).toBe("a:string b:object | ");
    expect(
      added("flow/array/forEach", { valueType: "float", valueTypeOptions: { socketName: "Number" } }),
    ).toBe(" | Number:number");
    expect(added("logic/array/push", { valueType: "object" })).toBe("Item:object | ");
    const inputs = [
      { key: "go", valueType: "flow" },
      { key: "text", valueType: "string" },
    ];
    expect(added("events/subspells/input", {}, { graphInputs: inputs })).toBe(" | go:trigger text:string");
    expect(added("events/subspells/output", {}, { graphOutputs: inputs })).toBe(
      "go:trigger text:string | go:trigger text:string",
    );
  });

  it("does not count off more sockets than a node can have", () => {
    const { document } = graphOf([{ id: "n", type: "flow/sequence", configuration: { numOutputs: 1e9 } }]);
    expect(document.nodes.n?.outputs).toHaveLength(1000);
  });

  it("wires what raises a custom event to those that listen, with its parameters and their defaults", () => {
    const customEvents: Json = [
      {
        id: 0,
        name: "said",
        parameters: [
          { name: "text", valueTypeName: "string", defaultValue: "nothing" },
          { name: "flow", valueTypeName: "string" },
        ],
      },
    ];
    const configuration = { customEventId: "0" };
    const { document, issues } = graphOf(
      [
        { id: "a", type: "customEvent/trigger", configuration },
        { id: "b", type: "customEvent/trigger", configuration, parameters: { text: { value: "hi" } } },
        { id: "c", type: "customEvent/onTriggered", configuration: { customEventId: 0 } },
        { id: "d", type: "customEvent/onTriggered", configuration: { customEventId: "1" } },
      ],
      { customEvents },
    );
    expect(issues).toEqual([]);
    expect(wiresOf(document)).toEqual([
      "a.$event > c.$event",
      "a.text > c.text",
      "b.$event > c.$event",
      "b.text > c.text",
    ]);
    expect(document.nodes.a?.data.parameters).toEqual({ text: "nothing" });
    expect(document.nodes.b?.data.parameters).toEqual({ text: "hi" });
    expect(document.nodes.c?.outputs).toEqual([{ name: "text", type: "string" }]);
    expect(document.source?.customEvents).toEqual(customEvents);
  });

  it("keeps variables in the state by their names, by their ids where names collide", () => {
    const { document, issues } = graphOf(
      [
        { id: "g", type: "variable/get", configuration: { variableId: 1 } },
        { id: "s", type: "variables/set", configuration: { variableId: "2" } },
        { id: "o", type: "variables/on", configuration: { variableId: "2" } },
        { id: "q", type: "variables/set", configuration: { variableId: "2", emitEvent: false } },
        { id: "x", type: "variable/get", configuration: { variableId: "9" } },
        { id: "r", type: "variables/reset" },
        {
          id: "m",
          type: "variables/getMany",
          configuration: { socketOutputs: [{ name: "n", valueType: "float" }] },
        },
      ],
      {
        variables: [
          { id: 1, name: "n", valueTypeName: "float", initialValue: "1.5" },
          { id: 2, name: "n", valueTypeName: "vec2", initialValue: "[1,2]" },
          {
            id: "3",
            name: "list",
            valueTypeName: "array",
            initialValue: { typeSignature: "ArrayVariable", data: [1] },
          },
          { id: "4", name: "none", valueTypeName: "object", initialValue: null },
          { id: "5", name: "odd", valueTypeName: "integer", initialValue: "many" },
          { id: "5", name: "again", valueTypeName: "integer" },
          "nothing",
        ],
      },
    );
    expect(document.state).toEqual({ n: 1.5, "2": { x: 1, y: 2 }, list: [1], none: {}, odd: 0 });
    expect(document.nodes.g?.data.variable).toEqual({ name: "n", key: "n", type: "float", initial: 1.5 });
    expect(document.nodes.s?.data.variable).toEqual({
      name: "n",
      key: "2",
      type: "vec2",
      initial: { x: 1, y: 2 },
    });
    expect(document.nodes.r?.data.variables).toHaveLength(5);
    expect(document.nodes.m?.data.variables).toMatchObject([{ key: "n" }, { key: "2" }]);
    expect(wiresOf(document)).toEqual(["s.$changed > o.$changed"]);
    expect(issues.map(({ message }) => message)).toEqual([
      'The initial value of the variable "odd" is no integer; it starts empty.',
      'A further variable with the id "5" was left out.',
      "A variable without an id was left out.",
      'This node is about a variable with the id "9", which does not exist.',
    ]);
  });

  it("tells nodes that change a list which variable it belongs to, also behind others that do", () => {
    const array = (nodeId: string, socket: string) => ({
      parameters: { array: { link: { nodeId, socket } } },
    });
    const { document } = graphOf(
      [
        { id: "get", type: "variables/get", configuration: { variableId: "v" } },
        { id: "p1", type: "logic/array/push", ...array("get", "list") },
        { id: "p2", type: "logic/array/push", ...array("p1", "array") },
        { id: "many", type: "variables/getMany" },
        { id: "c", type: "action/array/clear", ...array("many", "list") },
        { id: "other", type: "action/array/create" },
        { id: "p3", type: "logic/array/push", ...array("other", "array") },
        // In a circle.
        { id: "p4", type: "logic/array/push", ...array("p5", "array") },
        { id: "p5", type: "logic/array/push", ...array("p4", "array") },
      ],
      { variables: [{ id: "v", name: "list", valueTypeName: "array" }] },
    );
    const keys = Object.fromEntries(
      Object.entries(document.nodes).map(([id, { data }]) => [
        id,
        (data.variable as JsonObject | undefined)?.key,
      ]),
    );
    expect(keys).toMatchObject({ p1: "list", p2: "list", c: "list" });
    expect([keys.p3, keys.p4, keys.p5]).toEqual([undefined, undefined, undefined]);
  });

  it("gives starts and answers names of their own", () => {
    const { document } = graphOf([
      { id: "a", type: "magick/onMessage" },
      { id: "b", type: "magick/onMessage" },
      { id: "c", type: "magick/sendMessage", label: "lifecycle" },
    ]);
    expect(Object.values(document.nodes).map(({ data }) => data.name)).toEqual([
      "magick/onMessage",
      "magick/onMessage 2",
      "lifecycle 2",
    ]);
    expect(wiresOf(document)).toEqual(["a.event > c.event", "b.event > c.event"]);
  });

  it("makes outputs and ways out of what a sub-spell gives", () => {
    const { document } = graphOf([{ id: "out", type: "events/subspells/output" }], {
      graphOutputs: [
        { key: "done", valueType: "flow" },
        { key: "a", valueType: "string" },
        { key: "b", valueType: "float" },
      ],
    });
    const named = Object.values(document.nodes).map(({ component, data }) => [component, data.name]);
    expect(named).toEqual([
      ["events/subspells/output", undefined],
      ["Output", "a"],
      ["Output", "b"],
      ["Trigger Out", "done"],
    ]);
    expect(wiresOf(document)).toEqual([
      "out.$results > out.1.trigger",
      "out.a > out.1.input",
      "out.1.trigger > out.2.trigger",
      "out.b > out.2.input",
      "out.done > out.3.trigger",
    ]);
    expect(validateSpell(document, catalogue).filter(({ code }) => code !== "no_start")).toEqual([]);
  });

  it("names the spell that a node runs, and wires the values that it holds for it", () => {
    const { document, issues } = graphOf([
      {
        id: "run",
        type: "action/subspell/run",
        configuration: {
          spellId: "id-1",
          socketInputs: [
            { key: "go", valueType: "flow" },
            { key: "text", valueType: "string" },
            { key: "odd", valueType: "image" },
          ],
        },
        parameters: { text: { value: "hey" }, odd: { value: 1 } },
      },
      { id: "named", type: "action/subspell/run", configuration: { spellId: "id-1", spellName: "Other" } },
    ]);
    expect(document.nodes.run?.data.spellId).toBe("id-1");
    expect(document.nodes.named?.data.spellId).toBe("Other");
    expect(document.nodes["run.in2"]).toMatchObject({
      component: "logic/string",
      data: { parameters: { a: "hey" } },
    });
    expect(wiresOf(document)).toEqual(["run.in2.result > run.text"]);
    expect(issues.map(({ message }) => message)).toEqual([
      'The value of the input "odd" was left out: no node holds a value of the type image.',
    ]);
  });

  it("says what it left out, with the node", () => {
    const { document, issues } = graphOf([
      "no node",
      { id: "a", flows: "none", parameters: [1], configuration: 7 },
      { id: "b", type: "debug/log", parameters: { text: {}, severity: "info" }, flows: { flow: {} } },
      { id: "b", type: "debug/log" },
    ]);
    expect(Object.keys(document.nodes)).toEqual(["a", "b", "b-2"]);
    expect(issues.map(({ nodeId, message }) => `${nodeId ?? ""} ${message}`)).toEqual([
      " Entry 0 of `nodes` is no node and was left out.",
      "a This node names no type.",
      "a The `configuration` of this node are no object and were left out.",
      "a The `parameters` of this node are no object and were left out.",
      "a The `flows` of this node are no object and were left out.",
      'b-2 Node id "b" became "b-2".',
      'b The parameter "text" has neither a value nor a link and was left out.',
      'b The parameter "severity" has neither a value nor a link and was left out.',
      'b The flow "flow" leads nowhere and was left out.',
    ]);
    expect(issues.every(({ severity }) => severity === "warning")).toBe(true);
  });

  it("bounds what it draws for events and variables that are many", () => {
    const configuration = { customEventId: "e" };
    const raisers = Array.from({ length: 300 }, (_, i) => ({
      id: `r${i}`,
      type: "customEvent/trigger",
      configuration,
    }));
    const listeners = Array.from({ length: 300 }, (_, i) => ({
      id: `l${i}`,
      type: "customEvent/onTriggered",
      configuration,
    }));
    const resets = Array.from({ length: 300 }, (_, i) => ({ id: `v${i}`, type: "variables/reset" }));
    const variables = Array.from({ length: 300 }, (_, i) => ({
      id: i,
      name: `n${i}`,
      valueTypeName: "float",
    }));
    const { document, issues } = graphOf([...raisers, ...listeners, ...resets], {
      customEvents: [{ id: "e", name: "e" }],
      variables,
    });
    expect(Object.keys(document.edges)).toHaveLength(20_000);
    const told = Object.values(document.nodes).filter(({ data }) => data.variables !== undefined);
    expect(told).toHaveLength(66);
    expect(issues.filter(({ message }) => message.includes("so many events"))).toHaveLength(1);
  });

  it("refuses a spell of more nodes than are taken", () => {
    const nodes = Array.from({ length: 5001 }, (_, i) => ({ id: i, type: "debug/log" }));
    expect(() => importSpell({ nodes })).toThrow(expect.objectContaining({ code: "too_large" }));
  });

  it("reads whatever stands in a file, or refuses it as a spell", () => {
    const junk = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>;
    const link = fc.record({
      nodeId: fc.oneof(fc.constantFrom("a", "b", 0), junk),
      socket: fc.oneof(fc.constant("flow"), junk),
    });
    const node = fc.record(
      {
        id: fc.oneof(fc.constantFrom("a", "b", 0, "__proto__", ""), junk),
        type: fc.oneof(
          fc.constantFrom(
            "flow/sequence",
            "variables/set",
            "logic/array/push",
            "customEvent/trigger",
            "events/subspells/output",
            "magick/onMessage",
            "flow/switch/string",
          ),
          junk,
        ),
        parameters: fc.oneof(fc.dictionary(fc.string(), fc.oneof(fc.record({ link }), junk)), junk),
        flows: fc.oneof(fc.dictionary(fc.string(), link), junk),
        configuration: fc.oneof(
          fc.record({
            variableId: junk,
            socketInputs: junk,
            customEventId: junk,
            numOutputs: junk,
            numCases: junk,
            cases: junk,
          }),
          junk,
        ),
        metadata: junk,
        label: junk,
      },
      { requiredKeys: [] },
    );
    const shared = fc.oneof(
      fc.array(
        fc.oneof(
          fc.record({ id: junk, name: junk, valueTypeName: junk, initialValue: junk, parameters: junk }),
          junk,
        ),
      ),
      junk,
    );
    const file = fc.record({
      nodes: fc.array(fc.oneof({ weight: 5, arbitrary: node }, { weight: 1, arbitrary: junk }), {
        maxLength: 8,
      }),
      variables: shared,
      customEvents: shared,
      graphInputs: shared,
      graphOutputs: shared,
      data: junk,
      name: junk,
      id: junk,
    });
    fc.assert(
      fc.property(file, fc.boolean(), (graph, isRow) => {
        try {
          const { document } = importSpell(isRow ? { graph, name: "row" } : graph);
          const stored = JSON.parse(JSON.stringify(document)) as unknown;
          expect(spellDocument.safeParse(stored).error?.issues).toBeUndefined();
          validateSpell(document, catalogue);
        } catch (error) {
          expect(error).toBeInstanceOf(SpellError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("A value of behave-graph", () => {
  it("is plain JSON of its type, however a file has it", () => {
    expect(plainValue("vec3", "[1, 2 , -3.5]")).toEqual({ x: 1, y: 2, z: -3.5 });
    expect(plainValue("quat", [0, 0, 0, 1])).toEqual({ x: 0, y: 0, z: 0, w: 1 });
    expect(plainValue("vec2", { x: "NaN", y: 1, z: 5 })).toEqual({ x: "NaN", y: 1 });
    expect(plainValue("mat3", { elements: [1, 2, 3, 4, 5, 6, 7, 8, 9] })).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
    expect(plainValue("integer", "9007199254740993")).toBe("9007199254740993");
    expect(plainValue("integer", 12)).toBe(12);
    expect(plainValue("boolean", "True")).toBe(true);
    expect(plainValue("array", '{"typeSignature":"ArrayVariable","data":[1]}')).toEqual([1]);
    expect(plainValue("object", '{"a":1}')).toEqual({ a: 1 });
    expect(plainValue("unheard of", { a: 1 })).toEqual({ a: 1 });
  });

  it("is none where a file has something else", () => {
    for (const [type, raw] of [
      ["vec3", "1,2"],
      ["vec3", null],
      ["mat4", [1, 2]],
      ["integer", 1.5],
      ["integer", "1.5"],
      ["float", {}],
      ["boolean", []],
      ["string", {}],
      ["array", "[1"],
      ["array", { data: [1] }],
      ["object", "text"],
    ] as const)
      expect(plainValue(type, raw as never), type).toBeUndefined();
  });
});
