/** The wires of a node by socket. Few nodes have many sockets, so a map is made for those alone. */
import type { PlanNode } from "../protocol/plan.ts";

/** A socket and what it is wired to. */
export type Wire = PlanNode["inputs"][number];

const few = 8;
const maps = new WeakMap<readonly Wire[], Map<string, Wire>>();

/** The wire of a socket in a list that grows by {@link addWire} alone. */
export function wireOf(list: readonly Wire[], socket: string): Wire | undefined {
  if (list.length <= few) {
    for (const wire of list) if (wire[0] === socket) return wire;
    return undefined;
  }
  let byName = maps.get(list);
  if (byName === undefined) maps.set(list, (byName = new Map(list.map((wire) => [wire[0], wire]))));
  return byName.get(socket);
}

/** Adds what a wire leads to. A list of one is made as such: one that grows takes room for seventeen at once. */
export function addEnd(wire: Wire, node: number, socket: string): void {
  if (wire[1].length === 0) wire[1] = [[node, socket]];
  else wire[1].push([node, socket]);
}

export function addWire(list: Wire[], socket: string): Wire {
  const wire: Wire = [socket, []];
  list.push(wire);
  maps.get(list)?.set(socket, wire);
  return wire;
}
