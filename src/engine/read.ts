/** Which visit a reader sees, in which scope that leaves a data node, and what value it gets. */
import type { Json, JsonObject } from "../protocol/values.ts";
import type { PreparedNode } from "./prepared.ts";
import type { Scope } from "./scope.ts";
import { Status, type Visit } from "./visit.ts";

/** The iteration of the loop visit `loop` in which `scope` lies. */
function iterationOf(loop: Visit, scope: Scope | null): Scope | undefined {
  for (let at = scope; at !== null; at = at.parent) if (at.loop === loop) return at;
  return undefined;
}

/** What the `i`-th of the wires that count, edge `edge`, gives `reader`. */
export function readEdge(reader: Visit, i: number, edge: number): Json | undefined {
  const { frame, node } = reader;
  // What a node collects was given in the iterations, if at all.
  if (node.collects) return undefined;
  const index = node.sourceNodes[edge] as number;
  if (frame.given !== null) {
    const outputs = frame.given[index];
    return outputs === undefined ? undefined : outputOf(outputs, node, edge);
  }
  const { sources } = reader;
  const source =
    sources === null ? reader.readScope.get(frame.graph.nodes[index] as PreparedNode) : sources[i];
  return source === undefined ? undefined : readValue(reader, source, edge);
}

/** The value that `reader` gets over its data edge `edge` from `source`. */
function readValue(reader: Visit, source: Visit, edge: number): Json | undefined {
  const { items, iterations } = source;
  if (items !== null) {
    const scope = iterationOf(source, reader.scope ?? reader.readScope);
    const item = scope === undefined ? undefined : items[scope.iteration - 1];
    if (item !== undefined) return outputOf(item, reader.node, edge);
  } else if (iterations !== undefined) {
    const scope = iterationOf(source, reader.scope ?? reader.readScope);
    const seen = outputOf(iterations.outputs, reader.node, edge);
    if (scope !== undefined && Array.isArray(seen)) return seen[scope.iteration - 1];
  }
  return outputOf(source.outputs, reader.node, edge);
}

/** Of what a source gave, that which its socket at the other end of `edge` says. */
function outputOf(outputs: JsonObject, node: PreparedNode, edge: number): Json | undefined {
  const socket = node.sourceSockets[edge] as string;
  return node.readsInherited && !Object.hasOwn(outputs, socket) ? undefined : outputs[socket];
}

/** Can `source` be read from `scope` now? A node that streams can by the iterations of its items, before it is done. */
export const isThere = (source: Visit, scope: Scope): boolean =>
  source.status === Status.done || (source.items !== null && iterationOf(source, scope) !== undefined);

/** The scope that reading `source` from `readScope` ties a data node to. */
export function scopeRead(source: Visit, readScope: Scope): Scope {
  return iterationOf(source, readScope) ?? (source.scope as Scope);
}

/** Deeper in nesting, or a later turn at the same depth. */
export const isInner = (a: Scope, b: Scope): boolean =>
  a.depth > b.depth || (a.depth === b.depth && a.turn > b.turn);

/** A visit of a node with triggers that took place in an earlier turn or an outer scope, the nearest first. */
export function seenFrom(scope: Scope, node: PreparedNode): Visit | undefined {
  for (let at = scope.before; at !== null; at = at.before) {
    const visit = at.get(node);
    if (visit !== undefined && visit.status !== Status.fresh) return visit;
  }
  return undefined;
}
