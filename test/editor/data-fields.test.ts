import { describe, expect, it } from "vitest";
import { fieldsOf } from "../../client/editor/core/data-fields.ts";
import type { Json, JsonObject } from "../../client/lib/index.ts";
import { describeComponents } from "../../src/nodes/index.ts";

const schema = (properties: Record<string, Json>, required: string[] = []): Json => ({
  type: "object",
  properties,
  required,
});
const kindsOf = (properties: Record<string, Json>, data: JsonObject = {}): Record<string, string> =>
  Object.fromEntries(fieldsOf(schema(properties), data, "X").map(({ key, kind }) => [key, kind]));

describe("the fields of a node", () => {
  it.each(describeComponents().map((component) => [component.name, component] as const))(
    "of %s are told by its schema, and name what the schema names",
    (name, { data }) => {
      const { properties = {} } = data as { properties?: Record<string, Json> };
      const fields = fieldsOf(data, {}, name);
      const keys = fields.map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
      for (const { key, kind, choices } of fields) {
        expect(Object.keys(properties)).toContain(key);
        if (kind === "choice") expect(choices?.length).toBeGreaterThan(0);
      }
      // Whatever an old file has there can be shown, too.
      for (const value of [null, true, 7, "text", ["list"], { an: "object" }] as Json[]) {
        const given = Object.fromEntries(keys.map((key) => [key, value]));
        const shown = fieldsOf(data, { ...given, further: value }, name);
        expect(shown).toHaveLength(keys.length + 1);
        if (typeof value === "object" && value !== null)
          for (const { key, kind } of shown)
            if (kind !== "choice" && kind !== "code") expect([key, kind]).toEqual([key, "json"]);
      }
    },
  );

  it("are of the kind of their type", () => {
    expect(
      kindsOf({
        a: { type: "string" },
        b: { type: "number" },
        c: { type: "integer" },
        d: { type: "boolean" },
        e: { type: "object" },
        f: { enum: ["x", "y"] },
        g: { anyOf: [{ const: "x" }, { const: "y" }, { type: "null" }] },
        prompt: { type: "string" },
        code: { type: "string" },
        h: { anyOf: [{ type: "number" }, { type: "null" }] },
      }),
    ).toEqual({
      a: "text",
      b: "number",
      c: "number",
      d: "boolean",
      e: "text",
      f: "choice",
      g: "choice",
      prompt: "long-text",
      code: "code",
      h: "number",
    });
  });

  it("are of the kind of what is there, where the type leaves it open or it is of another", () => {
    const open = { anyOf: [{ type: "string" }, { type: "number" }] };
    expect(kindsOf({ a: open }, { a: 5 })).toEqual({ a: "number" });
    expect(kindsOf({ a: open }, { a: "5" })).toEqual({ a: "text" });
    expect(kindsOf({ a: { type: "string" } }, { a: [1] })).toEqual({ a: "json" });
    expect(kindsOf({ a: { type: "number" } }, { a: "seven" })).toEqual({ a: "text" });
  });

  it("have what the schema says of them", () => {
    const [field] = fieldsOf(
      schema({ a: { type: "string", default: "x", description: "Why" } }, ["a"]),
      {},
      "X",
    );
    expect(field).toEqual({ key: "a", kind: "text", isRequired: true, otherwise: "x", help: "Why" });
  });

  it("leave out what older editors kept there for themselves, but not the Error node's text", () => {
    expect(kindsOf({ display: { type: "string" } }, { nodeLocked: true, own: 1 })).toEqual({ own: "number" });
    const error = schema({ error: { type: "string" } });
    expect(fieldsOf(error, {}, "Error")).toHaveLength(1);
    expect(fieldsOf(error, {}, "Other")).toHaveLength(0);
  });

  it("of an unknown component are what the node has", () => {
    const data = { a: "x".repeat(81), b: false, c: { d: 1 }, e: null };
    expect(fieldsOf(undefined, data, "?").map(({ key, kind }) => `${key} ${kind}`)).toEqual([
      "a long-text",
      "b boolean",
      "c json",
      "e text",
    ]);
  });
});
