/** What a component does when a node of it is visited. Its sockets and schema are in `graph/catalogue.ts`. */
import type { LoopIterations } from "../protocol/events.ts";
import type { ServiceCall, Services } from "../protocol/services.ts";
import type { PlanNode } from "../protocol/plan.ts";
import type { Usage } from "../protocol/runs.ts";
import type { Json, JsonObject } from "../protocol/values.ts";
import type { LogEntry, Sandbox } from "./sandbox.ts";

export interface NodeContext {
  readonly node: PlanNode;
  readonly data: JsonObject;
  /** What `make` gives for the node's data: made at its first visit, and kept for all visits of the plan. One a component. */
  once<T>(make: (data: JsonObject) => T): T;
  /** Path of the node in the run, `12/7` in a sub-spell. */
  readonly nodeId: string;
  /** Which of its visits this is. */
  readonly visit: string;
  /** `Node "12/7" (Generator)`, for messages. */
  readonly label: string;
  /** The input socket by which a trigger came; undefined when the node was evaluated for its data. */
  readonly trigger: string | undefined;
  /** Names of the data inputs that are connected, in socket order. */
  readonly connected: readonly string[];
  /** Every value of an input socket, one a connection; `undefined` where the source gave none. */
  values(socket: string): (Json | undefined)[];
  /** The first value of an input socket. */
  value(socket: string): Json | undefined;
  /** Of a component that `collects`: what the sources of an input gave in the iterations inside, in their order. */
  collected(socket: string): Json[];
  /** The run's (or the calling Spell node's) input of that name; undefined when it was not given. */
  runInput(name: string): Json | undefined;
  /** All of them, by name. */
  readonly runInputs: JsonObject;
  /** The run's state as it is now. Not to be changed in place: give `state` in the outcome. */
  readonly state: JsonObject;
  /** What the node gave at its visit before this one; undefined at the first. Kept for components that say `remembers`. */
  readonly previous: JsonObject | undefined;
  readonly sandbox: Sandbox;
  /** ms since 1970. */
  readonly now: number;
  /** Resolves after that many ms, or when the run has ended. */
  sleep(ms: number): Promise<void>;
  /**
   * Calls a service: `ask((services, call) => services.events.record(call, …))`. Waits for its turn where six calls of
   * the run are under way. Each call has its own idempotency key, the same on every attempt.
   * @throws SpellError `call_limit` for the 1 001st call of a run; else what the service throws
   */
  ask<T>(request: (services: Services, call: ServiceCall) => Promise<T>): Promise<T>;
  /**
   * Address (a path, where the host does not know how it is reached) at which the question called `name` of this run is answered:
   * one that waits with the prompt `{webhook: {name, address}}`.
   * @throws SpellError `not_configured` where the host has none
   */
  callback(name: string): string;
  /** Shows streamed text to whoever listens. */
  delta(text: string): void;
  /** True once the run has ended: no further effects. */
  readonly isCancelled: boolean;
}

export interface NodeOutcome {
  outputs?: JsonObject;
  /** Trigger outputs to open; all of them when absent. */
  fired?: string[];
  /** Of a loop: how many iterations, and for each output the list of what iteration 1, 2, … sees. */
  iterations?: LoopIterations;
  /** Top-level keys of the state to set. */
  state?: JsonObject;
  /** Where flows are fibers (behave-graph): visit this node again when all that it fired is over. */
  again?: true;
  /** Awaits a human: the answer comes back as `answered` of the component. */
  waiting?: { prompt: Json; /** ms since 1970 */ until?: number };
  /** Of a loop: gives an iteration for each item, as it comes; `"pushed"`: those that are pushed from outside. */
  stream?: AsyncIterable<JsonObject> | "pushed";
  /** Told to connections as `node.event`. */
  events?: { name: string; data: Json }[];
  logs?: LogEntry[];
  usage?: Usage;
}

export interface Component {
  readonly name: string;
  /** Runs user code, whose time is worth measuring although nothing is awaited. */
  readonly sandboxed?: true;
  /** Sets the state, if not at every visit: a fork of a run then knows what may have read it since. */
  readonly setsState?: true;
  /**
   * Visits a node. Returns synchronously unless it really waits: a Promise costs a turn and a commit.
   * Outputs are JSON and shared between readers, so never changed in place.
   * @throws SpellError to fail the run; anything else counts as a fault of the component
   */
  execute(context: NodeContext): NodeOutcome | Promise<NodeOutcome>;
  /**
   * Goes on when a human has answered what `waiting` asked.
   * @throws SpellError `bad_request` for an answer that does not fit: the node goes on waiting
   */
  answered?(context: NodeContext, answer: Json): NodeOutcome;
}
