/** Looks at what a file holds before any importer walks it: plain JSON, not too deep, no key that changes a prototype. */
import { SpellError } from "../protocol/errors.ts";
import { isJsonObject, type JsonObject } from "../protocol/values.ts";

/** Deeper values would overflow the stack of whatever walks them by recursion. */
export const maxTreeDepth = 200;
/** An importer may put what it cannot carry some levels further down. */
export const maxForeignDepth = 190;

interface Place {
  value: unknown;
  depth: number;
  key: string;
  parent: Place | null;
}

/**
 * On a stack of its own, so that depth ends in an answer.
 * @throws SpellError `bad_request` with the path of the fault
 */
export function checkTree(value: unknown, maxDepth: number): void {
  const open: Place[] = [{ value, depth: 0, key: "", parent: null }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { value: found, depth } = place;
    const fault = faultOf(found, depth, maxDepth);
    if (fault !== undefined) throw refusal(place, fault);
    if (typeof found !== "object" || found === null) continue;
    for (const key of Object.keys(found)) {
      const inner: Place = {
        value: (found as Record<string, unknown>)[key],
        depth: depth + 1,
        key,
        parent: place,
      };
      // It would become a prototype instead of a key wherever the value is copied.
      if (key === "__proto__") throw refusal(inner, 'the key "__proto__" is not taken');
      open.push(inner);
    }
  }
}

/** An object that was written as text, as it lay in a database; undefined for any other text. */
export function objectInText(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    checkTree(value, maxForeignDepth);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function faultOf(value: unknown, depth: number, maxDepth: number): string | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : "a number that is too large";
    case "object":
      return value !== null && depth >= maxDepth ? `nested deeper than ${maxDepth} levels` : undefined;
    default:
      return `a ${typeof value}, which JSON does not have`;
  }
}

function refusal(place: Place, message: string): SpellError {
  const keys: string[] = [];
  for (let at: Place | null = place; at !== null && at.parent !== null; at = at.parent) keys.push(at.key);
  const path = keys.toReversed().join(".").slice(0, 300);
  return new SpellError(
    "bad_request",
    `This spell cannot be read: ${message}${path === "" ? "" : ` at ${path}`}.`,
    {
      errors: [{ path, message }],
    },
  );
}
