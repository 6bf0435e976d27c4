/**
 * One run of a plan, from its first event to its last. The same walk serves a live run, a resumed one and a replay:
 * where records are at hand a visit takes its record, else it executes.
 */
import { SpellError } from "../protocol/spell-error.ts";
import type {
  NodeCompleted,
  NodeFailed,
  NodeItem,
  NodeStarted,
  NodeWaiting,
  RunEnded,
  RunEvent,
  RunStarted,
} from "../protocol/events.ts";
import type { Plan } from "../protocol/plan.ts";
import type { ServiceCall, Services } from "../protocol/services.ts";
import type { Json, JsonObject } from "../protocol/values.ts";
import { CancelSignal } from "./cancel.ts";
import { Failures, type FailuresHost } from "./failures.ts";
import { Fibers } from "./fibers.ts";
import { Flow, type FlowHost } from "./flow.ts";
import { Follower, type FollowerHost } from "./follower.ts";
import { Frame } from "./frame.ts";
import { mismatch } from "./records.ts";
import { type Limits, limitsOf, overBudget, overdue, tooLarge } from "./limits.ts";
import { Performer, type PerformerHost, type Question } from "./performer.ts";
import { type EnginePlugin, Plugins } from "./plugins.ts";
import type { EnginePorts } from "./ports.ts";
import { prepare, type PreparedGraph } from "./prepared.ts";
import { faultFrom } from "./reach.ts";
import { Reuse, type ReuseHost, type ReuseSource } from "./reuse.ts";
import type { Sandbox } from "./sandbox.ts";
import { ServiceCalls, type ServiceCallsHost } from "./service-calls.ts";
import { Sources, type SourcesHost } from "./sources.ts";
import { startCalled } from "./starts.ts";
import { patched, patchIn } from "./state.ts";
import { Status, type Visit } from "./visit.ts";
import { VisitNames } from "./visit-names.ts";

/** What a call of user code counts for towards a pause. */
const visitsPerSandboxCall = 1000;

/** A long turn is committed in parts, which bounds what is held in memory. */
const eventsPerCommit = 1024;

export interface ExecutionOptions {
  plan: Plan;
  start: RunStarted;
  userId: string;
  ports: EnginePorts;
  /** Records to follow, `run.started` among them; without any the run starts anew. */
  records?: readonly RunEvent[];
  /** An earlier run, whose clean nodes need not execute. */
  reuse?: ReuseSource;
  /** Follow the records and stop at their end. */
  isReplay?: boolean;
  /** Why a run goes on behind its records, told as `run.resumed`. */
  resumeReason?: string;
  limits?: Partial<Limits>;
  /** ms since 1970 after which no answer is of use. */
  deadlineAt?: number;
  /** Those who watch. */
  plugins?: readonly EnginePlugin[];
  /** Called once, after the terminal event is committed. */
  onEnd?: (end: RunEnded) => void;
}

/** A run as its host sees it. */
export interface RunHandle {
  /** The terminal event, once there is one. */
  readonly end: RunEnded | null;
  /** The run's state as it is now. */
  readonly state: JsonObject;
  /** Nodes that wait for a human. */
  readonly questions: Question[];
  /** @throws SpellError `not_found` when that visit asks nothing, `bad_request` for an answer that does not fit it */
  answer(nodeId: string, visit: string, value: Json): void;
  /** Gives a value to the streaming nodes of that path or name. False when none is open. */
  push(source: string, value: Json): boolean;
  /** Ends those streams. */
  close(source: string): boolean;
  /** Ends the run from outside. Nothing happens once it has ended. */
  stop(how: "cancelled" | "failed" | "interrupted", error: SpellError): void;
}

export class Execution
  implements
    RunHandle,
    FlowHost,
    SourcesHost,
    FollowerHost,
    ReuseHost,
    PerformerHost,
    FailuresHost,
    ServiceCallsHost
{
  readonly #options: ExecutionOptions;
  readonly #ports: EnginePorts;
  readonly #limits: Limits;
  readonly #root: Frame;
  readonly #cancel = new CancelSignal();
  #calls: ServiceCalls | null = null;
  readonly #names = new VisitNames();
  readonly #flow = new Flow(this);
  #fibers: Fibers | null = null;
  readonly #sources = new Sources(this);
  readonly #follower: Follower | null;
  readonly #reuse: Reuse | null;
  readonly #performer: Performer;
  readonly #failures: Failures;
  readonly #plugins: Plugins | null;
  /** Visits whose last source has just come. */
  readonly #ready: Visit[] = [];
  #startedAt = 0;
  #visits = 0;
  #executed = 0;
  #sandboxed = 0;
  #uncommitted = 0;
  #bytes = 0;
  #turnedAt = 0;
  #deadlineAt: number | undefined;
  #isPaused = false;
  #isGoing = false;
  #pauseAt: number;
  /** Answers that came while the run was paused. */
  readonly #answers: (() => void)[] = [];
  #end: RunEnded | null = null;
  #isReported = false;

  /** @throws SpellError `journal_mismatch` when the records do not begin with a run */
  constructor(options: ExecutionOptions) {
    const { plan, ports, start, records } = options;
    this.#options = options;
    this.#ports = ports;
    const limits = limitsOf(plan);
    this.#limits = options.limits === undefined ? limits : { ...limits, ...options.limits };
    this.#pauseAt = this.#limits.visitsPerTurn;
    const graphs = prepare(plan);
    const { maxDepth, maxRecursion } = this.#limits;
    this.#failures = new Failures(this, ports);
    this.#performer = new Performer(this, {
      ports,
      graphs,
      failures: this.#failures,
      maxDepth,
      maxRecursion,
    });
    this.#root = new Frame(graphs[0] as PreparedGraph, null, start.inputs, start.state);
    this.#deadlineAt = options.deadlineAt;
    const { plugins = [] } = options;
    this.#plugins =
      plugins.length === 0
        ? null
        : new Plugins(plugins, this, plan, (thrown, nodeId) => void ports.fault?.(thrown, nodeId));
    this.#reuse = options.reuse === undefined ? null : new Reuse(this, options.reuse);
    this.#follower =
      records === undefined
        ? null
        : new Follower(this, records, {
            runId: start.runId,
            isReplay: options.isReplay === true,
            resumeReason: options.resumeReason,
          });
  }

  get runId(): string {
    return this.#options.start.runId;
  }
  get userId(): string {
    return this.#options.userId;
  }
  get services(): Services {
    return this.#ports.services;
  }
  /** Resolves when the run has ended. */
  get cancelled(): Promise<void> {
    return this.#cancel.cancelled;
  }
  get turnedAt(): number {
    return this.#turnedAt;
  }
  get deadlineAt(): number | undefined {
    return this.#deadlineAt;
  }
  get depth(): number | undefined {
    return this.#options.start.depth;
  }

  extendDeadline(ms: number): void {
    if (this.#deadlineAt !== undefined) this.#deadlineAt += ms;
  }
  get end(): RunEnded | null {
    return this.#end;
  }
  get state(): JsonObject {
    return this.#root.state;
  }
  get isEnded(): boolean {
    return this.#end !== null;
  }
  get isCancelled(): boolean {
    return this.#cancel.isCancelled;
  }
  get now(): number {
    return this.#ports.clock.now();
  }
  get sandbox(): Sandbox {
    // A call of user code can take a second, so it counts as many visits do.
    this.#sandboxed += 1;
    return this.#ports.sandbox;
  }

  /** Goes as far as it can without waiting. */
  run(): void {
    this.turn(() => this.#start());
  }

  #start(): void {
    const { plan, start } = this.#options;
    this.append(start);
    const graph = plan.graphs[0] as Plan["graphs"][number];
    const first = startCalled(graph, start.trigger);
    const fault = first === undefined ? noStart : faultFrom(plan, first);
    if (fault !== null)
      this.fail(
        new SpellError(fault.code, fault.message, fault.nodeId === undefined ? {} : { nodeId: fault.nodeId }),
      );
    else if (first !== undefined) this.begin(this.#root, first);
  }

  stop(how: "cancelled" | "failed" | "interrupted", error: SpellError): void {
    if (this.#end !== null) return;
    this.finish({ type: `run.${how}`, runId: this.runId, error: error.toInfo(), ms: this.#elapsed() });
    this.#commit();
  }

  // ── for components ────────────────────────────────────────────────────────────────────────────────────────

  ask<T>(visit: Visit, request: (services: Services, call: ServiceCall) => Promise<T>): Promise<T> {
    return (this.#calls ??= new ServiceCalls(this, this.#limits)).ask(visit, request);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        stop();
        off();
        resolve();
      };
      const off = this.#cancel.onCancel(wake);
      const stop = this.#ports.after(ms, wake);
    });
  }

  callback(name: string): string | undefined {
    return this.#ports.callback?.(this.runId, name);
  }

  delta(visit: Visit, text: string): void {
    if (this.#end === null) this.#ports.delta?.(visit.nodeId, visit.visit, text);
  }

  // ── the loop ──────────────────────────────────────────────────────────────────────────────────────────────

  /** One turn: what `first` sets off, to where nothing is left to do without waiting. A fault of ours ends the run, too. */
  turn(first: () => void): void {
    // An answer is taken where the run is at rest, never in the middle of what goes on or is only paused.
    if (this.#isPaused || this.#isGoing) this.#answers.push(first);
    else this.#go(first);
  }

  #go(first: () => void): void {
    this.#isGoing = true;
    this.#turnedAt = this.now;
    if (this.#startedAt === 0) this.#startedAt = this.#turnedAt;
    try {
      if (this.#isOverdue) return this.stop("failed", overdue(this.#elapsed()));
      for (let next: (() => void) | undefined = first; next !== undefined; next = this.#answers.shift()) {
        next();
        do this.#drain();
        while (!this.#isPaused && this.#end === null && this.#advance());
        if (this.#isPaused || this.#end !== null) break;
      }
    } catch (thrown) {
      this.#break(thrown);
    } finally {
      this.#isGoing = false;
    }
    this.#commit();
  }

  #break(thrown: unknown): void {
    const error = SpellError.from(thrown);
    if (error.code !== "internal") return this.fail(error);
    // A replay executes nothing: what is at fault there are the records or the plan.
    if (this.#options.isReplay === true)
      return this.fail(mismatch("they cannot be followed together", undefined, thrown));
    error.errorId ??= this.#ports.fault?.(thrown, "");
    this.fail(error);
  }

  /** The run is at rest: goes on with what was recorded, where there is any. */
  #advance(): boolean {
    return this.#follower?.advance() === true || this.#reuse?.advance() === true;
  }

  /** Looked at after I/O alone: in between, deployed clocks stand still. */
  get #isOverdue(): boolean {
    const deadlineAt = this.#deadlineAt;
    if (deadlineAt === undefined || this.#end !== null || this.#performer.isAsking) return false;
    return this.#turnedAt >= deadlineAt;
  }

  #drain(): void {
    const { pause } = this.#ports;
    while (this.#end === null) {
      if (pause !== undefined && this.#work >= this.#pauseAt) return this.#pause(pause);
      if (this.#ready.length > 0) this.execute(this.#ready.shift() as Visit);
      else if (!this.#flow.isEmpty) this.#flow.step();
      else if (this.#fibers !== null && !this.#fibers.isEmpty) this.#fibers.step();
      else return;
      if (this.#uncommitted >= eventsPerCommit) this.#commit();
    }
  }

  #pause(pause: () => Promise<void>): void {
    this.#isPaused = true;
    this.#pauseAt = this.#work + this.#limits.visitsPerTurn;
    const goOn = (): void => {
      this.#isPaused = false;
      if (this.#end === null) this.#go(() => {});
    };
    pause().then(goOn, goOn);
  }

  frameEnded(frame: Frame): void {
    if (frame.caller !== null) this.#performer.complete(frame.caller, frame.answer());
    else
      this.finish({
        type: "run.completed",
        runId: this.runId,
        outputs: frame.outputs(),
        state: frame.state,
        ms: this.#elapsed(),
      });
  }

  get #work(): number {
    return this.#executed + this.#sandboxed * visitsPerSandboxCall;
  }

  get visitsLeft(): number {
    return this.#limits.maxVisits - this.#executed;
  }

  nextOrder(): number {
    return this.#visits++;
  }

  begin(frame: Frame, start: number): void {
    this.#flowOf(frame).begin(frame, start);
  }

  #flowOf(frame: Frame): Flow | Fibers {
    return frame.graph.isFibers ? (this.#fibers ??= new Fibers(this)) : this.#flow;
  }

  demand(visit: Visit): void {
    this.#sources.demand(visit);
  }

  hold(visit: Visit): void {
    this.#flowOf(visit.frame).hold(visit);
  }

  // ── visits ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Makes a visit whose sources are there: by its record, or for real. */
  execute(visit: Visit): void {
    if (this.#end !== null || visit.frame.isOver) return;
    visit.status = Status.running;
    this.#executed += 1;
    if (this.#executed > this.#limits.maxVisits) return this.fail(overBudget(visit, this.#limits.maxVisits));
    this.#names.give(visit);
    this.#plugins?.visiting(visit);
    if (this.#follower === null || !this.#follower.follow(visit)) this.live(visit);
  }

  live(visit: Visit): void {
    this.#appendStarted(visit, false);
    if (this.#reuse === null || !this.#reuse.take(visit)) this.#performer.perform(visit);
  }

  reopen(visit: Visit, { nodeId, prompt, until }: NodeWaiting): void {
    const question = { nodeId, visit: visit.visit, prompt };
    this.#performer.reopen(visit, until === undefined ? question : { ...question, until });
  }

  endsHere(): boolean {
    return this.#follower?.endsHere() ?? false;
  }

  abandoned(): void {
    this.#performer.dropQuestions();
  }

  retry(visit: Visit): void {
    // The calls of each attempt have the same keys.
    visit.calls = 0;
    this.#appendStarted(visit, true);
    this.#performer.perform(visit);
  }

  #appendStarted(visit: Visit, waited: boolean): void {
    const { nodeId, attempt } = visit;
    const event: NodeStarted = {
      type: "node.started",
      runId: this.runId,
      nodeId,
      visit: visit.visit,
      attempt,
    };
    if (waited) event.waited = true;
    this.append(event);
  }

  enterSpell(visit: Visit): void {
    this.#performer.enterSpell(visit, false);
  }

  watchSpell(visit: Visit): void {
    this.#performer.watchSpell(visit);
  }

  uncaught(visit: Visit, error: SpellError): void {
    this.#failures.uncaught(visit, error);
  }

  awaitRetry(visit: Visit): void {
    this.#failures.awaitRetry(visit);
  }

  itemEnded(visit: Visit, item: number): void {
    this.#performer.itemEnded(visit, item);
  }

  get questions(): Question[] {
    return this.#performer.questions;
  }

  answer(nodeId: string, visit: string, value: Json): void {
    this.#performer.answer(nodeId, visit, value);
  }

  push(source: string, value: Json): boolean {
    return this.#end === null && this.#performer.push(source, value);
  }

  close(source: string): boolean {
    return this.#end === null && this.#performer.close(source);
  }

  agree(visit: Visit): void {
    this.#follower?.agree(visit);
  }

  /** Takes a record: the only place where a node's doing touches the run, live and in replay. */
  apply(visit: Visit, record: NodeCompleted): void {
    this.append(record);
    visit.outputs = record.outputs;
    visit.fired = record.fired;
    visit.iterations = record.iterations;
    visit.again = record.again === true;
    if (record.state !== undefined) visit.frame.state = patched(visit.frame.state, patchIn(record));
    this.#finishVisit(visit);
  }

  /** Takes the record of a failure that its node catches: the other way in which a node touches the run. */
  applyFailure(visit: Visit, record: NodeFailed): void {
    this.append(record);
    this.#failures.abandonInner(visit);
    visit.outputs = record.outputs ?? {};
    visit.fired = record.fired ?? [];
    this.#finishVisit(visit);
  }

  applyItem(visit: Visit, record: NodeItem): void {
    this.append(record);
    (visit.items ??= []).push(record.outputs);
    this.#flow.openItem(visit, record.item);
  }

  #finishVisit(visit: Visit): void {
    const { frame } = visit;
    visit.status = Status.done;
    visit.sources = null;
    if (visit.underway !== null) this.#failures.forget(visit);
    if (visit.node.isNoted) frame.reach(visit);
    const { waiters } = visit;
    if (waiters !== null) {
      visit.waiters = null;
      for (const waiter of waiters) {
        waiter.missing -= 1;
        if (waiter.missing === 0 && waiter.status === Status.ready) this.#ready.push(waiter);
      }
    }
    const flow = this.#flowOf(frame);
    if (visit.triggered) flow.propagate(visit);
    flow.release(visit);
  }

  // ── the end ───────────────────────────────────────────────────────────────────────────────────────────────

  fail(error: SpellError): void {
    this.finish({ type: "run.failed", runId: this.runId, error: error.toInfo(), ms: this.#elapsed() });
  }

  finish(event: RunEnded): void {
    if (this.#end !== null) return;
    this.#end = this.#follower?.endWith(event) ?? event;
    this.append(this.#end);
    this.#failures.giveUpAll();
    this.#cancel.cancel();
  }

  /** @throws SpellError `output_limit` when the nodes of the run have given more than it may */
  append(event: RunEvent): void {
    this.#uncommitted += 1;
    const bytes = this.#ports.journal.append(event);
    this.#plugins?.tell(event);
    if (bytes === 0 || this.#end !== null) return;
    this.#bytes += bytes;
    if (this.#bytes > this.#limits.maxOutputBytes) throw tooLarge(event, this.#limits.maxOutputBytes);
  }

  #commit(): void {
    if (this.#uncommitted > 0) {
      this.#uncommitted = 0;
      this.#ports.journal.commit();
    }
    if (this.#end === null || this.#isReported) return;
    this.#isReported = true;
    this.#options.onEnd?.(this.#end);
  }

  #elapsed(): number {
    return Math.max(0, this.#ports.clock.now() - this.#startedAt);
  }
}

const noStart = {
  code: "spell_invalid",
  message: "Nothing starts this spell: it has no Trigger In, no Input with a trigger, and no source.",
  nodeId: undefined,
} as const;
