/**
 * behave-graph's value types as plain JSON: so they stand in documents, in the state, and between nodes.
 *
 * Numbers that JSON lacks travel as the texts `NaN`, `Infinity` and `-Infinity`, integers beyond 2^53 as their digits; both
 * are read back as numbers. Vectors, colours and rotations are `{x, y, z, w}`, matrices lists of 9 or 16 numbers.
 */
import type { SocketType } from "../protocol/spell.ts";
import { isJsonObject, type Json } from "../protocol/values.ts";

const socketTypes: Record<string, SocketType> = {
  flow: "trigger",
  string: "string",
  float: "number",
  integer: "number",
  number: "number",
  boolean: "boolean",
  array: "array",
  "string[]": "array",
  mat3: "array",
  mat4: "array",
  object: "object",
  vec2: "object",
  vec3: "object",
  vec4: "object",
  quat: "object",
  euler: "object",
  color: "object",
  event: "event",
  embedding: "embedding",
};

export const socketTypeOf = (type: string): SocketType =>
  Object.hasOwn(socketTypes, type) ? (socketTypes[type] as SocketType) : "any";

const axes = ["x", "y", "z", "w"] as const;
const dimensions: Record<string, number> = { vec2: 2, vec3: 3, vec4: 4, quat: 4, euler: 3, color: 3 };
const elements: Record<string, number> = { mat3: 9, mat4: 16 };
const identity: Record<string, number[]> = {
  mat3: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  mat4: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
};
const sizeIn = (table: Record<string, number>, type: string): number =>
  Object.hasOwn(table, type) ? (table[type] as number) : 0;

/** The value of an input that nothing was given to. */
export function emptyValue(type: string): Json {
  const size = sizeIn(dimensions, type);
  if (size > 0) return Object.fromEntries(axes.slice(0, size).map((axis) => [axis, 0]));
  if (type === "float" || type === "integer" || type === "number") return 0;
  if (type === "boolean") return false;
  if (type === "array" || type === "string[]") return [];
  if (type === "object") return {};
  if (sizeIn(elements, type) > 0) return [...(identity[type] ?? [])];
  return type === "string" ? "" : null;
}

/** More digits are no number that anyone means, and take long to read. */
export const maxDigits = 4096;

/** JSON that stands for a number. Nothing tells -0 from 0 once it was written down, so it becomes 0 at once. */
export function numberJson(value: number): Json {
  if (!Number.isFinite(value)) return String(value);
  return value === 0 ? 0 : value;
}

export const integerJson = (value: bigint): Json =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value.toString();

/** @returns undefined for what is no integer */
export function readInteger(raw: Json): bigint | undefined {
  if (typeof raw === "boolean") return raw ? 1n : 0n;
  if (typeof raw === "number") return Number.isInteger(raw) ? BigInt(raw) : undefined;
  if (typeof raw !== "string" || raw.length > maxDigits) return undefined;
  try {
    return BigInt(raw);
  } catch {
    return undefined;
  }
}

/** Texts by what they begin with, as behave-graph reads them: `NaN` where that is no number. */
export function readFloat(raw: Json): number | undefined {
  if (typeof raw === "number") return raw;
  if (typeof raw === "boolean") return raw ? 1 : 0;
  return typeof raw === "string" ? Number.parseFloat(raw) : undefined;
}

/** `1, 2, 3` with or without brackets; a list; `{x, y, z}`. */
function readNumbers(raw: Json, names: readonly string[], size: number): number[] | undefined {
  const given =
    typeof raw === "string"
      ? raw.split(/[^\d+.-]+/).filter((part) => part !== "")
      : Array.isArray(raw)
        ? raw
        : isJsonObject(raw)
          ? Array.isArray(raw.elements)
            ? raw.elements
            : names.map((name) => raw[name] ?? null)
          : [];
  const numbers = given.slice(0, size).map(readFloat);
  return numbers.length === size && numbers.every((value) => value !== undefined) ? numbers : undefined;
}

function parsedText(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function readList(raw: Json): Json[] | undefined {
  const value = typeof raw === "string" ? parsedText(raw) : raw;
  if (Array.isArray(value)) return value;
  // How Magick kept a list that belongs to a variable.
  return isJsonObject(value) && value.typeSignature === "ArrayVariable" && Array.isArray(value.data)
    ? value.data
    : undefined;
}

function readObject(raw: Json): Json | undefined {
  const value = typeof raw === "string" ? parsedText(raw) : raw;
  return typeof value === "object" && value !== null ? value : undefined;
}

function readText(raw: Json): string | undefined {
  if (typeof raw === "string") return raw;
  return typeof raw === "number" || typeof raw === "boolean" ? String(raw) : undefined;
}

/**
 * Reads a value of a type from JSON: as files have it, or as another node gave it.
 * @returns undefined for what is no value of that type
 */
export function plainValue(type: string, raw: Json): Json | undefined {
  const size = sizeIn(dimensions, type);
  if (size > 0) {
    const names = axes.slice(0, size);
    const numbers = readNumbers(raw, names, size);
    return numbers && Object.fromEntries(names.map((name, i) => [name, numberJson(numbers[i] as number)]));
  }
  const length = sizeIn(elements, type);
  if (length > 0) return readNumbers(raw, [], length)?.map(numberJson);
  switch (type) {
    case "float":
    case "number": {
      const number = readFloat(raw);
      return number === undefined ? undefined : numberJson(number);
    }
    case "integer": {
      const integer = readInteger(raw);
      return integer === undefined ? undefined : integerJson(integer);
    }
    case "boolean":
      if (typeof raw === "string") return raw.toLowerCase() === "true";
      return typeof raw === "boolean" || typeof raw === "number" ? Boolean(raw) : undefined;
    case "string":
      return readText(raw);
    case "array":
    case "string[]":
      return readList(raw);
    case "object":
      return readObject(raw);
    default:
      return raw;
  }
}
