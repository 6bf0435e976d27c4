/** behave-graph's functions: each gives what the original package computes, as plain JSON; what that cannot compute is right here. */
import {
  FunctionNode,
  Graph,
  Registry,
  registerCoreProfile,
  registerSceneProfile,
  type Socket,
} from "@behave-graph/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/nodes/index.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { evaluated } from "../helpers/behave.ts";

const registry = registerSceneProfile(registerCoreProfile(new Registry()));
const nodes = registry.nodes
  .getAllNames()
  .map((name) => new Graph(registry).createNode(name, name))
  .filter((node) => node instanceof FunctionNode);

/** They reach outside of a function, or the package cannot compute them: tested below. */
const elsewhere = new Set(["variable/get", "time/now", "math/random/float"]);
const unfinished = new Set([
  "math/toFloat/vec2",
  "math/toFloat/vec3",
  "math/toFloat/quat",
  "math/toVec3/mat3",
  "math/toVec4/mat4",
  "math/setColumn/mat3",
  "math/setRow/mat3",
  "math/transformNormal3/mat4",
]);
const compared = nodes.filter(
  ({ id }) => !id.startsWith("scene/") && !elsewhere.has(id) && !unfinished.has(id),
);

const number = fc.oneof(
  fc.constantFrom(0, 1, 2, 0.5, 100, 1e10),
  fc.double({ min: 0.001, max: 1000, noNaN: true }),
);
const signed = fc.oneof(number, fc.double({ min: -1000, max: -0.001, noNaN: true }));
const list = (length: number) => fc.array(signed, { minLength: length, maxLength: length });
const integer = fc.oneof(fc.integer({ min: -50, max: 50 }), fc.maxSafeInteger(), fc.bigInt().map(String));
const ofType: Record<string, fc.Arbitrary<Json>> = {
  float: signed,
  integer,
  boolean: fc.boolean(),
  string: fc.string({ maxLength: 20 }),
  vec2: list(2),
  vec3: list(3),
  vec4: list(4),
  quat: list(4),
  euler: list(3),
  color: list(3),
  mat3: list(9),
  mat4: list(16),
};
const textsOf: Record<string, fc.Arbitrary<Json>> = {
  "math/toInteger/string": fc.bigInt().map(String),
  "math/toFloat/string": fc.oneof(signed.map(String), fc.constantFrom("NaN", "Infinity", "3 apples", "")),
  "math/toBoolean/string": fc.constantFrom("true", "TRUE", "false", "", "yes"),
};

function arbitraryFor(name: string, socket: Socket): fc.Arbitrary<Json> {
  if (socket.valueChoices.length > 0) return fc.constantFrom(...(socket.valueChoices as string[]));
  // An angle between -50 and 50 is enough for a row, a column, a power of a quaternion.
  if (name === "math/setColumn/mat4" || name === "math/setRow/mat4") {
    if (socket.valueTypeName === "integer") return fc.integer({ min: 0, max: 3 });
  }
  if (socket.valueTypeName !== "string") return ofType[socket.valueTypeName] as fc.Arbitrary<Json>;
  const size = /^math\/to(Vec2|Vec3|Vec4|Quat|Euler|Color|Mat3|Mat4)\/string$/.exec(name)?.[1]?.toLowerCase();
  if (size !== undefined)
    return (ofType[size] as fc.Arbitrary<number[]>).map(
      (numbers) => `[${numbers.map((n) => n.toFixed(3)).join(", ")}]`,
    );
  return textsOf[name] ?? (ofType.string as fc.Arbitrary<Json>);
}

/** What the package has, written down as JSON: its vectors by their names, its numbers as far as JSON goes. */
function written(value: unknown, type: string): Json {
  if (type === "string") return String(value);
  if (typeof value === "bigint")
    return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER)
      ? Number(value)
      : String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : String(value);
  if (typeof value !== "object" || value === null) return value as Json;
  const parts = "elements" in value ? value.elements : value;
  if (Array.isArray(parts)) return parts.map((part: unknown) => written(part, "float"));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, written(part, "float")]));
}

/** The package's own computation; undefined where it throws. */
function original(node: FunctionNode, given: Record<string, Json>): JsonObject | undefined {
  for (const socket of node.inputs)
    socket.value = registry.values.get(socket.valueTypeName).deserialize(structuredClone(given[socket.name]));
  try {
    node.exec(node);
  } catch {
    return undefined;
  }
  return Object.fromEntries(
    node.outputs.map(({ name, value, valueTypeName }) => [name, written(value, valueTypeName)]),
  );
}

describe("A function of behave-graph", () => {
  it("is there for each that the package has", () => {
    expect(compared.length).toBeGreaterThan(200);
    for (const { id } of nodes) expect(catalogue.find(id)?.name, id).toBe(id);
  });

  for (const node of compared)
    it(`gives what the package gives: ${node.id}`, () => {
      const inputs = fc.record(
        Object.fromEntries(node.inputs.map((socket) => [socket.name, arbitraryFor(node.id, socket)])),
      );
      fc.assert(
        fc.property(inputs, (given) => {
          const expected = original(node, given);
          const { outputs, error } = evaluated(node.id, given);
          if (expected === undefined) expect(error).toMatchObject({ code: "node_failed" });
          else expect(outputs).toEqual(expected);
        }),
        { numRuns: 30 },
      );
    });

  it("has the package's defaults where nothing is given", () => {
    for (const node of compared) {
      const fresh = new Graph(registry).createNode(node.id, "fresh") as FunctionNode;
      try {
        fresh.exec(fresh);
      } catch {
        expect(evaluated(node.id, {}).error, node.id).toMatchObject({ code: "node_failed" });
        continue;
      }
      // An empty text is no vector: the package makes one without parts.
      if (/^math\/to\w+\/string$/.test(node.id) && !textsOf[node.id]) continue;
      const expected = Object.fromEntries(
        fresh.outputs.map(({ name, value, valueTypeName }) => [name, written(value, valueTypeName)]),
      );
      expect(evaluated(node.id, {}).outputs, node.id).toEqual(expected);
    }
  });

  it("gives a vector, a rotation or a matrix in parts, which the package leaves unfinished", () => {
    expect(evaluated("math/toFloat/vec2", { a: [1, 2] }).outputs).toEqual({ x: 1, y: 2 });
    expect(evaluated("math/toFloat/vec3", { a: { x: 1, y: 2, z: 3 } }).outputs).toEqual({ x: 1, y: 2, z: 3 });
    expect(evaluated("math/toFloat/quat", { a: "0, 0, 0, 1" }).outputs).toEqual({ x: 0, y: 0, z: 0, w: 1 });
    const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(evaluated("math/toVec3/mat3", { a: nine }).outputs).toEqual({
      x: { x: 1, y: 2, z: 3 },
      y: { x: 4, y: 5, z: 6 },
      z: { x: 7, y: 8, z: 9 },
    });
    const sixteen = Array.from({ length: 16 }, (_, i) => i);
    expect(evaluated("math/toVec4/mat4", { a: sixteen }).outputs?.w).toEqual({ x: 12, y: 13, z: 14, w: 15 });
    // A matrix of the columns is the matrix again.
    const { x, y, z } = evaluated("math/toVec3/mat3", { a: nine }).outputs as Record<string, Json>;
    expect(evaluated("math/toMat3/column3", { a: x as Json, b: y as Json, c: z as Json }).outputs).toEqual({
      result: nine,
    });
  });

  it("replaces a column or a row, and says which there are", () => {
    const zeros = Array.from({ length: 9 }, () => 0);
    expect(evaluated("math/setColumn/mat3", { a: zeros, b: 1, c: [1, 2, 3] }).outputs).toEqual({
      result: [0, 0, 0, 1, 2, 3, 0, 0, 0],
    });
    expect(evaluated("math/setRow/mat3", { a: zeros, b: 1, c: [1, 2, 3] }).outputs).toEqual({
      result: [0, 1, 0, 0, 2, 0, 0, 3, 0],
    });
    for (const name of ["math/setColumn/mat3", "math/setRow/mat3"])
      expect(evaluated(name, { a: zeros, b: 3, c: [1, 2, 3] }).error).toMatchObject({
        code: "node_failed",
        message: expect.stringContaining("from 0 to 2"),
      });
    expect(evaluated("math/setRow/mat4", { b: 4 }).error).toMatchObject({ code: "node_failed" });
  });

  it("turns a normal without moving it", () => {
    const turned = [0, 1, 0, 0, -1, 0, 0, 0, 0, 0, 1, 0, 5, 6, 7, 1];
    expect(evaluated("math/transformNormal3/mat4", { a: turned, b: [2, 0, 0] }).outputs).toEqual({
      result: { x: 0, y: 1, z: 0 },
    });
  });

  it("gives a random number below 1, and the clock's time in seconds", () => {
    const { outputs } = evaluated("math/random/float", {});
    expect(outputs?.result).toBeGreaterThanOrEqual(0);
    expect(outputs?.result).toBeLessThan(1);
    expect(evaluated("time/now", {}).outputs).toEqual({ result: 0.001 });
  });

  it("reads numbers that JSON lacks, and integers beyond its reach, as they were written", () => {
    expect(evaluated("math/divide/float", { a: 1, b: 0 }).outputs).toEqual({ result: "Infinity" });
    expect(evaluated("math/isInf/float", { a: "Infinity" }).outputs).toEqual({ result: true });
    expect(evaluated("math/isNaN/float", { a: "NaN" }).outputs).toEqual({ result: true });
    expect(evaluated("math/negate/float", { a: 0 }).outputs).toEqual({ result: 0 });
    expect(Object.is(evaluated("math/negate/float", { a: 0 }).outputs?.result, 0)).toBe(true);
    expect(evaluated("math/add/integer", { a: "9007199254740993", b: 1 }).outputs).toEqual({
      result: "9007199254740994",
    });
    expect(
      evaluated("math/subtract/integer", { a: "9007199254740993", b: "9007199254740992" }).outputs,
    ).toEqual({
      result: 1,
    });
  });

  it("makes texts of whatever is wired to a text", () => {
    expect(evaluated("logic/concat/string", { a: 1.5, b: true }).outputs).toEqual({ result: "1.5true" });
    expect(evaluated("logic/concat/string", { a: [1, 2], b: "" }).outputs).toEqual({ result: "1,2" });
  });

  it("says what it cannot read", () => {
    const wrong: [name: string, given: JsonObject, said: string][] = [
      ["math/add/integer", { a: 1.5 }, '"a" must be a whole number, but is 1.5'],
      ["math/add/integer", { a: "many" }, '"a" must be a whole number, but is "many"'],
      ["math/add/integer", { b: {} }, '"b" must be a whole number, but is {}'],
      ["math/add/float", { a: [1] }, '"a" must be a number'],
      ["math/add/vec3", { a: "1, 2" }, '"a" must be a value of the type vec3'],
      ["math/add/vec3", { a: { x: 1, y: 2 } }, '"a" must be a value of the type vec3'],
      ["math/inverse/mat4", { a: [1, 2, 3] }, '"a" must be a value of the type mat4'],
      ["math/and/boolean", { a: { yes: 1 } }, '"a" must be true or false'],
      ["math/divide/integer", { a: 1, b: 0 }, "Division by zero"],
      ["math/easing", { easingFunction: "constructor" }, '"easingFunction" must be one of linear'],
      ["math/toInteger/string", { a: "1.5" }, "Cannot convert 1.5"],
      ["math/toVec3/string", { a: "1, 2" }, "too few numbers"],
      ["math/toMat3/string", { a: "1" }, "too few numbers"],
    ];
    for (const [name, given, said] of wrong) {
      const { error } = evaluated(name, given);
      expect(error, name).toMatchObject({ code: "node_failed", nodeId: "f" });
      expect(error?.message).toContain(said);
      expect(error?.message).toContain(`Node "f" (${name})`);
    }
  });

  it("ends where numbers or texts grow without end", () => {
    const huge = "9".repeat(4000);
    expect(evaluated("math/multiply/integer", { a: huge, b: huge }).error).toMatchObject({
      code: "node_failed",
      message: expect.stringContaining("more than 4096 digits"),
    });
    expect(evaluated("math/add/integer", { a: "9".repeat(5000) }).error).toMatchObject({
      code: "node_failed",
    });
    const long = "x".repeat(5 * 1024 * 1024);
    expect(evaluated("logic/concat/string", { a: long, b: long }).error).toMatchObject({
      code: "node_failed",
      message: expect.stringContaining("larger than 8 MB"),
    });
  });
});
