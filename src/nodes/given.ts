/** Reads what a node may be given, by wire or in its data: values that can be missing, and texts that hold JSON. */
import type { NodeContext } from "../engine/component.ts";
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";
import { needed } from "./define.ts";
import { asNumber, failed, neededText, textFrom, wrongKind } from "./inputs.ts";

/** The value of an input as text; undefined where there is none or null. */
export function optionalText(context: NodeContext, socket: string): string | undefined {
  const value = context.value(socket);
  return value === undefined || value === null ? undefined : textFrom(context, socket, value);
}

/** A text that says something. @throws SpellError `missing_input`, `node_failed` for no text or an empty one */
export function someText(context: NodeContext, socket: string): string {
  const text = neededText(context, socket);
  if (text.trim() === "") throw failed(context, `"${socket}" is empty; it needs a text.`);
  return text;
}

/** The value of an input as an object; undefined where there is none. Text of JSON is parsed. */
export function optionalObject(context: NodeContext, socket: string): JsonObject | undefined {
  const value = context.value(socket);
  if (value === undefined || value === null || value === "") return undefined;
  const parsed = typeof value === "string" ? parsedJson(value) : value;
  if (!isJsonObject(parsed)) throw wrongKind(context, socket, "an object", value);
  return parsed;
}

/** The same where it is needed. @throws SpellError `missing_input`, `node_failed` for what is no object */
export function givenObject(context: NodeContext, socket: string): JsonObject {
  const value = needed(context, socket);
  const object = optionalObject(context, socket);
  if (object === undefined) throw wrongKind(context, socket, "an object", value);
  return object;
}

/** Undefined for what is no JSON. */
export function parsedJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** A setting that editors kept as number or text; undefined when unset. The unit behind a number, `5 s`, is ignored. */
export function numberSetting(
  context: NodeContext,
  name: string,
  value: Json | undefined,
): number | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const number = asNumber(typeof value === "string" ? Number.parseFloat(value) : value);
  if (number === undefined) throw wrongKind(context, name, "a number", value);
  return number;
}

/** A setting that says how many at most, as a whole number up to what the services give at once. */
export function countSetting(
  context: NodeContext,
  name: string,
  value: Json | undefined,
  otherwise: number,
): number {
  const count = Math.trunc(numberSetting(context, name, value) ?? otherwise);
  if (count < 0) throw failed(context, `"${name}" must not be below 0, but is ${count}.`);
  return Math.min(count, 1000);
}

/** A vector as a list of numbers, or as the text of one: with brackets, or numbers between commas. */
export function optionalVector(context: NodeContext, socket: string): number[] | undefined {
  const value = context.value(socket);
  if (value === undefined || value === null || value === "") return undefined;
  const parts = typeof value === "string" ? value.replaceAll(/[[\]]/g, "").split(",") : value;
  const numbers = Array.isArray(parts) ? parts.map(asNumber) : [];
  if (numbers.length === 0 || !numbers.every((number) => number !== undefined))
    throw wrongKind(context, socket, "an embedding, which is a list of numbers", value);
  return numbers;
}

/** @throws SpellError `missing_input`, `node_failed` for what is no vector */
export function neededVector(context: NodeContext, socket: string): number[] {
  const value = needed(context, socket);
  const vector = optionalVector(context, socket);
  if (vector === undefined)
    throw wrongKind(context, socket, "an embedding, which is a list of numbers", value);
  return vector;
}

/** A text of a node's data that is not empty. */
export const setText = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value : undefined;
