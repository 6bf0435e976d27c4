/** State patches: RFC 6902 on top-level keys, made from what a node sets and applied the same way live and in replay. */
import { SpellError } from "../protocol/spell-error.ts";
import type { NodeCompleted, StatePatch } from "../protocol/events.ts";
import { escapeToken, unescapeToken } from "../protocol/json-pointer.ts";
import type { JsonObject } from "../protocol/values.ts";

/** Longer keys would not fit where they are shown. */
const maxKeyLength = 1000;

/** @throws SpellError `node_failed` for a key of more than 1 000 characters */
export function patchOf(set: JsonObject): StatePatch {
  return Object.entries(set).flatMap(([key, value]) => {
    if (key.length > maxKeyLength)
      throw new SpellError(
        "node_failed",
        `A key of the state has ${key.length} characters; at most ${maxKeyLength} are taken.`,
      );
    return value === undefined ? [] : [{ op: "add" as const, path: `/${escapeToken(key)}`, value }];
  });
}

/** @throws SpellError `journal_mismatch` when the patch is a reference whose value was not put in its place */
export function patchIn({ state, nodeId }: NodeCompleted): StatePatch {
  const patch = state?.patch ?? [];
  if (Array.isArray(patch)) return patch;
  throw new SpellError(
    "journal_mismatch",
    `The state patch of node "${nodeId}" is a reference: fetch its value and put it in place first.`,
  );
}

/** A new state; `state` stays as it was, so a node that reads it keeps what it saw. */
export function patched(state: JsonObject, patch: StatePatch): JsonObject {
  const next = new Map(Object.entries(state));
  for (const operation of patch) {
    const key = unescapeToken(operation.path.slice(1));
    if (operation.op === "add") next.set(key, operation.value);
    else next.delete(key);
  }
  // fromEntries defines own properties, so a key such as "__proto__" stays a key.
  return Object.fromEntries(next);
}
