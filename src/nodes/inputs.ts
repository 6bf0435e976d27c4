/** What components ask of their inputs: a text, a number, a list, an object; with one way to say what came instead. */
import type { NodeContext } from "../engine/component.ts";
import { SpellError } from "../protocol/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";
import { needed } from "./define.ts";

/** A value as messages may quote it. */
export function shown(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** A `node_failed` that says which value is of the wrong kind. */
export const wrongKind = (
  context: NodeContext,
  name: string,
  kind: string,
  value: Json | undefined,
): SpellError =>
  new SpellError("node_failed", `${context.label}: "${name}" must be ${kind}, but is ${shown(value)}.`);

/** A `node_failed` with the node in front. */
export const failed = (context: NodeContext, message: string): SpellError =>
  new SpellError("node_failed", `${context.label}: ${message}`);

/** Texts, and numbers and booleans as texts: wires into a text often carry them. */
export function textFrom(context: NodeContext, socket: string, value: Json): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw wrongKind(context, socket, "a text", value);
}

/**
 * @throws SpellError `missing_input` without a value, `node_failed` for null, a list or an object
 */
export const neededText = (context: NodeContext, socket: string): string =>
  textFrom(context, socket, needed(context, socket));

/**
 * @throws SpellError `missing_input` without a value, `node_failed` for what is no list
 */
export function neededList(context: NodeContext, socket: string): Json[] {
  const value = needed(context, socket);
  if (Array.isArray(value)) return value;
  throw wrongKind(context, socket, "a list", value);
}

/**
 * @throws SpellError `missing_input` without a value, `node_failed` for what is no object
 */
export function neededObject(context: NodeContext, socket: string): JsonObject {
  const value = needed(context, socket);
  if (isJsonObject(value)) return value;
  throw wrongKind(context, socket, "an object", value);
}

/** A number, or a text that is one; undefined for anything else, so also for what JSON cannot hold. */
export function asNumber(value: Json | undefined): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/**
 * @throws SpellError `node_failed` for what is no number
 */
export function numberFrom(context: NodeContext, name: string, value: Json | undefined): number {
  const number = asNumber(value);
  if (number === undefined) throw wrongKind(context, name, "a number", value);
  return number;
}

/** The value of a socket, else what the node holds for it. Null stands for nothing, as editors stored it. */
export const wiredOrOwn = (
  context: NodeContext,
  socket: string,
  own: Json | null | undefined,
): Json | undefined => context.value(socket) ?? own ?? undefined;

/**
 * A result of arithmetic.
 * @throws SpellError `node_failed` where JSON cannot hold it
 */
export function finite(context: NodeContext, result: number): number {
  // JSON writes -0 as 0, and a record says the same as the live run.
  if (Number.isFinite(result)) return result + 0;
  throw failed(
    context,
    "the result is not a number that can be written down. Look at the size of the numbers.",
  );
}

/** A property of its own: never what every object has, such as `constructor`. */
export const storedIn = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;
