import { describe, expect, it } from "vitest";
import { importSpell } from "../../src/graph/import.ts";
import { validateSpell } from "../../src/graph/validate.ts";
import { catalogue } from "../../src/nodes/index.ts";
import { spell } from "../helpers/spells.ts";

/** A spell as Thoth's editor of 2022 wrote it; each edge stands at both of its ends. */
const thoth = () => ({
  id: "4b1d4c1e-0000-4000-8000-000000000001",
  name: "small talk",
  createdAt: "2022-05-01T00:00:00.000Z",
  modules: [] as unknown[],
  gameState: { mood: "good" },
  chain: {
    id: "demo@0.1.0",
    nodes: {
      "10": {
        id: 10,
        name: "Module Trigger In",
        position: [0, 5],
        data: { name: "default", socketKey: "k-start" },
        inputs: {},
        outputs: { trigger: { connections: [{ node: 30, input: "trigger", data: { pins: [] } }] } },
      },
      "20": {
        id: 20,
        name: "Universal Input",
        position: [0, 50],
        data: { name: "text", text: "hello", socketKey: "k-in", display: "junk" },
        inputs: {},
        outputs: { output: { connections: [{ node: 30, input: "words", data: {} }] } },
      },
      "30": {
        id: 30,
        name: "Code",
        position: [10, 5],
        data: {
          code: "function worker(inputs) { return { loud: inputs.words + '!' } }",
          inputs: [
            {
              name: "words",
              socketKey: "words",
              socketType: "anySocket",
              taskType: "output",
              connectionType: "input",
            },
          ],
          outputs: [
            {
              name: "loud",
              socketKey: "loud",
              socketType: "stringSocket",
              taskType: "output",
              connectionType: "output",
            },
          ],
        },
        inputs: {
          trigger: { connections: [{ node: 10, output: "trigger", data: {} }] },
          words: { connections: [{ node: 20, output: "output", data: {} }] },
        },
        outputs: {
          trigger: { connections: [{ node: 40, input: "trigger", data: {} }] },
          loud: { connections: [{ node: 40, input: "input", data: {} }] },
        },
      },
      "40": {
        id: 40,
        name: "Output",
        position: [20, 5],
        data: { name: "said", socketKey: "k-out" },
        inputs: {
          trigger: { connections: [{ node: 30, output: "trigger", data: {} }] },
          input: { connections: [{ node: 30, output: "loud", data: {} }] },
        },
        outputs: { trigger: { connections: [] } },
      },
    } as Record<string, Record<string, unknown>>,
  },
});

describe("a Thoth spell", () => {
  it("becomes a native document with its positions, data, state and source", () => {
    const { document, issues } = importSpell(thoth());
    expect(issues).toEqual([]);
    expect(document).toMatchObject({
      format: "spellrunner@1",
      id: "4b1d4c1e-0000-4000-8000-000000000001",
      name: "small talk",
      state: { mood: "good" },
      source: { format: "rete-v1", createdAt: "2022-05-01T00:00:00.000Z", graphId: "demo@0.1.0" },
    });
    expect(document.nodes["20"]).toEqual({
      component: "Universal Input",
      position: [0, 50],
      data: { name: "text", text: "hello", socketKey: "k-in", display: "junk" },
    });
    expect(document.nodes["30"]).toMatchObject({
      inputs: [{ name: "words", type: "any" }],
      outputs: [{ name: "loud", type: "string" }],
    });
    expect(Object.values(document.edges)).toEqual([
      { from: ["10", "trigger"], to: ["30", "trigger"] },
      { from: ["20", "output"], to: ["30", "words"] },
      { from: ["30", "trigger"], to: ["40", "trigger"] },
      { from: ["30", "loud"], to: ["40", "input"] },
    ]);
    expect(validateSpell(document, catalogue)).toEqual([]);
  });

  it("is rebuilt from either mirror of its edges", () => {
    const onlyOutputs = thoth();
    for (const node of Object.values(onlyOutputs.chain.nodes)) node.inputs = {};
    const onlyInputs = thoth();
    for (const node of Object.values(onlyInputs.chain.nodes)) node.outputs = {};
    const edges = (value: unknown) =>
      new Set(Object.values(importSpell(value).document.edges).map((edge) => JSON.stringify(edge)));
    expect(edges(onlyOutputs)).toEqual(edges(thoth()));
    expect(edges(onlyInputs)).toEqual(edges(thoth()));
  });

  it("is read from chain, graph, a bare graph, and a bare module, whatever the graph's id", () => {
    const { chain, ...rest } = thoth();
    const variants = [
      { ...rest, graph: { ...chain, id: "demo@1.0.0" } },
      chain,
      { name: "m", id: rest.id, data: chain },
    ];
    for (const variant of variants)
      expect(Object.keys(importSpell(variant).document.nodes)).toEqual(["10", "20", "30", "40"]);
  });

  it("carries its modules inside", () => {
    const outer = thoth();
    outer.modules = [{ id: "m1", name: "inner", data: thoth().chain }, "nonsense"];
    const { document, issues } = importSpell(outer);
    expect(Object.keys(document.spells ?? {})).toEqual(["inner"]);
    expect(issues).toMatchObject([{ severity: "warning", code: "not_carried" }]);
  });

  it("comes in the same again after it was exported", () => {
    const { document } = importSpell(thoth());
    expect(importSpell(JSON.parse(JSON.stringify(document))).document).toEqual(document);
  });

  it("keeps faulty nodes, with a warning that names each", () => {
    const broken = thoth();
    broken.chain.nodes["50"] = { id: 50, name: "Code", position: [0, 0] };
    broken.chain.nodes["60"] = { id: 60, data: {}, position: "here" };
    broken.chain.nodes["a b"] = { id: 70, name: "Echo", data: {}, inputs: [], outputs: [] };
    const { document, issues } = importSpell(broken);
    expect(issues.map(({ code, nodeId }) => [code, nodeId])).toEqual([
      ["invalid_node", "a_b"],
      ["invalid_node", "50"],
      ["invalid_node", "60"],
      ["invalid_node", "60"],
      ["invalid_node", "a_b"],
    ]);
    expect(document.source?.nodes).toEqual({ "60": { position: "here" }, a_b: { key: "a b", id: 70 } });
    expect(document.nodes["50"]).toMatchObject({ component: "Code", data: {} });
    expect(validateSpell(document, catalogue).map(({ code, nodeId }) => [code, nodeId])).toEqual([
      ["invalid_data", "50"],
      ["unknown_component", "60"],
    ]);
  });
});

describe("what is no spell", () => {
  const cases: [string, unknown, string][] = [
    ["null", null, "null"],
    ["a number", 7, "number"],
    ["an array", [], "array"],
    ["an empty object", {}, "nodes"],
    ["nodes that are no object", { nodes: 3 }, "nodes"],
    ["an unknown format", { format: "spellrunner@99", nodes: {} }, "spellrunner@99"],
    [
      "a native document with a wrong node",
      { format: "spellrunner@1", nodes: { a: { component: "Echo", position: [1], data: {} } }, edges: {} },
      "nodes.a.position",
    ],
    [
      "a native document with a bad id",
      {
        format: "spellrunner@1",
        nodes: { "a/b": { component: "Echo", position: [1, 1], data: {} } },
        edges: {},
      },
      "nodes",
    ],
  ];
  for (const [what, value, says] of cases)
    it(`is refused with bad_request: ${what}`, () => {
      expect(() => importSpell(value)).toThrow(
        expect.objectContaining({ code: "bad_request", message: expect.stringContaining(says) }),
      );
    });

  it("is refused with too_large above 5 000 nodes, those of carried spells among them", () => {
    const nodes = Object.fromEntries(Array.from({ length: 2600 }, (_, i) => [`n${i}`, "Echo"]));
    const inner = spell(nodes, "");
    const outer = spell(nodes, "", { spells: { inner } });
    expect(() => importSpell(outer)).toThrow(expect.objectContaining({ code: "too_large" }));
    expect(importSpell(inner).issues).toEqual([]);
  });
});

describe("validation", () => {
  it("names edges to nowhere, from nowhere, from no output and into no input", () => {
    const drawn = spell(
      { start: "Trigger In", e: "Echo", out: "Output:o" },
      `
      start.trigger > e.trigger
      e.trigger > gone.trigger
      lost.out > e.source
      e.nothing > out.input
      e.output > out.strange`,
    );
    expect(
      validateSpell(drawn, catalogue).map(({ severity, code, nodeId }) => [severity, code, nodeId]),
    ).toEqual([
      ["error", "missing_node", "e"],
      ["error", "missing_node", "e"],
      ["error", "missing_output", "e"],
      ["warning", "unknown_input", "out"],
      ["warning", "missing_input", "out"],
    ]);
  });

  it("names circles of data and spells that nothing starts", () => {
    const drawn = spell(
      { a: "Echo", b: "Echo" },
      `
      a.output > b.source
      b.output > a.source`,
    );
    expect(validateSpell(drawn, catalogue).map(({ code }) => code)).toEqual([
      "data_cycle",
      "data_cycle",
      "no_start",
    ]);
  });

  it("takes a prototype's names for ordinary ids and names", () => {
    const drawn = spell(
      {
        constructor: "Trigger In",
        toString: "Output:hasOwnProperty",
        valueOf: "Universal Input:constructor",
      },
      `
      constructor.trigger > toString.trigger
      valueOf.output > toString.input`,
    );
    expect(validateSpell(drawn, catalogue)).toEqual([]);
    expect(
      validateSpell(spell({ a: "constructor", b: "__proto__" }, ""), catalogue).map(({ code }) => code),
    ).toEqual(["unknown_component", "unknown_component", "no_start"]);
  });
});
