/**
 * How triggers run where flows are fibers, as behave-graph has them: a trigger runs its node each time that it arrives, and
 * the whole branch of one output is over before the next output fires. Events and late answers begin fibers of their own,
 * which wait for those before them. `flow.ts` is the other way, by scopes.
 */
import type { FlowHost } from "./flow.ts";
import type { Frame } from "./frame.ts";
import type { PreparedNode } from "./prepared.ts";
import { Scope } from "./scope.ts";
import { lifeStart } from "./starts.ts";
import { Status, Visit } from "./visit.ts";

/** What a fiber does next; the top of its stack is first. */
type Step =
  | { kind: "trigger"; frame: Frame; node: number; socket: string; cause: Visit | null }
  /** Goes on with a loop. */
  | { kind: "iteration"; visit: Visit; iteration: number };

interface Fiber {
  readonly stack: Step[];
  /** The node whose answer it waits for. */
  waitsFor: Visit | null;
}

export class Fibers {
  readonly #host: FlowHost;
  #queue: Fiber[] = [];
  #head = 0;
  /** What runs now, and so takes the triggers that a visit fires at once. */
  #current: Fiber | null = null;
  /** Fibers by the visit that they wait for. */
  readonly #waiting = new Map<Visit, Fiber>();

  constructor(host: FlowHost) {
    this.#host = host;
  }

  /** True also while the first fiber waits: those behind it wait with it, as in the original. */
  get isEmpty(): boolean {
    const first = this.#queue[this.#head];
    return first === undefined || (first.waitsFor !== null && !first.waitsFor.frame.isOver);
  }

  /** Starts a graph at one of its nodes, or its life. */
  begin(frame: Frame, start: number): void {
    if (start === lifeStart) this.#beginPhase(frame, 0);
    else
      this.#beginFiber({
        kind: "trigger",
        frame,
        node: start,
        socket: frame.caller?.trigger ?? "",
        cause: null,
      });
  }

  /** Lets the first fiber take one step. */
  step(): void {
    const fiber = this.#queue[this.#head] as Fiber;
    if (fiber.waitsFor !== null) this.#goOn(fiber.waitsFor);
    const step = fiber.stack.pop();
    if (step !== undefined) {
      this.#current = fiber;
      if (step.kind === "trigger") this.#arrive(step);
      else this.#iterate(step.visit, step.iteration);
      this.#current = null;
      this.#leave(step.kind === "trigger" ? step.frame : step.visit.frame);
    }
    if (fiber.stack.length === 0 && fiber.waitsFor === null) this.#next();
  }

  /** The fiber that waited for `visit`, if one did. */
  #goOn(visit: Visit): Fiber | undefined {
    const fiber = this.#waiting.get(visit);
    this.#waiting.delete(visit);
    if (fiber !== undefined) fiber.waitsFor = null;
    return fiber;
  }

  hold(visit: Visit): void {
    if (visit.held) return;
    visit.held = true;
    visit.frame.root.active += 1;
  }

  release(visit: Visit): void {
    if (!visit.held) return;
    visit.held = false;
    this.#leave(visit.frame);
  }

  /** Sends on the triggers that a visit fired, in their order: in its fiber, which waited for it, or in one of their own. */
  propagate(visit: Visit): void {
    visit.frame.root.set(visit.node, visit);
    // Outside a step it came late; a sub-spell may end within a step of its own.
    const isLate = this.#current === null || visit.node.isSpell;
    const waited = this.#goOn(visit);
    const fiber = waited ?? (isLate ? { stack: [], waitsFor: null } : (this.#current as Fiber));
    if (visit.again)
      this.#push(fiber, {
        kind: "trigger",
        frame: visit.frame,
        node: visit.node.index,
        socket: visit.trigger ?? "",
        cause: visit,
      });
    if (visit.iterations !== undefined) this.#push(fiber, { kind: "iteration", visit, iteration: 1 });
    else this.#fire(fiber, visit, visit.fired);
    if (fiber !== this.#current && waited === undefined && fiber.stack.length > 0) this.#queue.push(fiber);
  }

  #beginPhase(frame: Frame, phase: number): void {
    const { life } = frame.graph.plan;
    frame.phase = phase;
    // Held open while its fibers are begun, so that an empty phase goes on to the next.
    frame.root.active += 1;
    for (const node of life?.[phase] ?? [])
      this.#beginFiber({ kind: "trigger", frame, node, socket: "", cause: null });
    this.#leave(frame);
  }

  #beginFiber(step: Step): void {
    const fiber: Fiber = { stack: [], waitsFor: null };
    this.#push(fiber, step);
    this.#queue.push(fiber);
  }

  #push(fiber: Fiber, step: Step): void {
    (step.kind === "trigger" ? step.frame : step.visit.frame).root.active += 1;
    fiber.stack.push(step);
  }

  #next(): void {
    this.#head += 1;
    if (this.#head < 1024 && this.#head < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }

  #leave(frame: Frame): void {
    frame.root.active -= 1;
    if (frame.root.active > 0 || this.#host.isEnded || frame.isOver) return;
    const phases = frame.graph.plan.life?.length ?? 0;
    if (frame.phase !== null && frame.phase + 1 < phases) this.#beginPhase(frame, frame.phase + 1);
    else this.#host.frameEnded(frame);
  }

  #arrive({ frame, node: index, socket, cause }: Step & { kind: "trigger" }): void {
    if (frame.isOver) return;
    const node = frame.graph.nodes[index] as PreparedNode;
    // A scope for the visit alone: the functions that it reads are evaluated for it, and for nobody else.
    const scope = new Scope(frame, frame.root, "");
    const visit = new Visit(frame, node, this.#host.nextOrder(), scope, scope);
    visit.triggered = true;
    visit.trigger = socket;
    visit.cause = cause;
    this.#host.demand(visit);
    // Its fiber goes on when it has answered, unless it is one that answers in a fiber of its own.
    const fiber = this.#current;
    if (fiber === null || visit.status === Status.done || node.plan.detached || node.isSpell) return;
    fiber.waitsFor = visit;
    this.#waiting.set(visit, fiber);
  }

  #iterate(visit: Visit, iteration: number): void {
    const fiber = this.#current;
    const { iterations, node, fired } = visit;
    if (fiber === null || iterations === undefined || visit.frame.isOver) return;
    const body = fired.filter((socket) => isEach(node, socket));
    const hasBody = node.next.some((output) => body.includes(output.socket) && output.targets.length > 0);
    if (!hasBody || iteration > iterations.count)
      return this.#fire(
        fiber,
        visit,
        fired.filter((socket) => !isEach(node, socket)),
      );
    const seen = Object.entries(iterations.outputs).flatMap(([socket, values]) => {
      const value = Array.isArray(values) ? values[iteration - 1] : undefined;
      return value === undefined ? [] : [[socket, value] as const];
    });
    visit.outputs = { ...visit.outputs, ...Object.fromEntries(seen) };
    this.#push(fiber, { kind: "iteration", visit, iteration: iteration + 1 });
    this.#fire(fiber, visit, body);
  }

  #fire(fiber: Fiber, visit: Visit, sockets: readonly string[]): void {
    const { frame, node } = visit;
    const steps = sockets.flatMap((name) => {
      const output = node.next.find(({ socket }) => socket === name);
      return (output?.targets ?? []).map(({ index }, i): Step => ({
        kind: "trigger",
        frame,
        node: index,
        socket: output?.sockets[i] as string,
        cause: visit,
      }));
    });
    const isEvent = (step: Step): boolean =>
      step.kind === "trigger" && frame.graph.nodes[step.node]?.plan.event === true;
    for (const step of steps) if (isEvent(step)) this.#beginFiber(step);
    for (const step of steps.toReversed()) if (!isEvent(step)) this.#push(fiber, step);
  }
}

const isEach = (node: PreparedNode, socket: string): boolean =>
  node.next.find((output) => output.socket === socket)?.isEach === true;
