/** Whether what a run gave is what its record says. Values too large for an event stand in both as references. */
import type { RunEnded } from "../protocol/events.ts";
import type { Json } from "../protocol/values.ts";

type Result = Pick<RunEnded, "outputs" | "state">;

export const isSameResult = (a: Result, b: Result): boolean =>
  isSame(a.outputs, b.outputs) && isSame(a.state, b.state);

/** Ids of references differ from event to event, and a value may be at hand on one side alone. */
const isReference = (value: object): boolean => "$value" in value && Object.keys(value).length === 1;

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isReference(a) || isReference(b)) return true;
  const keys = Object.keys(a);
  if (Array.isArray(a) !== Array.isArray(b) || keys.length !== Object.keys(b).length) return false;
  return keys.every(
    (key) =>
      Object.hasOwn(b, key) && isSame((a as Record<string, Json>)[key], (b as Record<string, Json>)[key]),
  );
}
