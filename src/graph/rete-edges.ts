/** Wires, which Rete 1 writes at both of their ends. Each is rebuilt from either. */
import type { Edge } from "../protocol/spell.ts";
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";
import type { Dialect } from "./dialect.ts";
import { type End, farEnd, isKey, type Side, socketsWritten } from "./rete-graph.ts";
import { maxSocketName } from "./rete-sockets.ts";
import type { Remainder } from "./remainder.ts";

export interface EdgesOfGraph {
  nodes: ReadonlyMap<string, JsonObject>;
  /** Ids of the document by the keys of the file. */
  ids: ReadonlyMap<string, string>;
  dialect: Dialect;
}

/** A wire with what was said of it, and at which of its ends it stands. */
interface Wire {
  edge: Edge;
  stands: Set<Side>;
  said?: Json;
}

/** Edges in the order of the nodes that read them, then those that only their source tells of. */
export function edgesFrom(graph: EdgesOfGraph, remainder: Remainder): Record<string, Edge> {
  const wires = new Map<string, Wire>();
  const endOf = endsIn(graph);
  for (const side of ["inputs", "outputs"] as const)
    for (const [key, node] of graph.nodes)
      for (const { socket, connections } of socketsWritten(node[side]))
        for (const connection of listOf(connections)) {
          const far = farEnd(side, connection);
          if (far === undefined) {
            tellUnreadable(graph.ids.get(key) ?? key, { side, socket, connection }, remainder);
            continue;
          }
          const here = { node: key, socket };
          const [from, to] = side === "inputs" ? [far, here] : [here, far];
          const edge: Edge = { from: endOf("outputs", from), to: endOf("inputs", to) };
          const text = JSON.stringify(edge);
          const wire = wires.get(text) ?? { edge, stands: new Set() };
          wires.set(text, wire);
          wire.stands.add(side);
          if (isJsonObject(connection) && saysSomething(connection.data)) wire.said = connection.data;
        }
  return numbered(withoutMisspelt([...wires.values()], socketsIn(graph), remainder), remainder);
}

/** The end of a wire by the names of the document. */
function endsIn({ nodes, ids, dialect }: EdgesOfGraph): (side: Side, end: End) => [string, string] {
  // Where keys and ids of nodes differ, wires may have been written with the ids.
  const byOwnId = new Map<string, string>();
  for (const [key, { id }] of nodes)
    if (isKey(id) && !ids.has(String(id)) && !byOwnId.has(String(id))) byOwnId.set(String(id), key);
  return (side, { node, socket }) => {
    const key = ids.has(node) ? node : (byOwnId.get(node) ?? node);
    return [ids.get(key) ?? key, dialect.socket(key, side, socket).slice(0, maxSocketName)];
  };
}

/** Anything that is no list of wires is one wire that cannot be read. */
const listOf = (connections: Json | undefined): readonly Json[] =>
  Array.isArray(connections) ? connections : connections === undefined ? [] : [connections];

function tellUnreadable(
  node: string,
  { side, socket, connection }: { side: Side; socket: string; connection: Json },
  remainder: Remainder,
): void {
  remainder.lost(
    `A wire at "${socket.slice(0, 100)}" was left out: it names no node and socket at its other end.`,
    node,
  );
  remainder.keepWire({ node, side, socket, connection });
}

/** Editors left `{}`, `{pins: []}` and a greeting with every wire. */
function saysSomething(data: Json | undefined): data is Json {
  if (!isJsonObject(data)) return data !== undefined && data !== null;
  return !Object.entries(data).every(
    ([key, value]) => (key === "pins" && Array.isArray(value) && value.length === 0) || key === "hello",
  );
}

/**
 * Files that went through other tools have a socket spelt differently at the two ends of one wire. The original engine
 * read the ends at inputs alone, so those are right: a wire that stands at an output alone is left out where another one
 * between the same nodes stands at an input alone and they differ by a socket that the far node does not have.
 */
function withoutMisspelt(wires: readonly Wire[], has: HasSocket, remainder: Remainder): Wire[] {
  const read = new Map<string, Edge>();
  for (const { edge, stands } of wires)
    if (!stands.has("outputs")) {
      if (!has("outputs", edge.from)) read.set(wireInto(edge), edge);
      read.set(wireOutOf(edge), edge);
    }
  return wires.filter(({ edge, stands }) => {
    if (stands.has("inputs")) return true;
    const right =
      read.get(wireInto(edge)) ?? (has("inputs", edge.to) ? undefined : read.get(wireOutOf(edge)));
    if (right === undefined) return true;
    remainder.lost(
      `A wire to node "${edge.to[0].slice(0, 100)}" is called "${edge.from[1]}" to "${edge.to[1]}" here and "${right.from[1]}" to "${right.to[1]}" there; the latter counts.`,
      edge.from[0],
    );
    remainder.keepWire({ from: edge.from, to: edge.to });
    return false;
  });
}

const wireInto = ({ from, to }: Edge): string => JSON.stringify(["into", from[0], to]);
const wireOutOf = ({ from, to }: Edge): string => JSON.stringify(["out of", from, to[0]]);

/** Whether a node writes this socket, wired or not. */
type HasSocket = (side: Side, end: Edge["from"]) => boolean;

function socketsIn({ nodes, ids, dialect }: EdgesOfGraph): HasSocket {
  const written = new Set<string>();
  for (const [key, node] of nodes)
    for (const side of ["inputs", "outputs"] as const)
      for (const { socket } of socketsWritten(node[side]))
        written.add(JSON.stringify([side, ids.get(key) ?? key, dialect.socket(key, side, socket)]));
  return (side, [node, socket]) => written.has(JSON.stringify([side, node, socket]));
}

function numbered(wires: readonly Wire[], remainder: Remainder): Record<string, Edge> {
  return Object.fromEntries(
    wires.map(({ edge, said }, i) => {
      const id = `e${i + 1}`;
      if (said !== undefined) remainder.keepOfEdge(id, said);
      return [id, edge];
    }),
  );
}
