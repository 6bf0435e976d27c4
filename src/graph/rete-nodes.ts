/** From a node as Rete 1 writes it to one of a document. */
import { nodeId as nodeIdRule, type SpellNode } from "../protocol/spell.ts";
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";
import type { Dialect } from "./dialect.ts";
import { isKey, type Side } from "./rete-graph.ts";
import { addedSockets } from "./rete-sockets.ts";
import { type Remainder, without } from "./remainder.ts";

const maxComponentName = 200;
const understood = new Set(["id", "name", "position", "data", "inputs", "outputs"]);

/** Ids for the keys of nodes: the keys themselves where they may stand as ids. */
export function idsOf(keys: readonly string[], remainder: Remainder): Map<string, string> {
  const fits = (key: string): boolean => nodeIdRule.safeParse(key).success;
  const taken = new Set(keys.filter(fits));
  const ids = new Map<string, string>();
  for (const key of keys) {
    if (fits(key)) {
      ids.set(key, key);
      continue;
    }
    const stem = key.replaceAll(/[^A-Za-z0-9.-]/g, "_").slice(0, 48) || "node";
    let id = stem;
    for (let n = 2; taken.has(id) || id === "__proto__"; n++) id = `${stem}-${n}`;
    taken.add(id);
    ids.set(key, id);
    remainder.invalid(id, `Node id ${JSON.stringify(key.slice(0, 100))} became "${id}".`);
    remainder.keepOfNode(id, "key", key);
  }
  return ids;
}

/** Writes a node into the document's form; what is amiss is told under its id. */
export function nodeFrom(
  key: string,
  id: string,
  raw: Json | undefined,
  dialect: Dialect,
  remainder: Remainder,
): SpellNode {
  if (!isJsonObject(raw)) {
    remainder.invalid(id, "This node is no object; an empty one stands in its place.");
    if (raw !== undefined) remainder.keepOfNode(id, "node", raw);
    return { component: "Unknown", position: [0, 0], data: {} };
  }
  if (raw.id !== undefined && (!isKey(raw.id) || String(raw.id) !== key)) {
    remainder.invalid(
      id,
      `This node stands under "${key.slice(0, 100)}" and calls itself ${JSON.stringify(raw.id).slice(0, 100)}; the place counts.`,
    );
    remainder.keepOfNode(id, "id", raw.id);
  }
  const data = dataOf(id, raw, remainder);
  const sockets = (side: Side) =>
    addedSockets({ id, node: raw, side, rename: (name) => dialect.socket(key, side, name) }, remainder);
  const [inputs, outputs] = [sockets("inputs"), sockets("outputs")];
  const left = without(raw, understood);
  for (const [name, value] of Object.entries(left ?? {})) remainder.keepOfNode(id, name, value);
  return {
    component: componentOf(key, id, raw, dialect, remainder),
    position: positionOf(id, raw.position, remainder),
    data,
    ...(inputs.length > 0 ? { inputs } : {}),
    ...(outputs.length > 0 ? { outputs } : {}),
  };
}

function componentOf(
  key: string,
  id: string,
  { name }: JsonObject,
  dialect: Dialect,
  remainder: Remainder,
): string {
  if (typeof name !== "string" || name === "") {
    remainder.invalid(id, "This node names no component.");
    if (name !== undefined) remainder.keepOfNode(id, "name", name);
    return "Unknown";
  }
  const component = dialect.component(key, name);
  if (component !== name) remainder.keepOfNode(id, "name", name);
  if (component.length <= maxComponentName) return component;
  remainder.invalid(
    id,
    `The name of its component is longer than ${maxComponentName} characters and was cut.`,
  );
  remainder.keepOfNode(id, "name", name);
  return component.slice(0, maxComponentName);
}

function positionOf(id: string, position: Json | undefined, remainder: Remainder): [number, number] {
  if (position === undefined) return [0, 0];
  const pair = Array.isArray(position)
    ? position
    : isJsonObject(position)
      ? [position.x ?? null, position.y ?? null]
      : [];
  const [x, y] = pair.map(coordinate);
  if (x !== undefined && y !== undefined && pair.length === 2) return [x, y];
  remainder.invalid(id, "This node's position is no pair of numbers.");
  remainder.keepOfNode(id, "position", position);
  return [x ?? 0, y ?? 0];
}

function coordinate(value: Json): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** A node's data without the author's sockets, which have a place of their own. */
function dataOf(id: string, { data }: JsonObject, remainder: Remainder): JsonObject {
  if (isJsonObject(data)) {
    const { inputs: _inputs, outputs: _outputs, ...rest } = data;
    return rest;
  }
  remainder.invalid(id, "This node has no data; it starts with none.");
  if (data !== undefined) remainder.keepOfNode(id, "data", data);
  return {};
}
