/**
 * Functions that `@behave-graph/core` declares and cannot compute: they throw there, or tell the console. By their names,
 * with what their sockets promise.
 */
import { numberJson, readFloat } from "../../graph/behave-values.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";
import { failed } from "../inputs.ts";
import type { BehaveCall } from "./behave-component.ts";

type Repair = (call: BehaveCall) => JsonObject;

const vector = (call: BehaveCall, input: string): JsonObject => call.value(input) as JsonObject;
const numbersIn = (value: Json): number[] =>
  (Array.isArray(value) ? value : Object.values(value as JsonObject)).map((part) => readFloat(part) ?? 0);
const vectorOf = (numbers: readonly number[]): JsonObject =>
  Object.fromEntries(numbers.map((number, i) => ["xyzw"[i] as string, numberJson(number)]));

/** `{x, y, z}` as outputs of these names. */
const parts: Repair = (call) => ({ ...vector(call, "a") });

/** Columns of a matrix, `x` the first. */
const columns =
  (size: number): Repair =>
  (call) => {
    const elements = numbersIn(call.value("a"));
    return Object.fromEntries(
      Array.from({ length: size }, (_, column) => [
        "xyzw"[column] as string,
        vectorOf(elements.slice(column * size, (column + 1) * size)),
      ]),
    );
  };

/** Elements stand column by column. */
const replaced =
  (size: number, place: (line: number, i: number) => number): Repair =>
  (call) => {
    const elements = [...(call.value("a") as Json[])];
    const line = call.count("b");
    if (line < 0 || line >= size)
      throw failed(call.context, `"b" must be from 0 to ${size - 1}, but is ${line}.`);
    numbersIn(call.value("c")).forEach((number, i) => {
      elements[place(line, i)] = numberJson(number);
    });
    return { result: elements };
  };

const column = (size: number): Repair => replaced(size, (line, i) => line * size + i);
const row = (size: number): Repair => replaced(size, (line, i) => i * size + line);

/** What the package's own function is meant to do: it takes its two inputs the wrong way round. */
const turnedNormal: Repair = (call) => {
  const matrix = numbersIn(call.value("a"));
  const normal = numbersIn(call.value("b"));
  const turned = [0, 1, 2].map((i) =>
    normal.reduce((sum, part, k) => sum + (matrix[k * 4 + i] as number) * part, 0),
  );
  const length = Math.hypot(...turned);
  return { result: vectorOf(turned.map((part) => part / length)) };
};

/** The package writes to the console at each call. */
const mixed: Repair = (call) => {
  const [a, b] = [numbersIn(call.value("a")), numbersIn(call.value("b"))];
  const t = call.number("t");
  return { result: vectorOf(a.map((from, i) => from * (1 - t) + (b[i] as number) * t)) };
};

export const functionRepairs: Record<string, Repair> = {
  "math/toFloat/vec2": parts,
  "math/toFloat/vec3": parts,
  "math/toFloat/quat": parts,
  "math/toVec3/mat3": columns(3),
  "math/toVec4/mat4": columns(4),
  "math/setColumn/mat3": column(3),
  "math/setRow/mat3": row(3),
  "math/setColumn/mat4": column(4),
  "math/setRow/mat4": row(4),
  "math/transformNormal3/mat4": turnedNormal,
  "math/mix/euler": mixed,
};
