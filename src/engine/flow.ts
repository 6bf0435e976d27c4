/** How triggers spread: the queue, joins and turns, loops, and when a scope has come to rest. */
import { SpellError } from "../protocol/spell-error.ts";
import type { Frame } from "./frame.ts";
import { entryOf, type PreparedNode, type PreparedOutput } from "./prepared.ts";
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
    this.#fire(null, entryOf(frame.graph.nodes[node] as PreparedNode), frame.root);
  }

  /** Lets the oldest trigger arrive. */
  step(): void {
    const queue = this.#queue;
    queue.take();
    const scope = queue.scope as Scope;
    const output = queue.output as PreparedOutput;
    if (scope.frame.given !== null) this.#arrive(scope, output, queue.target);
    else this.#arriveIn(scope, queue.cause, output, queue.target);
    this.#leave(scope);
  }

  /** Keeps the scope of a visit from coming to rest until {@link release}. */
  hold(visit: Visit): void {
    if (visit.held) return;
    visit.held = true;
    const scope = visit.scope as Scope;
    // Others may come to it before it is done.
    if (visit.frame.given !== null) scope.set(visit.node, visit);
    this.#enter(scope, 1);
  }

  release(visit: Visit): void {
    if (!visit.held) return;
    visit.held = false;
    this.#leave(visit.scope as Scope);
  }

  /** Sends on the triggers that a visit fired. */
  propagate(visit: Visit): void {
    const { node, fired } = visit;
    if (node.isLoop) {
      const { iterations } = visit;
      // A stream has made its iterations by now; one that failed has none.
      if (visit.items !== null || iterations === undefined) return this.#fireAfter(visit);
      return this.#propagateLoop(visit, iterations.count);
    }
    const { wired, soleWired } = node;
    const scope = visit.scope as Scope;
    if (soleWired !== null) {
      if (fired === node.triggers || isAmong(soleWired.socket, fired)) this.#fire(visit, soleWired, scope);
      return;
    }
    for (let i = 0; i < wired.length; i++) {
      const output = wired[i] as PreparedOutput;
      // Mostly all fire.
      if (fired === node.triggers || isAmong(output.socket, fired)) this.#fire(visit, output, scope);
    }
  }

  /** Opens the iteration of a streaming node's item. */
  openItem(visit: Visit, item: number): void {
    const outputs = visit.node.wired.filter((output) => output.isEach);
    if (outputs.length === 0 || !visit.triggered) return this.#host.itemEnded(visit, item);
    const scope = this.#iteration(visit, visit.path, item, this.#implicit(visit));
    for (const output of outputs) this.#fire(visit, output, scope);
  }

  #implicit(visit: Visit): number[] {
    const parent = visit.scope as Scope;
    return (visit.node.regions ?? []).filter((region) => parent.accountFor(region) === null);
  }

  #iteration(visit: Visit, path: string, iteration: number, implicit: readonly number[]): Scope {
    const name = path === "" ? String(iteration) : `${path}.${iteration}`;
    const scope = new Scope(visit.frame, visit.scope as Scope, name, implicit);
    scope.loop = visit;
    scope.iteration = iteration;
    return scope;
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

  #leave(scope: Scope): void {
    scope.active -= 1;
    if (scope.active === 0) this.#rest(scope);
  }

  /** A scope has come to rest, and with it those around it that have nothing else to do. */
  #rest(scope: Scope): void {
    for (let at = scope; !this.#host.isEnded && !at.frame.isOver;) {
      if (at.loop !== null) this.#iterationEnded(at.loop, at.iteration);
      const { parent } = at;
      if (parent === null) return this.#host.frameEnded(at.frame);
      parent.active -= 1;
      if (parent.active > 0) return;
      at = parent;
    }
  }

  /** Where there is one scope. */
  #arrive(scope: Scope, output: PreparedOutput, target: number): void {
    const { frame } = scope;
    if (frame.isOver) return;
    const node = output.sole ?? (output.targets[target] as PreparedNode);
    let visit = scope.get(node);
    if (visit === undefined) {
      if ((frame.given as unknown[])[node.index] !== undefined) return; // a join
      visit = frame.visitOf(node);
    } else if (visit.triggered) return; // a join
    if (node.waits > 1) {
      scope.set(node, visit);
      return this.#arriveAtWaiting(visit, null, output, target);
    }
    if (node.isChoosy) visit.by = output.from;
    this.#reach(visit, output.sockets[target] as string);
  }

  /** Where there are several. */
  #arriveIn(from: Scope, cause: Visit | null, output: PreparedOutput, target: number): void {
    const { frame } = from;
    if (frame.isOver) return;
    const node = output.sole ?? (output.targets[target] as PreparedNode);
    let scope = from;
    let visit = scope.own(node);
    const region = output.regions === null ? -1 : (output.regions[target] as number);
    if (region !== -1) {
      const opened = turnFor(from, cause as Visit, node, region, visit);
      if (opened !== null) {
        scope = opened;
        visit = scope.own(node);
      }
    }
    if (visit === undefined) {
      visit = new Visit(frame, node, this.#host.nextOrder(), scope, scope);
      scope.set(node, visit);
    } else if (visit.triggered) return; // a join
    if (node.waits > 1) return this.#arriveAtWaiting(visit, cause, output, target);
    visit.cause = cause;
    visit.order = this.#host.nextOrder();
    this.#reach(visit, output.sockets[target] as string);
  }

  #arriveAtWaiting(visit: Visit, cause: Visit | null, output: PreparedOutput, target: number): void {
    const { frame, node } = visit;
    const edge = output.edges === null ? "" : (output.edges[target] as string);
    for (const complete of frame.waiting.arrive(visit, edge, cause, node.waits)) {
      complete.order = this.#host.nextOrder();
      this.#reach(complete, output.sockets[target] as string);
    }
  }

  #reach(visit: Visit, socket: string): void {
    visit.triggered = true;
    visit.trigger = socket;
    if (visit.status === Status.fresh) this.#host.demand(visit);
    else if (visit.status === Status.done) this.propagate(visit);
  }

  #fire(cause: Visit | null, output: PreparedOutput, scope: Scope): void {
    this.#enter(scope, output.count);
    // In one scope nobody asks what led to a visit, so none is kept for it.
    this.#queue.put(scope.frame.given === null ? cause : null, scope, output);
  }

  /** Opens the iterations of a loop; what comes after fires at once where none has anything to do. */
  #propagateLoop(visit: Visit, count: number): void {
    if (this.#host.endsHere()) return;
    const outputs = visit.node.wired.filter((output) => output.isEach && visit.fired.includes(output.socket));
    if (outputs.length === 0 || count === 0) return this.#fireAfter(visit);
    // Told before the iterations are opened: a million of them would fill the memory first.
    if (count > this.#host.visitsLeft)
      return this.#host.fail(tooManyIterations(visit, count, this.#host.visitsLeft));
    const implicit = this.#implicit(visit);
    const { path } = visit;
    visit.remaining = count;
    for (let i = 1; i <= count; i++) {
      const scope = this.#iteration(visit, path, i, implicit);
      for (const output of outputs) this.#fire(visit, output, scope);
    }
  }

  #iterationEnded(visit: Visit, iteration: number): void {
    if (visit.items !== null) return this.#host.itemEnded(visit, iteration);
    visit.remaining -= 1;
    if (visit.remaining === 0) this.#fireAfter(visit);
  }

  #fireAfter(visit: Visit): void {
    for (const output of visit.node.wired)
      if (!output.isEach && visit.fired.includes(output.socket))
        this.#fire(visit, output, visit.scope as Scope);
  }
}

/** Mostly a node fires one of its outputs, or all. */
const isAmong = (socket: string, fired: readonly string[]): boolean =>
  fired.length === 1 ? fired[0] === socket : fired.includes(socket);

const tooManyIterations = (visit: Visit, count: number, left: number): SpellError =>
  new SpellError(
    "budget_exceeded",
    `${visit.label} would make ${count} iterations, but this run may visit only ${left} more nodes. Shorten the list, or raise settings.maxVisits.`,
    { nodeId: visit.nodeId },
  );

/**
 * The turn of a cycle that a trigger opens: the next one, where it leads back to a node among its own causes; else null.
 * @param here the visit of the node in the scope of the trigger
 */
function turnFor(
  scope: Scope,
  cause: Visit,
  node: PreparedNode,
  region: number,
  here: Visit | undefined,
): Scope | null {
  let earlier = here;
  const holder = scope.region === region ? scope : holderOf(scope, region);
  for (let at = scope; ; earlier = at.own(node)) {
    if (earlier?.triggered && isCause(earlier, cause))
      return openTurn(scope, region, node.regions as readonly number[]);
    if (at === holder || at.parent === null) return null;
    at = at.parent;
  }
}
