/** Shapes of answers: what fits a schema, and schemas that would take for ever. */
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../src/protocol/values.ts";
import { shapeOf } from "../../../src/services/completion/json-shape.ts";

describe("a value", () => {
  it.each<[JsonObject, Json[], Json[]]>([
    [{}, [1, null, [], "x"], []],
    [{ type: "integer" }, [1, -0], [1.5, "1", null]],
    [{ type: ["string", "null"] }, ["", null], [0, []]],
    [{ type: "object" }, [{}], [[], null]],
    [{ enum: [1, { a: 1, b: [2] }] }, [1, { b: [2], a: 1 }], [2, { a: 1 }]],
    [{ const: null }, [null], [0, ""]],
    [{ minLength: 2, maxLength: 3 }, ["ab", "😀😀😀", 1], ["a", "abcd"]],
    [{ minimum: 1, exclusiveMaximum: 3, multipleOf: 0.1 }, [1, 2.9, 1.1], [0.9, 3, 1.05]],
    [{ exclusiveMinimum: 0, maximum: 1 }, [1], [0, 1.1]],
    [{ items: { type: "number" }, minItems: 1, maxItems: 2 }, [[1], [1, 2]], [[], ["1"], [1, 2, 3]]],
    [{ prefixItems: [{ type: "string" }], items: false }, [["a"], []], [["a", 1], [1]]],
    [
      { properties: { a: { type: "number" } }, required: ["a"], additionalProperties: false },
      [{ a: 1 }],
      [{}, { a: "1" }, { a: 1, b: 2 }],
    ],
    [
      { additionalProperties: { type: "number" }, maxProperties: 1 },
      [{ x: 1 }],
      [{ x: "1" }, { x: 1, y: 2 }],
    ],
    [{ patternProperties: { "^x": {} }, additionalProperties: false }, [{ xy: 1 }], []],
    [{ anyOf: [{ type: "string" }, { type: "number" }] }, ["a", 1], [null]],
    [{ oneOf: [{ minimum: 1 }, { maximum: 2 }] }, [0, 3], [1.5]],
    [{ allOf: [{ minimum: 1 }, { maximum: 2 }], not: { const: 2 } }, [1], [0, 2, 3]],
    [
      { $ref: "#/$defs/tree", $defs: { tree: { type: "array", items: { $ref: "#/$defs/tree" } } } },
      [[], [[[]], []]],
      [[[[1]]]],
    ],
    [
      { properties: { a: {}, b: { $ref: "#/properties/a~1b" }, "a/b": { type: "null" } } },
      [{ b: null }],
      [{ b: 1 }],
    ],
  ])("fits %j or not", (schema, good, bad) => {
    const shape = shapeOf(schema);
    for (const value of good) expect(shape.faultOf(value), JSON.stringify(value)).toBe(undefined);
    for (const value of bad) expect(shape.faultOf(value), JSON.stringify(value)).toEqual(expect.any(String));
  });

  it("that does not fit is told with its path", () => {
    const schema = {
      properties: { list: { items: { properties: { n: { type: "integer" } }, required: ["m"] } } },
    };
    expect(shapeOf(schema).faultOf({ list: [{ m: 1 }, { m: 1, n: "x" }] })).toBe("list.1.n: is no integer");
    expect(shapeOf(schema).faultOf({ list: [{}] })).toBe("list.0.m: is missing");
    expect(shapeOf({ type: "string" }).faultOf(1)).toBe("the whole: is no string");
  });

  it("is large, where what was asked for is", () => {
    const shape = shapeOf({ items: { properties: { text: { maxLength: 100 } }, required: ["text"] } });
    const rows = Array.from({ length: 50_000 }, (_, i) => ({ text: `row ${i}` }));
    expect(shape.faultOf(rows)).toBe(undefined);
  });
});

describe("a schema", () => {
  const doubled = (leaf: JsonObject): JsonObject => ({
    $ref: "#/$defs/d0",
    $defs: Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => {
        const next = i === 59 ? leaf : { $ref: `#/$defs/d${i + 1}` };
        return [`d${i}`, { allOf: [next, next] }];
      }),
    ),
  });
  it.each<[string, JsonObject, Json]>([
    ["doubles at each step", doubled({ type: "integer" }), 1],
    ["leads back to itself", { allOf: [{ $ref: "#" }] }, 1],
    [
      "reads the same long text again and again",
      { anyOf: Array.from({ length: 1000 }, () => ({ minLength: 10_000_000 })) },
      "x".repeat(1_000_000),
    ],
  ])("that %s is given up", (_what, schema, value) => {
    expect(() => shapeOf(schema).faultOf(value)).toThrow(expect.objectContaining({ code: "bad_request" }));
  });

  it("is never a pattern that runs here", () => {
    const shape = shapeOf({ type: "string", pattern: "^(a+)+$", format: "email" });
    expect(shape.faultOf(`${"a".repeat(100)}!`)).toBe(undefined);
  });

  it.each<JsonObject>([
    { type: "shape" },
    { type: [] },
    { properties: { a: { type: "shape" } } },
    { required: "a" },
    { minLength: -1 },
    { multipleOf: 0 },
    { anyOf: [] },
    { items: [{}] },
    { $ref: "https://schemas.test/one" },
    { $ref: "#/$defs/none", $defs: {} },
    { $ref: "#/$defs/a", $defs: { a: { anyOf: 5 } } },
    { $ref: "#/__proto__" },
    { description: "x".repeat(100_000) },
    { anyOf: Array.from({ length: 101 }, (_, i) => ({ $ref: `#/$defs/${i}` })) },
  ])("is none: %.60j", (schema) => {
    expect(() => shapeOf(schema)).toThrow(expect.objectContaining({ code: "bad_request" }));
  });
});
