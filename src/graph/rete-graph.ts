/** How Rete 1 writes a graph: nodes with their wires, each wire at both of its ends. */
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";

export type Side = "inputs" | "outputs";

/** What a node holds of one of its sockets: whatever was written as its connections. */
export interface WrittenSocket {
  socket: string;
  connections: Json | undefined;
}

/** A side of a node by sockets. Two files of Rete's own have arrays there: the index is the key. */
export function socketsWritten(side: Json | undefined): WrittenSocket[] {
  const entries = Array.isArray(side)
    ? side.map((value, i): [string, Json] => [String(i), value])
    : isJsonObject(side)
      ? Object.entries(side)
      : [];
  return entries.map(([socket, value]) => ({
    socket,
    connections: isJsonObject(value) ? value.connections : value,
  }));
}

/** Ids and sockets were written as numbers and as texts. */
export const isKey = (value: Json | undefined): value is string | number =>
  typeof value === "string" || typeof value === "number";

/** Where a wire ends, by the names of the file. */
export interface End {
  node: string;
  socket: string;
}

/** The other end of a connection, named by `node` and, as the side has it, `output` or `input`. */
export function farEnd(side: Side, connection: Json): End | undefined {
  if (!isJsonObject(connection)) return undefined;
  const socket = connection[side === "inputs" ? "output" : "input"];
  return isKey(connection.node) && isKey(socket)
    ? { node: String(connection.node), socket: String(socket) }
    : undefined;
}

/** Sockets that the author added, as they stand in a node's data; those of an Enki Task stood elsewhere first. */
export function addedWritten(node: JsonObject, side: Side): Json | undefined {
  if (!isJsonObject(node.data)) return undefined;
  if (node.data[side] !== undefined) return node.data[side];
  const throughputs = Object.entries(node.data).find(([key]) => key.startsWith("throughputs"))?.[1];
  return isJsonObject(throughputs) ? throughputs[side] : undefined;
}

/** The key of an added socket; undefined where it has none. */
export function addedKey(entry: Json): string | undefined {
  if (!isJsonObject(entry)) return undefined;
  const key = isKey(entry.socketKey) ? entry.socketKey : entry.name;
  return isKey(key) && key !== "" ? String(key) : undefined;
}
