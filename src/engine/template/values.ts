/** The few operations on values by which a template sees its context, as JavaScript and Handlebars 4.7 define them. */
import type { Json, JsonObject } from "../../protocol/values.ts";
import type { Meter } from "./limits.ts";

/** What an expression gives; undefined where a name is not there. */
export type Value = Json | undefined;

/** Stands for a context of null inside helpers' blocks, where `{{this}}` must print an object. */
export const nullContext: JsonObject = Object.freeze({});

export const isNothing = (value: Value): value is null | undefined => value === null || value === undefined;

/** Reads an own property and nothing else: no prototype is ever reached. `length` and indices of strings and lists are own. */
export function propertyOf(parent: Value, name: string): Value {
  if (isNothing(parent) || !Object.hasOwn(Object(parent) as object, name)) return undefined;
  return (parent as JsonObject)[name];
}

/** Empty as `if` and `with` mean it: 0 and {} are not. */
export function isEmpty(value: Value): boolean {
  return (!value && value !== 0) || (Array.isArray(value) && value.length === 0);
}

/**
 * The text of a value: lists joined by commas, objects as `[object Object]`.
 * @throws SpellError `template_error` where the text grows too long, or where JavaScript has no text for an object
 */
export function textOf(value: Value, meter: Meter): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? joined(value, meter) : objectText(value, meter);
}

function objectText(value: JsonObject, meter: Meter): string {
  // The key hides the method that makes the text, so JavaScript throws.
  if (Object.hasOwn(value, "toString")) {
    throw meter.fault('an object with a key "toString" cannot be written as text. Name one of its keys.');
  }
  return "[object Object]";
}

/** Joins lists within lists without recursion: JSON may nest deeper than the stack. */
function joined(list: Json[], meter: Meter): string {
  let text = "";
  const open = [{ list, next: 0 }];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    if (top.next === top.list.length) {
      open.pop();
      continue;
    }
    if (top.next > 0) text += ",";
    const item = top.list[top.next++];
    meter.count();
    if (Array.isArray(item)) open.push({ list: item, next: 0 });
    else if (!isNothing(item)) text += textOf(item, meter);
    meter.checkText(text);
  }
  return text;
}

/** JavaScript's `+`: numbers and booleans are added, everything else is written one after the other. */
export function add(left: Value, right: Value, meter: Meter): Value {
  if (isAddable(left) && isAddable(right)) return Number(left) + Number(right);
  return meter.checkText(textOf(left, meter) + textOf(right, meter));
}

function isAddable(value: Value): value is number | boolean {
  return typeof value === "number" || typeof value === "boolean";
}

/** JavaScript's `==`, its conversion of objects done by {@link textOf}. */
export function looselyEqual(left: Value, right: Value, meter: Meter): boolean {
  if (isObject(left) && isScalar(right)) return scalarsEqual(textOf(left, meter), right, meter);
  if (isObject(right) && isScalar(left)) return scalarsEqual(left, textOf(right, meter), meter);
  return scalarsEqual(left, right, meter);
}

function scalarsEqual(left: Value, right: Value, meter: Meter): boolean {
  // Comparing long texts is work that no node accounts for.
  if (typeof left === "string" && typeof right === "string") meter.count(Math.floor(left.length / 4096));
  // oxlint-disable-next-line eqeqeq -- Handlebars compares contexts by `!=`, and what `..` is depends on it.
  return left == right;
}

const isObject = (value: Value): boolean => typeof value === "object" && value !== null;
const isScalar = (value: Value): boolean => !isObject(value) && !isNothing(value);
