/** The pure parts that read components: palette, sockets, fields. */
import { describe, expect, it } from "vitest";
import { fieldsOf } from "../../client/editor/core/data-fields.ts";
import { searchComponents, socketFor } from "../../client/editor/core/search.ts";
import { areJoinable, socketsOf, whyNot } from "../../client/editor/core/sockets.ts";
import { describeComponents } from "../../src/nodes/index.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";

const components = describeComponents();
const byName = new Map(components.map((component) => [component.name, component]));

describe("the palette's search", () => {
  const names = (query: string): string[] =>
    searchComponents(components, query).map(({ component }) => component.name);

  it("gives the name that was typed first, then names that begin with it", () => {
    expect(names("switch")[0]).toBe("Switch");
    expect(names("gener")[0]).toMatch(/^Gener/);
  });

  it("finds by names of other years", () => {
    expect(names("prompt template")).toContain("Text Template");
  });

  it("offers no retired component unasked", () => {
    const found = searchComponents(components, "");
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter(({ component }) => component.status === "retired")).toEqual([]);
  });

  it("for the end of a wire gives only what fits, with the socket", () => {
    const end = { node: "n", socket: "trigger", type: "trigger", side: "outputs" } as const;
    for (const { component, socket } of searchComponents(components, "", end)) {
      expect(socketFor(component, end)).toBe(socket);
      expect(component.inputs.find(({ name }) => name === socket)?.type).toBe("trigger");
    }
  });
});

describe("sockets", () => {
  const document: SpellDocument = {
    format: "spellrunner@1",
    id: "s",
    name: "",
    version: 1,
    nodes: {
      start: { component: "Trigger In", position: [0, 0], data: {} },
      code: {
        component: "Code",
        position: [0, 0],
        data: {},
        inputs: [{ name: "text", type: "string" }],
        outputs: [{ name: "count", type: "number" }],
      },
      out: { component: "Output", position: [0, 0], data: {} },
      v: { component: "Join List", position: [0, 0], data: {} },
      w: { component: "Text Variable", position: [0, 0], data: {} },
    },
    edges: { e: { from: ["code", "unknown"], to: ["out", "input"] } },
  };
  const typeOf = (node: string, side: "inputs" | "outputs", socket: string) =>
    socketsOf(document, node, byName.get(document.nodes[node]?.component ?? ""))[side].find(
      ({ name }) => name === socket,
    )?.type ?? "any";

  it("are the component's, the author's, and those that wires alone name", () => {
    const sockets = socketsOf(document, "code", byName.get("Code"));
    expect(sockets.inputs.map(({ name }) => name)).toEqual(["trigger", "text"]);
    expect(sockets.outputs.map(({ name, type }) => `${name}:${type}`)).toEqual([
      "trigger:trigger",
      "count:number",
      "unknown:any",
    ]);
  });

  it("are refused with a reason where they do not fit", () => {
    expect(whyNot(document, { from: ["start", "trigger"], to: ["out", "input"] }, typeOf)).toMatch(
      /carries no value/,
    );
    expect(whyNot(document, { from: ["code", "count"], to: ["out", "trigger"] }, typeOf)).toMatch(
      /waits for a trigger/,
    );
    expect(whyNot(document, { from: ["code", "count"], to: ["code", "text"] }, typeOf)).toMatch(
      /gives a number/,
    );
    expect(whyNot(document, { from: ["start", "trigger"], to: ["out", "trigger"] }, typeOf)).toBeNull();
  });

  it("may not make a circle of values", () => {
    const circle = {
      ...document,
      edges: { e: { from: ["v", "text"] as [string, string], to: ["w", "input"] as [string, string] } },
    };
    expect(whyNot(circle, { from: ["w", "output"], to: ["v", "list"] }, () => "any")).toMatch(/circle/);
    expect(whyNot(circle, { from: ["v", "text"], to: ["out", "input"] }, () => "any")).toBeNull();
  });

  it("of any type take all values, and events objects", () => {
    expect(areJoinable("any", "number")).toBe(true);
    expect(areJoinable("event", "object")).toBe(true);
    expect(areJoinable("string", "number")).toBe(false);
    expect(areJoinable("trigger", "any")).toBe(false);
  });
});

describe("fields", () => {
  it("are there for the data of every component", () => {
    for (const component of components) {
      const fields = fieldsOf(component.data, {}, component.name);
      expect(new Set(fields.map(({ key }) => key)).size, component.name).toBe(fields.length);
    }
  });

  it("are written as what they are", () => {
    const kindOf = (component: string, key: string) =>
      fieldsOf(byName.get(component)?.data, {}, component).find((field) => field.key === key)?.kind;
    expect(kindOf("Code", "code")).toBe("code");
    expect(kindOf("Generator", "fewshot")).toBe("long-text");
    expect(kindOf("Interval", "intervalMs")).toBe("number");
    expect(kindOf("Input", "useDefault")).toBe("boolean");
    expect(fieldsOf({}, { extra: { a: 1 }, dataControls: {} }, "Code")).toEqual([
      { key: "extra", kind: "json", isRequired: false },
    ]);
  });
});
