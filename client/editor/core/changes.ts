/**
 * What is different between two versions of a spell, member by member: what is saved, undone, merged and kept for later are all lists
 * of such changes.
 */
import type { SpellDocument } from "../../lib/index.ts";
import type { Json, JsonObject } from "../../lib/index.ts";
import { isSameJson } from "../../../src/graph/same-json.ts";
import { escapeToken } from "../../../src/protocol/json-pointer.ts";

/** One member of the document: undefined where it is not there. */
export interface Change {
  readonly path: readonly string[];
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** Both changed the same member; `kept` says whose is in the document now. */
export interface Conflict extends Change {
  readonly kept: "mine" | "theirs";
}

/** Not the author's to change. */
const fixed = new Set(["id", "version", "format"]);

/** Members below these are compared one by one, all others as a whole. */
const isSplit = (path: readonly string[]): boolean =>
  path.length === 0 ||
  (path.length === 1 && ["nodes", "edges", "state", "settings", "spells"].includes(path[0] ?? "")) ||
  (path[0] === "nodes" && (path.length === 2 || (path.length === 3 && path[2] === "data")));

export function changesBetween(from: SpellDocument, to: SpellDocument): Change[] {
  const changes: Change[] = [];
  compare(from as unknown as JsonObject, to as unknown as JsonObject, [], changes);
  return changes;
}

function compare(a: JsonObject, b: JsonObject, path: readonly string[], changes: Change[]): void {
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (path.length === 0 && fixed.has(key)) continue;
    const [before, after] = [memberOf(a, key), memberOf(b, key)];
    if (before === after) continue;
    const here = [...path, key];
    if (isSplit(here) && isObject(before) && isObject(after)) compare(before, after, here, changes);
    else if (!isSameJson(before, after)) changes.push({ path: here, before, after });
  }
}

/** A document with the changes in it; those whose surroundings are gone are left out. The one given stays as it is. */
export function applyChanges(document: SpellDocument, changes: readonly Change[]): SpellDocument {
  let result = document as unknown as JsonObject;
  for (const { path, after } of changes) result = withMember(result, path, after);
  return result as unknown as SpellDocument;
}

export const inverted = (changes: readonly Change[]): Change[] =>
  changes.map(({ path, before, after }) => ({ path, before: after, after: before })).toReversed();

/** As RFC 6902 has it. */
export function patchOf(changes: readonly Change[]): { op: string; path: string; value?: Json }[] {
  return changes.map(({ path, before, after }) => {
    const pointer = path.map((key) => `/${escapeToken(key)}`).join("");
    if (after === undefined) return { op: "remove", path: pointer };
    return { op: before === undefined ? "add" : "replace", path: pointer, value: after };
  });
}

/** Those that can be taken back or done again, one after the other: nobody has changed the same since, or removed what it is in. */
export function stillFitting(document: SpellDocument, changes: readonly Change[]): Change[] {
  let present = document;
  return changes.filter((change) => {
    const { path, before, after } = change;
    if (!isSameJson(valueAt(present, path), before)) return false;
    present = applyChanges(present, [change]);
    return isSameJson(valueAt(present, path), after);
  });
}

/**
 * My changes made on another document than the one that they were made on. Where both changed the same, mine is kept and theirs told;
 * only what I removed and they changed stays theirs.
 * @param mine the document with my changes, for what must be restored whole
 */
export function rebase(
  changes: readonly Change[],
  mine: SpellDocument,
  theirs: SpellDocument,
): { changes: Change[]; conflicts: Conflict[] } {
  const kept: Change[] = [];
  const conflicts: Conflict[] = [];
  const restored = new Set<string>();
  for (const change of changes) {
    const owner = ownerOf(change.path);
    if (owner !== undefined && valueAt(theirs, owner) === undefined) {
      const name = owner.join("/");
      if (change.after === undefined || restored.has(name)) continue;
      restored.add(name);
      const whole = { path: owner, before: undefined, after: valueAt(mine, owner) };
      kept.push(whole);
      conflicts.push({ ...whole, kept: "mine" });
      continue;
    }
    const present = valueAt(theirs, change.path);
    if (isSameJson(present, change.after)) continue;
    if (isSameJson(present, change.before)) kept.push(change);
    else if (change.after === undefined) conflicts.push({ ...change, before: present, kept: "theirs" });
    else {
      kept.push({ ...change, before: present });
      conflicts.push({ ...change, before: present, kept: "mine" });
    }
  }
  const merged = applyChanges(theirs, kept);
  const wasThere = (node: string): boolean => (mine.nodes[node] ?? theirs.nodes[node]) !== undefined;
  return { changes: [...kept, ...cutsOf(merged, wasThere)], conflicts };
}

/** Takes the value of a member that was not kept, with the wires that would lead nowhere then. */
export function settle(document: SpellDocument, { path, before, after }: Conflict, take: "mine" | "theirs") {
  const present = valueAt(document, path);
  const next = applyChanges(document, [{ path, before: present, after: take === "mine" ? after : before }]);
  return applyChanges(
    next,
    cutsOf(next, (node) => document.nodes[node] !== undefined),
  );
}

/** Away with the wires of nodes that were there and are not any more. One that never led anywhere is the author's affair. */
const cutsOf = (document: SpellDocument, wasThere: (node: string) => boolean): Change[] =>
  Object.entries(document.edges)
    .filter(([, { from, to }]) =>
      [from[0], to[0]].some((node) => document.nodes[node] === undefined && wasThere(node)),
    )
    .map(([id, edge]) => ({ path: ["edges", id], before: edge, after: undefined }));

/** What a change is within, and may be gone meanwhile: a node, or all of the state. */
function ownerOf(path: readonly string[]): string[] | undefined {
  if (path[0] === "nodes") return path.length > 2 ? path.slice(0, 2) : undefined;
  return path.length > 1 ? path.slice(0, 1) : undefined;
}

export function valueAt(document: SpellDocument, path: readonly string[]): Json | undefined {
  let value: Json | undefined = document as unknown as JsonObject;
  for (const key of path) {
    if (!isObject(value)) return undefined;
    value = memberOf(value, key);
  }
  return value;
}

function withMember(object: JsonObject, path: readonly string[], value: Json | undefined): JsonObject {
  const [key = "", ...rest] = path;
  if (rest.length === 0) {
    if (value !== undefined) return { ...object, [key]: value };
    const { [key]: _gone, ...others } = object;
    return others;
  }
  const member = memberOf(object, key);
  return isObject(member) ? { ...object, [key]: withMember(member, rest, value) } : object;
}

const memberOf = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
