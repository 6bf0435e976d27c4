/** One graph in execution: the run's own, or a sub-spell's under the path of the Spell node that runs it. */
import type { PlanNode } from "../protocol/plan.ts";
import type { Json, JsonObject } from "../protocol/values.ts";
import type { PreparedGraph, PreparedNode } from "./prepared.ts";
import { Scope } from "./scope.ts";
import { Status, Visit } from "./visit.ts";
import { Waiting } from "./waiting.ts";

export class Frame {
  readonly graph: PreparedGraph;
  /** Path of its nodes: `12/` below Spell node 12. */
  readonly prefix: string;
  readonly caller: Visit | null;
  readonly depth: number;
  readonly inputs: JsonObject;
  readonly root: Scope;
  /** Where the graph has one scope: by node, what those that are done gave. Of a node that is done nothing else is kept. */
  readonly given: (JsonObject | undefined)[] | null;
  /** Its visits are called as their scopes are: no two of a node have the same ordinals. */
  readonly hasPlainNames: boolean;
  state: JsonObject;
  #waiting: Waiting | null = null;
  /** Where flows are fibers: which events of the graph's life are under way; null when it was started by another. */
  phase: number | null = null;
  #isOver = false;
  #spare: Visit | null = null;
  /** What Outputs stored, by their places. */
  #reached: (JsonObject | undefined)[] | null = null;
  #exits: Set<number> | null = null;
  #memory: (JsonObject | undefined)[] | null = null;
  #collected: Map<number, Visit[]> | null = null;

  constructor(graph: PreparedGraph, caller: Visit | null, inputs: JsonObject, state: JsonObject) {
    this.graph = graph;
    this.caller = caller;
    this.prefix = caller === null ? "" : `${caller.nodeId}/`;
    this.depth = caller === null ? 0 : caller.frame.depth + 1;
    this.inputs = inputs;
    this.state = state;
    this.given = graph.isFlat ? graph.places.slice() : null;
    // Nodes of a sub-spell inherit the caller's visit; outside any loop that is no ordinal.
    const isOutside = caller === null || (caller.path === "" && caller.visit === "1");
    this.root = new Scope(this, null, isOutside ? "" : caller.visit);
    this.hasPlainNames = graph.isFlat || (graph.hasOneCycle && caller === null);
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

  /** A new visit where there is one scope. */
  visitOf(node: PreparedNode): Visit {
    const spare = this.#spare;
    if (spare === null) return new Visit(this, node, 0, this.root, this.root);
    this.#spare = null;
    spare.moveTo(node);
    return spare;
  }

  /** Where there is one scope: keeps what a visit gave, and the visit itself where a trigger may still reach it. */
  give(visit: Visit): void {
    const { node } = visit;
    (this.given as (JsonObject | undefined)[])[node.index] = visit.outputs;
    if (node.isTriggered && !visit.triggered) this.root.set(node, visit);
    else this.root.drop(node);
  }

  /** Where there is one scope: a visit that was made and is over, if nothing holds it, can be used for the next. */
  spare(visit: Visit): void {
    const { node } = visit;
    if (visit.status !== Status.done || !visit.isCommon || node.isNoted) return;
    if (visit.triggered || !node.isTriggered) this.#spare = visit;
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
    return this.#memory === null ? undefined : this.#memory[node];
  }

  #collect(visit: Visit): void {
    this.#collected ??= new Map();
    const visits = this.#collected.get(visit.node.index);
    if (visits === undefined) this.#collected.set(visit.node.index, [visit]);
    else visits.push(visit);
  }

  /** Notes what an Output stored, a Trigger Out passed or a node remembers. */
  reach(visit: Visit): void {
    const { node } = visit;
    if (node.remembers) (this.#memory ??= this.graph.places.slice())[node.index] = visit.outputs;
    if (node.place !== -1) (this.#reached ??= [])[node.place] = visit.outputs;
    if (node.isExit) (this.#exits ??= new Set()).add(node.index);
    if (node.isCollected) this.#collect(visit);
  }

  /** By name; of two Outputs of one name the later in load order counts, those never reached are absent. */
  outputs(): JsonObject {
    const outputs: JsonObject = {};
    if (this.#reached === null) return outputs;
    const { plan } = this.graph;
    for (let place = 0; place < this.#reached.length; place++) {
      const value = this.#reached[place]?.output;
      if (value === undefined) continue;
      const { name, id } = plan.nodes[plan.outputs[place] as number] as PlanNode;
      setOwn(outputs, name ?? id, value);
    }
    return outputs;
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

/** Sets an own member: one called "__proto__" is one, too. */
function setOwn(object: JsonObject, key: string, value: Json): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}
