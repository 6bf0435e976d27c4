import { describe, expect, it } from "vitest";
import { compile, type SubSpells } from "../../src/graph/compile.ts";
import { importSpell } from "../../src/graph/import.ts";
import { validateSpell } from "../../src/graph/validate.ts";
import { catalogue } from "../../src/nodes/index.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import { type Era, eras } from "../fixtures/eras.ts";
import { outputsOf, run } from "../helpers/spells.ts";

const eraOf = (start: string): JsonObject => {
  const found = eras.find(({ era }) => era.startsWith(start));
  if (found === undefined) throw new Error(`No fixture of ${start}.`);
  return found.file();
};

const besides =
  ({ beside }: Era): SubSpells =>
  (ref) =>
    beside?.()
      .map((file) => importSpell(file).document)
      .find(({ id, name }) => id === ref || name === ref);

const exported = (document: SpellDocument): unknown => JSON.parse(JSON.stringify(document));

describe.each(eras)("a spell of $era", (era) => {
  it("loads without a warning and without a fault", () => {
    const { document, issues } = importSpell(era.file());
    expect(issues).toEqual([]);
    expect(validateSpell(document, catalogue)).toEqual([]);
  });

  it("gives what it gave", () => {
    const { document } = importSpell(era.file());
    const { events } = run(document, { inputs: era.inputs, subSpells: besides(era) });
    expect(outputsOf(events), JSON.stringify(events.at(-1))).toEqual(era.outputs);
  });

  it("comes in again as it went out, with the same plan", () => {
    const { document } = importSpell(era.file());
    const again = importSpell(exported(document));
    expect(again.issues).toEqual([]);
    expect(exported(again.document)).toEqual(exported(document));
    const plan = (from: SpellDocument) => compile(from, catalogue, besides(era)).plan;
    expect(plan(again.document)).toEqual(plan(document));
  });

  it("is left as it was", () => {
    const file = era.file();
    importSpell(file);
    expect(file).toEqual(era.file());
  });
});

describe("the prototype of 2021", () => {
  it("has its triggers under their later name, and says so", () => {
    const { document } = importSpell(eraOf("June 2021"));
    expect(Object.values(document.edges)).toContainEqual({ from: ["1", "trigger"], to: ["3", "trigger"] });
    expect(document.source).toMatchObject({ triggersWere: "data", nodes: { "2": { name: "Input" } } });
    expect(document.nodes["2"]).toMatchObject({ component: "Input Field", data: { text: "Joe" } });
  });

  it("is known by its components, so that later sockets called data stay what they are", () => {
    const file = eraOf("2022, the fork's graph") as { graph: { nodes: Record<string, JsonObject> } };
    file.graph.nodes["9"] = {
      id: 9,
      name: "Code",
      position: [0, 0],
      data: {
        code: "() => ({})",
        inputs: [{ name: "data", socketKey: "data", taskType: "output", socketType: "anySocket" }],
      },
      inputs: { data: { connections: [{ node: 3, output: "output" }] } },
      outputs: {},
    };
    const { document } = importSpell(file);
    expect(Object.values(document.edges)).toContainEqual({ from: ["3", "output"], to: ["9", "data"] });
    expect(document.source).not.toHaveProperty("triggersWere");
  });

  it("keeps a value that its author called data beside the trigger", () => {
    const file = eraOf("June 2021") as { nodes: Record<string, JsonObject> };
    file.nodes["6"] = {
      id: 6,
      name: "State Write",
      position: [0, 0],
      data: { inputs: [{ name: "data", socketKey: "data", taskType: "output", socketType: "anySocket" }] },
      inputs: { data: { connections: [{ node: 2, output: "text" }] } },
      outputs: {},
    };
    const { document } = importSpell(file);
    expect(Object.values(document.edges)).toContainEqual({ from: ["2", "text"], to: ["6", "data"] });
    expect(document.nodes["6"]?.inputs).toEqual([{ name: "data", type: "any" }]);
  });
});

describe("an Input", () => {
  const alone = (node: JsonObject, rest: JsonObject = {}) =>
    importSpell({ nodes: { "1": { id: 1, name: "Input", position: [0, 0], ...node }, ...rest } }).document
      .nodes["1"]?.component;

  it.each([
    ["that gives text", { data: {}, outputs: { text: { connections: [] } } }, "Input Field"],
    ["that fires a trigger", { data: {}, outputs: { text: {}, trigger: { connections: [] } } }, "Input"],
    ["that gives an event", { data: {}, outputs: { output: { connections: [] } } }, "Input"],
    ["without sockets, with a text", { data: { text: "x" }, outputs: {} }, "Input Field"],
    ["without sockets, with a name", { data: { text: "x", name: "Input" }, outputs: {} }, "Input"],
    ["without anything", { data: {} }, "Input"],
  ])("%s", (_what, node, component) => {
    expect(alone(node)).toBe(component);
  });

  it("is a text also where only its readers know that", () => {
    const reader = {
      id: 2,
      name: "Alert",
      data: {},
      position: [0, 0],
      inputs: { text: { connections: [{ node: 1, output: "text" }] } },
    };
    expect(alone({ data: { name: "x" }, outputs: {} }, { "2": reader })).toBe("Input Field");
  });
});

describe("what has no place in a document", () => {
  it("is kept in its source", () => {
    const file = eraOf("June 2022") as JsonObject & {
      chain: JsonObject & { nodes: Record<string, JsonObject> };
    };
    file.chain.groups = { g: 1 };
    const node = file.chain.nodes["240"] as JsonObject;
    node.group = 7;
    const { document, issues } = importSpell({ ...file, format: 3, nodes: "other" });
    expect(issues).toEqual([]);
    expect(document.source).toMatchObject({
      format: "rete-v1",
      id: file.id,
      graphId: "demo@0.1.0",
      userId: "29476106",
      deletedAt: null,
      graph: { groups: { g: 1 } },
      nodes: {
        "240": { group: 7 },
        "238": {
          inputsAdded: [
            { name: "sub-input", useSocketName: true },
            { name: "sub-in", useSocketName: true },
          ],
        },
      },
      original: { format: 3, nodes: "other" },
    });
  });

  it("says of a wire what an editor said of it, and nothing of its greetings", () => {
    const file = eraOf("January 2023") as { nodes: Record<string, { outputs: JsonObject }> };
    (file.nodes["124"] as { outputs: JsonObject }).outputs = {
      trigger: { connections: [{ node: 233, input: "trigger", data: { pins: [{ x: 1, y: 2 }] } }] },
    };
    const { document } = importSpell(file);
    const [id] = Object.entries(document.edges).find(([, { from }]) => from[0] === "124") ?? [];
    expect(document.source?.edges).toEqual({ [String(id)]: { pins: [{ x: 1, y: 2 }] } });
  });

  it("keeps comments as they are", () => {
    const { document } = importSpell(eraOf("May 2023"));
    expect(document.comments).toEqual([expect.objectContaining({ type: "frame", links: [260] })]);
  });
});
