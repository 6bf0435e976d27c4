/** Reads spells of the Rete 1 generation (Thoth, 2021 to 2022). Edges, stored twice there, are rebuilt from both mirrors. */
import type { Edge, Socket, SocketType, SpellDocument, SpellIssue, SpellNode } from "../protocol/spell.ts";
import { nodeId as nodeIdRule } from "../protocol/spell.ts";
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";
import { idFrom, type ImportedSpell } from "./imported.ts";

/** Keys of the wrapper that have a place of their own in the native document. */
const carried = new Set([
  "id",
  "name",
  "chain",
  "graph",
  "data",
  "nodes",
  "gameState",
  "modules",
  "comments",
]);

export function importRete(spell: JsonObject, graph: JsonObject): ImportedSpell {
  const issues: SpellIssue[] = [];
  const document = toDocument(spell, graph, issues);
  const spells: Record<string, SpellDocument> = {};
  for (const inner of Array.isArray(spell.modules) ? spell.modules : []) {
    if (!isJsonObject(inner) || !isJsonObject(inner.data) || typeof inner.name !== "string") {
      issues.push({
        severity: "warning",
        code: "not_carried",
        message: "An entry of `modules` is no module and was left out.",
      });
      continue;
    }
    if (Object.hasOwn(spells, inner.name)) {
      const message = `A further module called ${JSON.stringify(inner.name)} was left out: Module nodes find the first.`;
      issues.push({ severity: "warning", code: "not_carried", message });
      continue;
    }
    spells[inner.name] = toDocument(inner, inner.data, issues);
  }
  if (Object.keys(spells).length > 0) document.spells = spells;
  return { document, issues };
}

function toDocument(spell: JsonObject, graph: JsonObject, issues: SpellIssue[]): SpellDocument {
  const name = typeof spell.name === "string" ? spell.name.slice(0, 300) : "";
  const raw = isJsonObject(graph.nodes) ? graph.nodes : {};
  const ids = new Map<string, string>();
  for (const key of Object.keys(raw)) ids.set(key, freshId(key, ids, issues));
  const nodes: Record<string, SpellNode> = {};
  for (const [key, id] of ids) nodes[id] = toNode(id, raw[key], issues);
  const source: JsonObject = { format: "rete-v1" };
  for (const [key, value] of Object.entries(spell)) if (!carried.has(key)) source[key] = value;
  if (typeof spell.id === "string") source.id = spell.id;
  if (typeof graph.id === "string") source.graphId = graph.id;
  return {
    format: "spellrunner@1",
    id: idFrom(spell.id) ?? "unsaved",
    name,
    version: 0,
    nodes,
    edges: toEdges(raw, ids),
    ...(graph.comments === undefined ? {} : { comments: graph.comments }),
    ...(isJsonObject(spell.gameState) ? { state: spell.gameState } : {}),
    source,
  };
}

function freshId(key: string, taken: Map<string, string>, issues: SpellIssue[]): string {
  if (nodeIdRule.safeParse(key).success) return key;
  const used = new Set(taken.values());
  let id = key.replace(/[^A-Za-z0-9_.-]/g, "_").slice(0, 48) || "node";
  for (let n = 2; used.has(id); n++) id = `${id.slice(0, 48)}-${n}`;
  issues.push({
    severity: "warning",
    code: "invalid_node",
    nodeId: id,
    message: `Node id ${JSON.stringify(key)} became "${id}".`,
  });
  return id;
}

function toNode(id: string, raw: Json | undefined, issues: SpellIssue[]): SpellNode {
  const invalid = (message: string) =>
    issues.push({ severity: "warning", code: "invalid_node", nodeId: id, message });
  const node = isJsonObject(raw) ? raw : {};
  if (!isJsonObject(raw)) invalid("This node is no object; an empty one stands in its place.");
  else if (typeof node.name !== "string" || node.name === "") invalid("This node names no component.");
  if (isJsonObject(raw) && !isJsonObject(node.data)) invalid("This node has no data; it starts with none.");
  const { inputs, outputs, ...data } = isJsonObject(node.data) ? node.data : {};
  const position = Array.isArray(node.position) ? node.position : [];
  const [x, y] = position;
  const added = { inputs: toSockets(id, inputs, issues), outputs: toSockets(id, outputs, issues) };
  return {
    component: typeof node.name === "string" && node.name !== "" ? node.name.slice(0, 200) : "Unknown",
    position: [typeof x === "number" ? x : 0, typeof y === "number" ? y : 0],
    data,
    ...(added.inputs.length > 0 ? { inputs: added.inputs } : {}),
    ...(added.outputs.length > 0 ? { outputs: added.outputs } : {}),
  };
}

const socketTypes: Record<string, SocketType> = {
  anySocket: "any",
  stringSocket: "string",
  numSocket: "number",
  numberSocket: "number",
  booleanSocket: "boolean",
  arraySocket: "array",
  objectSocket: "object",
  triggerSocket: "trigger",
  eventSocket: "event",
  embeddingSocket: "embedding",
  documentSocket: "document",
  taskSocket: "task",
  imageSocket: "image",
  audioSocket: "audio",
};

function toSockets(id: string, raw: Json | undefined, issues: SpellIssue[]): Socket[] {
  const sockets: Socket[] = [];
  for (const entry of Array.isArray(raw) ? raw : []) {
    const label = isJsonObject(entry) && typeof entry.name === "string" ? entry.name : undefined;
    const key = isJsonObject(entry) && typeof entry.socketKey === "string" ? entry.socketKey : label;
    if (!isJsonObject(entry) || !key) {
      issues.push({
        severity: "warning",
        code: "not_carried",
        nodeId: id,
        message: "An added socket without a name was left out.",
      });
      continue;
    }
    // The task type decides: an "option" carries control, whatever the socket's own type says.
    const type =
      entry.taskType === "option"
        ? "trigger"
        : typeof entry.socketType === "string"
          ? (socketTypes[entry.socketType] ?? "any")
          : "any";
    sockets.push({
      name: key.slice(0, 200),
      type,
      ...(label !== undefined && label !== key ? { label } : {}),
    });
  }
  return sockets;
}

/** Ids and sockets were written as numbers and as texts. */
const isKey = (value: Json | undefined): value is string | number =>
  typeof value === "string" || typeof value === "number";

interface Connection {
  node: string;
  socket: string;
}

function connectionsOf(side: Json | undefined, far: "input" | "output"): [string, Connection[]][] {
  // Two files of the Rete examples have arrays for `inputs` and `outputs`: their index is the key.
  const entries = Array.isArray(side)
    ? side.map((value, i): [string, Json] => [String(i), value])
    : isJsonObject(side)
      ? Object.entries(side)
      : [];
  return entries.map(([socket, value]) => {
    const list = isJsonObject(value) && Array.isArray(value.connections) ? value.connections : [];
    const found: Connection[] = [];
    for (const item of list)
      if (isJsonObject(item) && isKey(item.node) && isKey(item[far]))
        found.push({ node: String(item.node), socket: String(item[far]) });
    return [socket, found];
  });
}

function toEdges(raw: JsonObject, ids: Map<string, string>): Record<string, Edge> {
  const edges: Record<string, Edge> = {};
  const seen = new Set<string>();
  let count = 0;
  const add = (from: Connection, to: Connection): void => {
    const edge: Edge = {
      from: [ids.get(from.node) ?? from.node, from.socket],
      to: [ids.get(to.node) ?? to.node, to.socket],
    };
    const key = JSON.stringify(edge);
    if (seen.has(key)) return;
    seen.add(key);
    count += 1;
    edges[`e${count}`] = edge;
  };
  const all = Object.entries(raw).filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1]));
  for (const [node, value] of all)
    for (const [socket, list] of connectionsOf(value.inputs, "output"))
      for (const from of list) add(from, { node, socket });
  for (const [node, value] of all)
    for (const [socket, list] of connectionsOf(value.outputs, "input"))
      for (const to of list) add({ node, socket }, to);
  return edges;
}
