/** Which visit a reader sees, in which scope that leaves a data node, and what value it gets. */
import type { Json } from "../protocol/values.ts";
import type { Scope } from "./scope.ts";
import { Status, type Visit } from "./visit.ts";

/** The iteration of the loop visit `loop` in which `scope` lies. */
function iterationOf(loop: Visit, scope: Scope | null): Scope | undefined {
  for (let at = scope; at !== null; at = at.parent) if (at.loop === loop) return at;
  return undefined;
}

/**
 * What the `i`-th of the wires that count, edge `edge`, gives: of the source that was found for it, or, where none was looked
 * for, of the visit in the run's scope.
 */
export function readEdge(reader: Visit, i: number, edge: number): Json | undefined {
  const { sources, node, frame } = reader;
  const source =
    sources !== null
      ? sources[i]
      : node.isPlain
        ? frame.root.get(node.sourceNodes[edge] as number)
        : undefined;
  return source === undefined ? undefined : readValue(reader, source, edge);
}

/** The value that `reader` gets over its data edge `edge` from `source`. */
export function readValue(reader: Visit, source: Visit, edge: number): Json | undefined {
  const socket = reader.node.sourceSockets[edge] as string;
  if (source.items !== null) {
    const scope = iterationOf(source, reader.scope ?? reader.readScope);
    const item = scope === undefined ? undefined : source.items[scope.iteration - 1];
    if (item !== undefined) return Object.hasOwn(item, socket) ? item[socket] : undefined;
  } else if (source.iterations !== undefined) {
    const scope = iterationOf(source, reader.scope ?? reader.readScope);
    const seen = Object.hasOwn(source.iterations.outputs, socket)
      ? source.iterations.outputs[socket]
      : undefined;
    if (scope !== undefined && Array.isArray(seen)) return seen[scope.iteration - 1];
  }
  return Object.hasOwn(source.outputs, socket) ? source.outputs[socket] : undefined;
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
export function seenFrom(scope: Scope, node: number): Visit | undefined {
  for (let at = scope.before; at !== null; at = at.before) {
    const visit = at.get(node);
    if (visit !== undefined && visit.status !== Status.fresh) return visit;
  }
  return undefined;
}
