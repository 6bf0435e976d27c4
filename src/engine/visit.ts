/** One execution of a node in a run, from the first trigger or read that asks for it to its outputs. */
import type { LoopIterations } from "../protocol/events.ts";
import type { JsonObject } from "../protocol/values.ts";
import type { CancelSignal } from "./cancel.ts";
import type { Frame } from "./frame.ts";
import type { PreparedNode } from "./prepared.ts";
import { pathIn, type Scope } from "./scope.ts";
import type { Underway } from "./underway.ts";

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

/** What few visits have. Apart, since a visit is made for every node that runs. */
class Rare {
  by: PreparedNode | null = null;
  causes: Visit[] | null = null;
  arrived: Map<string, Visit | null> | null = null;
  /** Source visits, one an edge that counts. */
  sources: Visit[] | null = null;
  edges: number[] | null = null;
  missing = 0;
  waiters: Visit[] | null = null;
  held = false;
  attempt = 1;
  retried = 0;
  underway: Underway | null = null;
  signal: CancelSignal | null = null;
  items: JsonObject[] | null = null;
  inner: Frame | null = null;
  calls = 0;
  iterations: LoopIterations | undefined = undefined;
  again = false;
  remaining = 0;
  waited = false;
  startedAt = 0;
}

/** One is made for most nodes that run: fields that are only declared, and set once, cost a third of those with a value of their own. */
export class Visit {
  declare readonly frame: Frame;
  declare node: PreparedNode;
  /** Grows with each visit of a run. Given anew when a trigger reaches the visit, so a cause is always older than its effect. */
  declare order: number;
  /** Undefined while a data node's scope is not yet known. */
  declare scope: Scope | undefined;
  /** From where its sources are seen. */
  declare readonly readScope: Scope;
  declare status: Status;
  /** Its name: the ordinals of the iterations and turns around it. */
  declare visit: string;
  /** A trigger has reached it: its fired sockets propagate. */
  declare triggered: boolean;
  declare trigger: string | undefined;
  declare cause: Visit | null;
  declare outputs: JsonObject;
  /** Trigger outputs that it opened. */
  declare fired: readonly string[];
  declare private rare: Rare | null;

  constructor(frame: Frame, node: PreparedNode, order: number, scope: Scope | undefined, readScope: Scope) {
    this.frame = frame;
    this.node = node;
    this.order = order;
    this.scope = scope;
    this.readScope = readScope;
    this.status = Status.fresh;
    this.visit = "1";
    this.triggered = false;
    this.trigger = undefined;
    this.cause = null;
    this.outputs = empty;
    this.fired = none;
    this.rare = null;
  }

  /** Goes on to another node, as a new visit of the same frame and scope: nothing may hold it for the one before any more. */
  moveTo(node: PreparedNode): void {
    this.node = node;
    this.status = Status.fresh;
    this.triggered = false;
    this.trigger = undefined;
  }

  /** It has done nothing but execute once, give something and fire what it fires by itself. */
  get isCommon(): boolean {
    return this.rare === null;
  }

  get nodeId(): string {
    return this.frame.prefix === "" ? this.node.id : this.frame.prefix + this.node.id;
  }

  /** For messages: `Node "12/7" (Generator)`. */
  get label(): string {
    return `Node "${this.nodeId}" (${this.node.plan.component})`;
  }

  /** ms since its present attempt began; 0 where that is not measured, and no clock is asked: it costs more than most nodes do. */
  elapsed(clock: { readonly now: number }): number {
    return this.startedAt === 0 ? 0 : Math.max(0, clock.now - this.startedAt);
  }

  /** The ordinals of what is around it, where the name has something to tell namesakes apart. */
  get path(): string {
    const { graph, root } = this.frame;
    if (graph.isScoped) return pathIn(this.scope as Scope, this.node.regions);
    return graph.isFibers ? this.visit : root.path;
  }

  get key(): string {
    return `${this.nodeId}#${this.visit}`;
  }

  /** Whose trigger came, where that chooses among its wires. */
  get by(): PreparedNode | null {
    return this.rare === null ? null : this.rare.by;
  }
  set by(by: PreparedNode | null) {
    this.#own.by = by;
  }

  /** Source visits, one an edge that counts; null where none were looked for one by one. */
  get sources(): Visit[] | null {
    return this.rare === null ? null : this.rare.sources;
  }
  set sources(sources: Visit[] | null) {
    if (sources !== null || this.rare !== null) this.#own.sources = sources;
  }

  /** Sources that have not finished. */
  get missing(): number {
    return this.rare === null ? 0 : this.rare.missing;
  }
  set missing(missing: number) {
    this.#own.missing = missing;
  }

  /** Those that wait for it. */
  get waiters(): Visit[] | null {
    return this.rare === null ? null : this.rare.waiters;
  }
  set waiters(waiters: Visit[] | null) {
    this.#own.waiters = waiters;
  }

  /** Holds its scope open. */
  get held(): boolean {
    return this.rare === null ? false : this.rare.held;
  }
  set held(held: boolean) {
    this.#own.held = held;
  }

  /** Which attempt this is. */
  get attempt(): number {
    return this.rare === null ? 1 : this.rare.attempt;
  }
  set attempt(attempt: number) {
    if (attempt !== 1 || this.rare !== null) this.#own.attempt = attempt;
  }

  /** All causes, where a node waits for several triggers. */
  get causes(): Visit[] | null {
    return this.rare === null ? null : this.rare.causes;
  }
  set causes(causes: Visit[] | null) {
    this.#own.causes = causes;
  }

  /** Triggers that have arrived at a node that waits for several, and what caused each. */
  get arrived(): Map<string, Visit | null> | null {
    return this.rare === null ? null : this.rare.arrived;
  }
  set arrived(arrived: Map<string, Visit | null> | null) {
    this.#own.arrived = arrived;
  }

  /** Which edges count, where only some do. */
  get edges(): number[] | null {
    return this.rare === null ? null : this.rare.edges;
  }
  set edges(edges: number[] | null) {
    if (edges !== null || this.rare !== null) this.#own.edges = edges;
  }

  /** Failed attempts that were followed by another. */
  get retried(): number {
    return this.rare === null ? 0 : this.rare.retried;
  }
  set retried(retried: number) {
    this.#own.retried = retried;
  }

  /** The attempt under way outside the turn. */
  get underway(): Underway | null {
    return this.rare === null ? null : this.rare.underway;
  }
  set underway(underway: Underway | null) {
    this.#own.underway = underway;
  }

  /** Tells the service calls of the present attempt that nobody wants their answers. */
  get signal(): CancelSignal | null {
    return this.rare === null ? null : this.rare.signal;
  }
  set signal(signal: CancelSignal | null) {
    if (signal !== null || this.rare !== null) this.#own.signal = signal;
  }

  /** Of a node that streams: the outputs of each item so far. */
  get items(): JsonObject[] | null {
    return this.rare === null ? null : this.rare.items;
  }
  set items(items: JsonObject[] | null) {
    this.#own.items = items;
  }

  /** Of a Spell node: the graph that it runs. */
  get inner(): Frame | null {
    return this.rare === null ? null : this.rare.inner;
  }
  set inner(inner: Frame | null) {
    this.#own.inner = inner;
  }

  /** Service calls made, for their keys. */
  get calls(): number {
    return this.rare === null ? 0 : this.rare.calls;
  }
  set calls(calls: number) {
    this.#own.calls = calls;
  }

  /** Of a loop. */
  get iterations(): LoopIterations | undefined {
    return this.rare === null ? undefined : this.rare.iterations;
  }
  set iterations(iterations: LoopIterations | undefined) {
    if (iterations !== undefined || this.rare !== null) this.#own.iterations = iterations;
  }

  /** Visited again when all that it fired is over. */
  get again(): boolean {
    return this.rare !== null && this.rare.again;
  }
  set again(again: boolean) {
    if (again || this.rare !== null) this.#own.again = again;
  }

  /** Iterations that have not come to rest. */
  get remaining(): number {
    return this.rare === null ? 0 : this.rare.remaining;
  }
  set remaining(remaining: number) {
    this.#own.remaining = remaining;
  }

  /** Its answer comes from outside the turn. */
  get waited(): boolean {
    return this.rare !== null && this.rare.waited;
  }
  set waited(waited: boolean) {
    if (waited || this.rare !== null) this.#own.waited = waited;
  }

  /** When its present attempt began, in ms since 1970; 0 where that is not measured. */
  get startedAt(): number {
    return this.rare === null ? 0 : this.rare.startedAt;
  }
  set startedAt(startedAt: number) {
    this.#own.startedAt = startedAt;
  }

  get #own(): Rare {
    return (this.rare ??= new Rare());
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
      const { causes } = at;
      if (causes === null) continue;
      seen ??= new Set();
      if (seen.has(at)) break;
      seen.add(at);
      rest.push(...causes);
    }
  }
  return false;
}
