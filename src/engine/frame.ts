/** One graph in execution: the run's own, or a sub-spell's under the path of the Spell node that runs it. */
import type { Json, JsonObject } from "../protocol/values.ts";
import type { PreparedGraph } from "./prepared.ts";
import { Scope } from "./scope.ts";
import type { Visit } from "./visit.ts";
import { Waiting } from "./waiting.ts";

export class Frame {
  readonly graph: PreparedGraph;
  /** Path of its nodes: `12/` below Spell node 12. */
  readonly prefix: string;
  readonly caller: Visit | null;
  readonly depth: number;
  readonly inputs: JsonObject;
  readonly root: Scope;
  state: JsonObject;
  #waiting: Waiting | null = null;
  /** Where flows are fibers: which events of the graph's life are under way; null when it was started by another. */
  phase: number | null = null;
  #isOver = false;
  #reached: Map<number, Visit> | null = null;
  #exits: Set<number> | null = null;
  #memory: Map<number, JsonObject> | null = null;
  #collected: Map<number, Visit[]> | null = null;

  constructor(graph: PreparedGraph, caller: Visit | null, inputs: JsonObject, state: JsonObject) {
    this.graph = graph;
    this.caller = caller;
    this.prefix = caller === null ? "" : `${caller.nodeId}/`;
    this.depth = caller === null ? 0 : caller.frame.depth + 1;
    this.inputs = inputs;
    this.state = state;
    // Nodes of a sub-spell inherit the caller's visit; outside any loop that is no ordinal.
    this.root = new Scope({
      parent: null,
      frame: this,
      path: caller === null || (caller.path === "" && caller.visit === "1") ? "" : caller.visit,
    });
  }

  /** What waits for several triggers. */
  get waiting(): Waiting {
    return (this.#waiting ??= new Waiting());
  }

  /** Nothing more happens here: a failure, here or further in, was caught further out. */
  get isOver(): boolean {
    return this.#isOver || (this.caller !== null && this.caller.frame.isOver);
  }

  abandon(): void {
    this.#isOver = true;
  }

  /** How many frames from here outward run the graph `graph`. */
  countOf(graph: PreparedGraph): number {
    const here = this.graph === graph ? 1 : 0;
    return here + (this.caller === null ? 0 : this.caller.frame.countOf(graph));
  }

  /** The visits so far of a node that others collect from. */
  collectedOf(node: number): readonly Visit[] {
    return this.#collected?.get(node) ?? [];
  }

  /** What a node that remembers gave at its last visit. */
  remembered(node: number): JsonObject | undefined {
    return this.#memory?.get(node);
  }

  #collect(visit: Visit): void {
    this.#collected ??= new Map();
    const visits = this.#collected.get(visit.node.index);
    if (visits === undefined) this.#collected.set(visit.node.index, [visit]);
    else visits.push(visit);
  }

  /** Notes what an Output stored, a Trigger Out passed or a node remembers. */
  reach(visit: Visit): void {
    const { role, remembers, collected } = visit.node.plan;
    if (collected === true) this.#collect(visit);
    if (remembers === true) (this.#memory ??= new Map()).set(visit.node.index, visit.outputs);
    if (role === "output") (this.#reached ??= new Map()).set(visit.node.index, visit);
    else if (role === "exit") (this.#exits ??= new Set()).add(visit.node.index);
  }

  /** By name; of two Outputs of one name the later in load order counts, those never reached are absent. */
  outputs(): JsonObject {
    const entries: [string, Json][] = [];
    for (const index of this.graph.plan.outputs) {
      const visit = this.#reached?.get(index);
      const value = visit?.outputs.output;
      if (visit !== undefined && value !== undefined)
        entries.push([visit.node.plan.name ?? visit.node.plan.id, value]);
    }
    return Object.fromEntries(entries);
  }

  /** What the calling Spell node gives: its outputs by socket and the triggers that fire. */
  answer(): { outputs: JsonObject; fired: string[] } {
    const call = this.caller?.node.plan.call;
    if (call === undefined) return { outputs: {}, fired: [] };
    const named = this.outputs();
    const entries = call.outputs.flatMap(([socket, name]): [string, Json][] =>
      Object.hasOwn(named, name) ? [[socket, named[name] as Json]] : [],
    );
    const hasExits = this.graph.plan.exits.length > 0;
    const fires = (exits: readonly number[] | null): boolean =>
      !hasExits || exits === null || exits.some((exit) => this.#exits?.has(exit) === true);
    const fired = call.exits.filter(([, exits]) => fires(exits)).map(([socket]) => socket);
    return { outputs: Object.fromEntries(entries), fired };
  }
}
