/** The sockets of a node as they are drawn, and which of them may be joined. */
import type { ComponentDescription } from "../stores/catalogue.ts";
import type { SpellDocument } from "../../lib/index.ts";
import type { Edge } from "./document.ts";

export type Socket = ComponentDescription["inputs"][number];

export interface Sockets {
  readonly inputs: readonly Socket[];
  readonly outputs: readonly Socket[];
}

/** Of the component, those that the author added, and those that wires name though nobody declares them. */
export function socketsOf(
  document: SpellDocument,
  nodeId: string,
  component: ComponentDescription | undefined,
  wired: WiredSockets = wiredSockets(document),
): Sockets {
  const node = document.nodes[nodeId];
  return {
    inputs: distinct([
      ...(component?.inputs ?? []),
      ...(node?.inputs ?? []),
      ...named(wired.inputs.get(nodeId)),
    ]),
    outputs: distinct([
      ...(component?.outputs ?? []),
      ...(node?.outputs ?? []),
      ...named(wired.outputs.get(nodeId)),
    ]),
  };
}

export interface WiredSockets {
  inputs: ReadonlyMap<string, ReadonlySet<string>>;
  outputs: ReadonlyMap<string, ReadonlySet<string>>;
}

/** One pass over the wires for all nodes. */
export function wiredSockets(document: SpellDocument): WiredSockets {
  const inputs = new Map<string, Set<string>>();
  const outputs = new Map<string, Set<string>>();
  const add = (to: Map<string, Set<string>>, [node, socket]: readonly [string, string]): void => {
    const names = to.get(node);
    if (names === undefined) to.set(node, new Set([socket]));
    else names.add(socket);
  };
  for (const { from, to } of Object.values(document.edges)) {
    add(outputs, from);
    add(inputs, to);
  }
  return { inputs, outputs };
}

/** Of what type they are is not known: they may be joined with anything. */
const named = (names: ReadonlySet<string> = new Set()): Socket[] =>
  [...names].map((name) => ({ name, type: isTriggerName(name) ? "trigger" : "any" }));

const isTriggerName = (name: string): boolean => name === "trigger" || name === "error";

/** By name, the author's over the component's. */
function distinct(sockets: readonly Socket[]): Socket[] {
  const byName = new Map<string, Socket>();
  for (const socket of sockets)
    if (!byName.has(socket.name) || socket.type !== "any") setOnce(byName, socket);
  return [...byName.values()];
}

function setOnce(byName: Map<string, Socket>, socket: Socket): void {
  const known = byName.get(socket.name);
  if (known === undefined || known.type === "any") byName.set(socket.name, { ...known, ...socket });
}

/** Kinds that hold each other's values: an event is an object, an embedding a list. */
const kin: Readonly<Record<string, string>> = {
  event: "object",
  document: "object",
  task: "object",
  embedding: "array",
};

export function areJoinable(from: Socket["type"], to: Socket["type"]): boolean {
  if (from === "trigger" || to === "trigger") return from === to;
  if (from === "any" || to === "any") return true;
  return (kin[from] ?? from) === (kin[to] ?? to);
}

/** Why two sockets may not be joined, for whoever drags the wire; null where they may. */
export function whyNot(
  document: SpellDocument,
  edge: Edge,
  typeOf: (node: string, side: "inputs" | "outputs", socket: string) => Socket["type"],
): string | null {
  const from = typeOf(edge.from[0], "outputs", edge.from[1]);
  const to = typeOf(edge.to[0], "inputs", edge.to[1]);
  if (from === "trigger" && to !== "trigger")
    return `“${edge.from[1]}” is a trigger: it says when, and carries no value for “${edge.to[1]}”.`;
  if (to === "trigger" && from !== "trigger")
    return `“${edge.to[1]}” waits for a trigger, and “${edge.from[1]}” gives a value.`;
  if (!areJoinable(from, to))
    return `“${edge.from[1]}” gives ${nounOf(from)}, “${edge.to[1]}” takes ${nounOf(to)}.`;
  if (from !== "trigger" && makesCircle(document, edge))
    return "This would be a circle of values, each waiting for the other. Only triggers may go in circles.";
  return null;
}

const nounOf = (type: Socket["type"]): string =>
  type === "any" ? "anything" : /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;

/** Through nodes that are read, not through those that a trigger runs: these give what they gave before. */
function makesCircle(document: SpellDocument, edge: Edge): boolean {
  const readers = new Map<string, string[]>();
  const triggered = new Set<string>();
  for (const { from, to } of Object.values(document.edges)) {
    if (isTriggerName(to[1]) || isTriggerName(from[1])) triggered.add(to[0]);
    readers.set(from[0], [...(readers.get(from[0]) ?? []), to[0]]);
  }
  if (triggered.has(edge.from[0]) || triggered.has(edge.to[0])) return edge.from[0] === edge.to[0];
  const open = [edge.to[0]];
  const seen = new Set(open);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === edge.from[0]) return true;
    for (const next of readers.get(node) ?? [])
      if (!seen.has(next) && !triggered.has(next)) {
        seen.add(next);
        open.push(next);
      }
  }
  return false;
}
