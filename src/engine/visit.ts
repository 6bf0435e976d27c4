/** One execution of a node in a run, from the first trigger or read that asks for it to its outputs. */
import type { LoopIterations } from "../protocol/events.ts";
import type { JsonObject } from "../protocol/values.ts";
import type { Frame } from "./frame.ts";
import type { PreparedNode } from "./prepared.ts";
import type { Scope } from "./scope.ts";

export const Status = {
  /** Known, not yet asked for. */
  fresh: 0,
  /** Its sources are being looked up. */
  resolving: 1,
  /** Its sources are known, some still run. */
  ready: 2,
  /** Executing, or waiting for its turn to. */
  running: 3,
  done: 4,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

export class Visit {
  readonly frame: Frame;
  readonly node: PreparedNode;
  /** Grows with each visit of a run. Given anew when a trigger reaches the visit, so a cause is always older than its effect. */
  order: number;
  /** Undefined while a data node's scope is not yet known. */
  scope: Scope | undefined;
  /** From where its sources are seen. */
  readScope: Scope;
  status: Status = Status.fresh;
  path = "";
  visit = "";
  /** A trigger has reached it: its fired sockets propagate. */
  triggered = false;
  trigger: string | undefined = undefined;
  cause: Visit | null = null;
  /** All causes, where a node waits for several triggers. */
  causes: Visit[] | null = null;
  /** Triggers that have arrived at a node that waits for several, and what caused each. */
  arrived: Map<string, Visit | null> | null = null;
  /** Source visits, one an edge that counts. */
  sources: Visit[] | null = null;
  /** Which edges count, where only some do. */
  edges: number[] | null = null;
  /** Sources that have not finished. */
  missing = 0;
  waiters: Visit[] | null = null;
  /** Holds its scope open. */
  held = false;
  /** Its answer comes from outside the turn. */
  waited = false;
  attempt = 1;
  startedAt = 0;
  /** Service calls made, for their keys. */
  calls = 0;
  outputs: JsonObject = empty;
  fired: readonly string[] = none;
  iterations: LoopIterations | undefined = undefined;
  /** Iterations that have not come to rest. */
  remaining = 0;

  constructor(frame: Frame, node: PreparedNode, order: number, scope: Scope | undefined, readScope: Scope) {
    this.frame = frame;
    this.node = node;
    this.order = order;
    this.scope = scope;
    this.readScope = readScope;
  }

  get nodeId(): string {
    return this.frame.prefix === "" ? this.node.plan.id : this.frame.prefix + this.node.plan.id;
  }

  get key(): string {
    return `${this.nodeId}#${this.visit}`;
  }
}

const empty: JsonObject = Object.freeze({});
const none: readonly string[] = [];

/** Is `candidate` among what led to `visit`? Causes are older, which bounds the walk. */
export function isCause(candidate: Visit, visit: Visit | null): boolean {
  let seen: Set<Visit> | undefined;
  const rest: Visit[] = [];
  for (let current = visit; current !== null; current = rest.pop() ?? null) {
    for (let at: Visit | null = current; at !== null && at.order >= candidate.order; at = at.cause) {
      if (at === candidate) return true;
      if (at.causes === null) continue;
      seen ??= new Set();
      if (seen.has(at)) break;
      seen.add(at);
      rest.push(...at.causes);
    }
  }
  return false;
}
