/** How triggers spread: the queue, joins and turns, loops, and when a scope has come to rest. */
import { SpellError } from "../protocol/errors.ts";
import type { Frame } from "./frame.ts";
import type { PreparedNode } from "./prepared.ts";
import { holderOf, openTurn, Scope } from "./scope.ts";
import { isCause, Status, Visit } from "./visit.ts";

export interface Trigger {
  frame: Frame;
  node: number;
  /** Input socket. */
  socket: string;
  scope: Scope;
  cause: Visit | null;
  /** The output that it comes from, to tell the triggers of a node that waits for several apart. */
  from: string;
}

export interface FlowHost {
  readonly isEnded: boolean;
  /** Visits that the run may still make. */
  readonly visitsLeft: number;
  nextOrder(): number;
  fail(error: SpellError): void;
  /** A trigger has reached a fresh visit: find its data and execute it. */
  demand(visit: Visit): void;
  /** Nothing is left to do in a graph. */
  frameEnded(frame: Frame): void;
}

export class Flow {
  readonly #host: FlowHost;
  readonly #queue: Trigger[] = [];
  #head = 0;

  constructor(host: FlowHost) {
    this.#host = host;
  }

  get isEmpty(): boolean {
    return this.#head >= this.#queue.length;
  }

  /** Starts a graph at one of its nodes. */
  begin(frame: Frame, node: number): void {
    this.#push({ frame, node, socket: "", scope: frame.root, cause: null, from: "" });
  }

  /** Lets the oldest trigger arrive. */
  step(): void {
    const trigger = this.#queue[this.#head] as Trigger;
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    this.#arrive(trigger);
    this.#leave(trigger.scope, trigger.frame);
  }

  /** Keeps the scope of a visit from coming to rest until {@link release}. */
  hold(visit: Visit): void {
    if (visit.held) return;
    visit.held = true;
    this.#enter(visit.scope as Scope);
  }

  release(visit: Visit): void {
    if (!visit.held) return;
    visit.held = false;
    this.#leave(visit.scope as Scope, visit.frame);
  }

  /** Sends on the triggers that a visit fired. */
  propagate(visit: Visit): void {
    if (visit.iterations !== undefined) return this.#propagateLoop(visit, visit.iterations.count);
    for (const output of visit.node.next)
      if (visit.fired.includes(output.socket)) this.#fire(visit, output, visit.scope as Scope);
  }

  #push(trigger: Trigger): void {
    this.#enter(trigger.scope);
    this.#queue.push(trigger);
  }

  #enter(scope: Scope): void {
    for (let at: Scope | null = scope; at !== null; at = at.parent) {
      at.active += 1;
      if (at.active > 1) return;
    }
  }

  #leave(scope: Scope, frame: Frame): void {
    for (let at: Scope | null = scope; at !== null; at = at.parent) {
      at.active -= 1;
      if (at.active > 0 || this.#host.isEnded) return;
      if (at.loop !== null) this.#iterationEnded(at.loop);
      if (at.parent === null) this.#host.frameEnded(frame);
    }
  }

  #arrive(trigger: Trigger): void {
    const { frame, cause, socket } = trigger;
    const node = frame.graph.nodes[trigger.node] as PreparedNode;
    const scope = frame.graph.isScoped ? scopeOf(trigger, node) : trigger.scope;
    let visit = scope.own(node.index);
    if (visit?.triggered) return; // a join
    if (visit === undefined) {
      visit = new Visit(frame, node, this.#host.nextOrder(), scope, scope);
      scope.set(node.index, visit);
    }
    const { waits } = node.plan;
    if (waits !== undefined && waits > 1) {
      for (const complete of frame.waiting.arrive(visit, `${trigger.from}>${socket}`, cause, waits))
        this.#reach(complete, socket);
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

  #fire(visit: Visit, output: PreparedNode["next"][number], scope: Scope): void {
    for (let i = 0; i < output.targets.length; i++)
      this.#push({
        frame: visit.frame,
        node: output.targets[i] as number,
        socket: output.sockets[i] as string,
        scope,
        cause: visit,
        from: `${visit.node.index}.${output.socket}`,
      });
  }

  /** Opens the iterations of a loop; what comes after fires at once where none has anything to do. */
  #propagateLoop(visit: Visit, count: number): void {
    const outputs = visit.node.next.filter(
      (output) => output.isEach && visit.fired.includes(output.socket) && output.targets.length > 0,
    );
    if (outputs.length === 0 || count === 0) return this.#fireAfter(visit);
    // Told before the iterations are opened: a million of them would fill the memory first.
    if (count > this.#host.visitsLeft)
      return this.#host.fail(tooManyIterations(visit, count, this.#host.visitsLeft));
    const parent = visit.scope as Scope;
    const implicit = (visit.node.plan.regions ?? []).filter((region) => parent.accountFor(region) === null);
    visit.remaining = count;
    for (let i = 1; i <= count; i++) {
      const path = visit.path === "" ? String(i) : `${visit.path}.${i}`;
      const scope = new Scope({ parent, path, implicit, loop: visit, iteration: i });
      for (const output of outputs) this.#fire(visit, output, scope);
    }
  }

  #iterationEnded(visit: Visit): void {
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
    `Node "${visit.nodeId}" (${visit.node.plan.component}) would make ${count} iterations, but this run may visit only ${left} more nodes. Shorten the list, or raise settings.maxVisits.`,
    { nodeId: visit.nodeId },
  );

/** The scope in which a trigger reaches its node: that of its cause, or the next turn of a cycle. */
function scopeOf(trigger: Trigger, node: PreparedNode): Scope {
  const { scope, cause } = trigger;
  const regions = node.plan.regions;
  const from = cause?.node.plan.regions;
  if (cause === null || regions === undefined || from === undefined || cause.frame !== trigger.frame)
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
