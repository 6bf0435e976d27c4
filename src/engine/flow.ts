/** How triggers spread: the queue, joins and turns, loops, and when a scope has come to rest. */
import { SpellError } from "../protocol/spell-error.ts";
import type { Frame } from "./frame.ts";
import type { PreparedNode, PreparedOutput } from "./prepared.ts";
import { holderOf, openTurn, Scope } from "./scope.ts";
import { TriggerQueue } from "./trigger-queue.ts";
import { isCause, Status, Visit } from "./visit.ts";

export interface FlowHost {
  readonly isEnded: boolean;
  /** Visits that the run may still make. */
  readonly visitsLeft: number;
  nextOrder(): number;
  fail(error: SpellError): void;
  /** Ends a run whose records say that it ended at this point: what comes next need not be prepared. */
  endsHere(): boolean;
  /** A trigger has reached a fresh visit: find its data and execute it. */
  demand(visit: Visit): void;
  /** The iteration of a streaming node's item has come to rest. */
  itemEnded(visit: Visit, item: number): void;
  /** Nothing is left to do in a graph. */
  frameEnded(frame: Frame): void;
}

export class Flow {
  readonly #host: FlowHost;
  readonly #queue = new TriggerQueue();

  constructor(host: FlowHost) {
    this.#host = host;
  }

  get isEmpty(): boolean {
    return this.#queue.isEmpty;
  }

  /** Starts a graph at one of its nodes. */
  begin(frame: Frame, node: number): void {
    this.#fire(null, { socket: "", targets: [node], sockets: [""], isEach: false }, frame.root);
  }

  /** Lets the oldest trigger arrive. */
  step(): void {
    const queue = this.#queue;
    queue.take();
    const scope = queue.scope as Scope;
    const frame = scope.frame as Frame;
    this.#arrive(frame, scope, queue.cause, queue.output as PreparedOutput, queue.target);
    this.#leave(scope, frame);
  }

  /** Keeps the scope of a visit from coming to rest until {@link release}. */
  hold(visit: Visit): void {
    if (visit.held) return;
    visit.held = true;
    this.#enter(visit.scope as Scope, 1);
  }

  release(visit: Visit): void {
    if (!visit.held) return;
    visit.held = false;
    this.#leave(visit.scope as Scope, visit.frame);
  }

  /** Sends on the triggers that a visit fired. */
  propagate(visit: Visit): void {
    if (visit.node.plan.each !== undefined) {
      const { iterations } = visit;
      // A stream has made its iterations by now; one that failed has none.
      if (visit.items !== null || iterations === undefined) return this.#fireAfter(visit);
      return this.#propagateLoop(visit, iterations.count);
    }
    const { node, fired } = visit;
    const { next } = node;
    // Mostly all fire, or there is one.
    const isAll = fired === node.fires && fired.length === next.length;
    for (let i = 0; i < next.length; i++) {
      const output = next[i] as PreparedOutput;
      if (isAll || fired.includes(output.socket)) this.#fire(visit, output, visit.scope as Scope);
    }
  }

  /** Opens the iteration of a streaming node's item. */
  openItem(visit: Visit, item: number): void {
    const outputs = visit.node.next.filter((output) => output.isEach && output.targets.length > 0);
    if (outputs.length === 0 || !visit.triggered) return this.#host.itemEnded(visit, item);
    const scope = this.#iteration(visit, item, this.#implicit(visit));
    for (const output of outputs) this.#fire(visit, output, scope);
  }

  #implicit(visit: Visit): number[] {
    const parent = visit.scope as Scope;
    return (visit.node.plan.regions ?? []).filter((region) => parent.accountFor(region) === null);
  }

  #iteration(visit: Visit, iteration: number, implicit: readonly number[]): Scope {
    const path = visit.path === "" ? String(iteration) : `${visit.path}.${iteration}`;
    return new Scope({ parent: visit.scope as Scope, path, implicit, loop: visit, iteration });
  }

  /** @param count how much more there is to do in that scope */
  #enter(scope: Scope, count: number): void {
    scope.active += count;
    if (scope.active > count) return;
    for (let at = scope.parent; at !== null; at = at.parent) {
      at.active += 1;
      if (at.active > 1) return;
    }
  }

  #leave(scope: Scope, frame: Frame): void {
    for (let at: Scope | null = scope; at !== null; at = at.parent) {
      at.active -= 1;
      if (at.active > 0 || this.#host.isEnded || frame.isOver) return;
      if (at.loop !== null) this.#iterationEnded(at.loop, at.iteration);
      if (at.parent === null) this.#host.frameEnded(frame);
    }
  }

  #arrive(frame: Frame, from: Scope, cause: Visit | null, output: PreparedOutput, target: number): void {
    if (frame.isOver) return;
    const node = frame.graph.nodes[output.targets[target] as number] as PreparedNode;
    const socket = output.sockets[target] as string;
    const scope = frame.graph.isScoped ? scopeOf(from, cause, node) : from;
    let visit = scope.own(node.index);
    if (visit?.triggered) return; // a join
    if (visit === undefined) {
      visit = new Visit(frame, node, this.#host.nextOrder(), scope, scope);
      scope.set(node.index, visit);
    }
    const { waits } = node.plan;
    if (waits !== undefined && waits > 1) {
      const edge = `${cause?.node.index ?? ""}.${output.socket}>${socket}`;
      for (const complete of frame.waiting.arrive(visit, edge, cause, waits)) this.#reach(complete, socket);
      return;
    }
    visit.cause = cause;
    this.#reach(visit, socket);
  }

  #reach(visit: Visit, socket: string): void {
    visit.order = this.#host.nextOrder();
    visit.triggered = true;
    visit.trigger = socket;
    if (visit.status === Status.done) this.propagate(visit);
    else if (visit.status === Status.fresh) this.#host.demand(visit);
  }

  #fire(cause: Visit | null, output: PreparedOutput, scope: Scope): void {
    const { length } = output.targets;
    if (length === 0) return;
    this.#enter(scope, length);
    this.#queue.put(cause, scope, output);
  }

  /** Opens the iterations of a loop; what comes after fires at once where none has anything to do. */
  #propagateLoop(visit: Visit, count: number): void {
    if (this.#host.endsHere()) return;
    const outputs = visit.node.next.filter(
      (output) => output.isEach && visit.fired.includes(output.socket) && output.targets.length > 0,
    );
    if (outputs.length === 0 || count === 0) return this.#fireAfter(visit);
    // Told before the iterations are opened: a million of them would fill the memory first.
    if (count > this.#host.visitsLeft)
      return this.#host.fail(tooManyIterations(visit, count, this.#host.visitsLeft));
    const implicit = this.#implicit(visit);
    visit.remaining = count;
    for (let i = 1; i <= count; i++) {
      const scope = this.#iteration(visit, i, implicit);
      for (const output of outputs) this.#fire(visit, output, scope);
    }
  }

  #iterationEnded(visit: Visit, iteration: number): void {
    if (visit.items !== null) return this.#host.itemEnded(visit, iteration);
    visit.remaining -= 1;
    if (visit.remaining === 0) this.#fireAfter(visit);
  }

  #fireAfter(visit: Visit): void {
    for (const output of visit.node.next)
      if (!output.isEach && visit.fired.includes(output.socket))
        this.#fire(visit, output, visit.scope as Scope);
  }
}

const tooManyIterations = (visit: Visit, count: number, left: number): SpellError =>
  new SpellError(
    "budget_exceeded",
    `${visit.label} would make ${count} iterations, but this run may visit only ${left} more nodes. Shorten the list, or raise settings.maxVisits.`,
    { nodeId: visit.nodeId },
  );

/** The scope in which a trigger reaches its node: that of its cause, or the next turn of a cycle. */
function scopeOf(scope: Scope, cause: Visit | null, node: PreparedNode): Scope {
  const regions = node.plan.regions;
  const from = cause?.node.plan.regions;
  if (cause === null || regions === undefined || from === undefined || cause.frame !== scope.frame)
    return scope;
  let region = -1;
  for (const candidate of regions) if (from.includes(candidate)) region = candidate;
  if (region === -1) return scope;
  const holder = holderOf(scope, region);
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const earlier = at.own(node.index);
    if (earlier?.triggered && isCause(earlier, cause)) return openTurn(scope, region, regions);
    if (at === holder) break;
  }
  return scope;
}
