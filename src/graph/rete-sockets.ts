/** Sockets that an author added to a node. */
import type { Socket, SocketType } from "../protocol/spell.ts";
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";
import { addedKey, addedWritten, farEnd, isKey, type Side, socketsWritten } from "./rete-graph.ts";
import { type Remainder, without } from "./remainder.ts";

export const maxSocketName = 200;

const socketTypes: Record<string, SocketType> = {
  anySocket: "any",
  stringSocket: "string",
  numSocket: "number",
  numberSocket: "number",
  booleanSocket: "boolean",
  arraySocket: "array",
  objectSocket: "object",
  triggerSocket: "trigger",
  /** What triggers were called in 2021. */
  dataSocket: "trigger",
  eventSocket: "event",
  embeddingSocket: "embedding",
  documentSocket: "document",
  taskSocket: "task",
  imageSocket: "image",
  audioSocket: "audio",
};

/** What of an added socket the document says, or what follows from the rest. */
const understood = new Set(["name", "socketKey", "socketType", "taskType", "connectionType"]);

/** Components whose sockets mirror another spell's: what is wired exists, declared or not. */
const mirrors = new Set(["Spell", "Module"]);

export interface SocketsOfNode {
  id: string;
  node: JsonObject;
  side: Side;
  /** The socket that a name in the file means. */
  rename: (name: string) => string;
}

export function addedSockets({ id, node, side, rename }: SocketsOfNode, remainder: Remainder): Socket[] {
  const written = addedWritten(node, side);
  const sockets: Socket[] = [];
  const lost: Json[] = [];
  const extras: Json[] = [];
  if (written !== undefined && written !== null && !Array.isArray(written)) lost.push(written);
  for (const entry of Array.isArray(written) ? written : []) {
    const socket = socketFrom(entry, rename);
    if (socket === undefined || !isJsonObject(entry)) {
      lost.push(entry);
      continue;
    }
    sockets.push(socket);
    const extra = extraOf(entry);
    if (extra !== undefined) extras.push({ ...extra, name: socket.name });
  }
  if (lost.length > 0) {
    const what = lost.length === 1 ? "An added socket" : `${lost.length} added sockets`;
    remainder.lost(
      `${what} without a name ${lost.length === 1 ? "was" : "were"} left out of the ${side}.`,
      id,
    );
    remainder.keepOfNode(id, side, lost);
  }
  if (extras.length > 0) remainder.keepOfNode(id, `${side}Added`, extras);
  if (side === "outputs" && typeof node.name === "string" && mirrors.has(node.name))
    sockets.push(...undeclared(node, new Set(sockets.map(({ name }) => name))));
  return sockets;
}

function socketFrom(entry: Json, rename: (name: string) => string): Socket | undefined {
  const key = addedKey(entry);
  if (key === undefined || !isJsonObject(entry)) return undefined;
  const label = isKey(entry.name) ? String(entry.name) : undefined;
  const name = rename(key).slice(0, maxSocketName);
  return { name, type: typeOf(entry), ...(label !== undefined && label !== name ? { label } : {}) };
}

/** The task type decides whether a socket carries control, whatever the socket's own type says. */
function typeOf({ taskType, socketType }: JsonObject): SocketType {
  if (taskType === "option") return "trigger";
  const type =
    typeof socketType === "string" && Object.hasOwn(socketTypes, socketType)
      ? (socketTypes[socketType] ?? "any")
      : "any";
  return type === "trigger" && taskType === "output" ? "any" : type;
}

function extraOf(entry: JsonObject): JsonObject | undefined {
  const { socketType } = entry;
  const isKnown =
    socketType === undefined || (typeof socketType === "string" && Object.hasOwn(socketTypes, socketType));
  return without({ ...entry, ...(isKnown ? {} : { ofType: socketType }) }, understood);
}

function undeclared(node: JsonObject, known: ReadonlySet<string>): Socket[] {
  return socketsWritten(node.outputs).flatMap(({ socket, connections }): Socket[] => {
    const name = socket.slice(0, maxSocketName);
    if (name === "" || name === "trigger" || known.has(name)) return [];
    const ends = (Array.isArray(connections) ? connections : []).map((one) => farEnd("outputs", one));
    const isTrigger = ends.length > 0 && ends.every((end) => end?.socket === "trigger");
    return [{ name, type: isTrigger ? "trigger" : "any" }];
  });
}
