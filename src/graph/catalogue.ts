/** What the graph must know of components. `nodes/` provides it; `find` also takes the names of earlier years. */
import type { NodeRole } from "../protocol/plan.ts";
import type { Socket } from "../protocol/spell.ts";
import type { JsonObject } from "../protocol/values.ts";

export interface ComponentSocket extends Socket {
  /** Without a connection (and without node data in its place) a run that reaches the node is refused. */
  required?: boolean;
}

export interface ComponentShape {
  readonly name: string;
  /** Names that the same component had in other years. */
  readonly aliases: readonly string[];
  readonly inputs: readonly ComponentSocket[];
  readonly outputs: readonly Socket[];
  readonly dynamicInputs?: boolean;
  readonly dynamicOutputs?: boolean;
  readonly role?: NodeRole;
  /** Of several connections into one input it takes one (see `planNode.single`). */
  readonly single?: boolean;
  /** Executes once all of its connected triggers have arrived. */
  readonly waitsForAll?: boolean;
  /** Reads what nodes inside a loop gave in all its iterations (`context.collected`). */
  readonly collects?: boolean;
  /** Reads the state. */
  readonly volatile?: boolean;
  /** Wants to know what it gave at its visit before (`context.previous`). */
  readonly remembers?: boolean;
  /** behave-graph's event nodes: a trigger that reaches one starts a fiber of its own. */
  readonly event?: boolean;
  /** Where flows are fibers: the fiber does not wait for its answer, which comes in a fiber of its own (delays). */
  readonly detached?: boolean;
  /** behave-graph's lifecycle events. */
  readonly life?: "start" | "tick" | "end";
  /** A loop: trigger outputs that fire once in each iteration; the others fire after the last. */
  readonly each?: readonly string[];
  /** For `role: "spell"`: the sub-spell's id or name. */
  readonly spellOf?: (data: JsonObject) => string | undefined;
  /** Faults of a node's data, each as `[path, message]`. */
  readonly checkData?: (data: JsonObject) => [string, string][];
}

export interface Catalogue {
  find(name: string): ComponentShape | undefined;
}

/** Sockets of a node as drawn: the component's, then the author's; the first of a name counts. */
export function socketsOf(
  shape: readonly ComponentSocket[],
  added: readonly Socket[] | undefined,
): ComponentSocket[] {
  if (added === undefined || added.length === 0) return shape as ComponentSocket[];
  const names = new Set(shape.map((socket) => socket.name));
  return [...shape, ...added.filter((socket) => !names.has(socket.name) && names.add(socket.name))];
}
