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
import type { ExecutionOptions, RunHandle } from "./execution-options.ts";
import { Failures, type FailuresHost } from "./failures.ts";
import { Fibers } from "./fibers.ts";
import { Flow, type FlowHost } from "./flow.ts";
import { Follower, type FollowerHost } from "./follower.ts";
import { Frame } from "./frame.ts";
import { mismatch } from "./records.ts";
import { type Limits, limited, overBudget, overdue, tooLarge } from "./limits.ts";
import { Performer, type PerformerHost, type Question } from "./performer.ts";
import { Plugins } from "./plugins.ts";
import type { EnginePorts, Journal } from "./ports.ts";
import { faultOf, prepare, type PreparedGraph, type PreparedPlan } from "./prepared.ts";
import { areGiven, Pull } from "./pull.ts";
import { Reuse, type ReuseHost } from "./reuse.ts";
import type { Sandbox } from "./sandbox.ts";
import { ServiceCalls, type ServiceCallsHost } from "./service-calls.ts";
import { hasAll, keepSources, Sources, type SourcesHost } from "./sources.ts";
import type { Scope } from "./scope.ts";
import { startCalled } from "./starts.ts";
import { patched, patchIn } from "./state.ts";
import { Turns, type TurnsHost } from "./turns.ts";
import { Status, type Visit } from "./visit.ts";
import { VisitNames } from "./visit-names.ts";

/** Steps of user code that count for a visit towards a pause: either takes about a microsecond. */
const stepsPerVisit = 250;

/** A long turn is committed in parts, which bounds what is held in memory. */
const eventsPerCommit = 1024;

export class Execution
  implements
    RunHandle,
    FlowHost,
    SourcesHost,
    FollowerHost,
    ReuseHost,
    PerformerHost,
    FailuresHost,
    ServiceCallsHost,
    TurnsHost
{
  readonly runId: string;
  readonly #options: ExecutionOptions;
  readonly #start: RunStarted;
  readonly #ports: EnginePorts;
  readonly #journal: Journal;
  readonly #prepared: PreparedPlan;
  readonly #limits: Limits;
  readonly #root: Frame;
  readonly #turns: Turns;
  readonly #flow = new Flow(this);
  readonly #performer: Performer;
  readonly #follower: Follower | null;
  readonly #reuse: Reuse | null;
  readonly #plugins: Plugins | null;
  // What not all runs need is made when it is needed.
  #cancel: CancelSignal | null = null;
  #failures: Failures | null = null;
  #pull: Pull | null = null;
  #sources: Sources | null = null;
  #fibers: Fibers | null = null;
  #names: VisitNames | null = null;
  #calls: ServiceCalls | null = null;
  #sandbox: Sandbox | null = null;
  /** Visits whose last source has just come. */
  #ready: Visit[] | null = null;
  #orders = 0;
  #executed = 0;
  #codeSteps = 0;
  #uncommitted = 0;
  #bytes = 0;
  #deadlineAt: number | undefined;
  #end: RunEnded | null = null;
  #isReported = false;

  /** @throws SpellError `journal_mismatch` when the records do not begin with a run */
  constructor(options: ExecutionOptions, start: RunStarted) {
    const { plan, ports, records, plugins, reuse } = options;
    this.runId = start.runId;
    this.#options = options;
    this.#start = start;
    this.#ports = ports;
    this.#journal = ports.journal;
    const prepared = prepare(plan);
    this.#prepared = prepared;
    this.#limits = options.limits === undefined ? prepared.limits : limited(prepared.limits, options.limits);
    this.#turns = new Turns(this, this.#limits.visitsPerTurn, ports.pause);
    this.#performer = new Performer(this, ports, prepared.graphs, this.#limits);
    this.#root = new Frame(prepared.graphs[0] as PreparedGraph, null, start.inputs, start.state);
    this.#deadlineAt = options.deadlineAt;
    this.#plugins =
      plugins === undefined || plugins.length === 0
        ? null
        : new Plugins(plugins, this, plan, (thrown, nodeId) => void ports.fault?.(thrown, nodeId));
    this.#reuse = reuse === undefined ? null : new Reuse(this, reuse);
    this.#follower =
      records === undefined
        ? null
        : new Follower(this, records, {
            runId: start.runId,
            isReplay: options.isReplay === true,
            resumeReason: options.resumeReason,
          });
  }

  get userId(): string {
    return this.#options.userId;
  }
  get services(): Services {
    return this.#ports.services;
  }
  /** Resolves when the run has ended. */
  get cancelled(): Promise<void> {
    return this.#signal.cancelled;
  }
  get turnedAt(): number {
    return this.#turns.turnedAt;
  }
  get deadlineAt(): number | undefined {
    return this.#deadlineAt;
  }
  get depth(): number | undefined {
    return this.#start.depth;
  }

  get #signal(): CancelSignal {
    if (this.#cancel === null) {
      this.#cancel = new CancelSignal();
      if (this.#end !== null) this.#cancel.cancel();
    }
    return this.#cancel;
  }

  get failures(): Failures {
    return (this.#failures ??= new Failures(this, this.#ports));
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
    return this.#end !== null;
  }
  get now(): number {
    return this.#ports.clock.now();
  }
  get sandbox(): Sandbox {
    return (this.#sandbox ??= {
      call: (request) =>
        this.#ports.sandbox.call(request, (steps) => {
          this.#codeSteps += steps;
        }),
    });
  }

  /** Goes as far as it can without waiting. */
  run(): void {
    this.turn(() => this.#begin());
  }

  #begin(): void {
    const { plan } = this.#options;
    this.append(this.#start);
    const graph = plan.graphs[0] as Plan["graphs"][number];
    const first = startCalled(graph, this.#start.trigger);
    const fault = first === undefined ? noStart : faultOf(plan, this.#prepared, first);
    if (fault !== null)
      this.fail(
        new SpellError(fault.code, fault.message, fault.nodeId === undefined ? {} : { nodeId: fault.nodeId }),
      );
    else if (first !== undefined) this.begin(this.#root, first);
  }

  stop(how: "cancelled" | "failed" | "interrupted", error: SpellError): void {
    if (this.#end !== null) return;
    this.finish({ type: `run.${how}`, runId: this.runId, error: error.toInfo(), ms: this.#turns.elapsedMs });
    this.commit();
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
      const off = this.#signal.onCancel(wake);
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

  turn(first: () => void): void {
    this.#turns.take(first);
  }

  step(): boolean {
    if (this.#ready !== null && this.#ready.length > 0) this.execute(this.#ready.shift() as Visit);
    else if (!this.#flow.isEmpty) this.#flow.step();
    else if (this.#fibers !== null && !this.#fibers.isEmpty) this.#fibers.step();
    else return false;
    if (this.#uncommitted >= eventsPerCommit) this.commit();
    return true;
  }

  advance(): boolean {
    return this.#follower?.advance() === true || this.#reuse?.advance() === true;
  }

  /** Looked at after I/O alone: in between, deployed clocks stand still. */
  checkTime(): void {
    const deadlineAt = this.#deadlineAt;
    if (deadlineAt === undefined || this.#end !== null || this.#performer.isAsking) return;
    if (this.turnedAt >= deadlineAt) this.stop("failed", overdue(this.#turns.elapsedMs));
  }

  faulted(thrown: unknown): void {
    const error = SpellError.from(thrown);
    if (error.code !== "internal") return this.fail(error);
    // A replay executes nothing: what is at fault there are the records or the plan.
    if (this.#options.isReplay === true)
      return this.fail(mismatch("they cannot be followed together", undefined, thrown));
    error.errorId ??= this.#ports.fault?.(thrown, "");
    this.fail(error);
  }

  get work(): number {
    return this.#executed + this.#codeSteps / stepsPerVisit;
  }

  frameEnded(frame: Frame): void {
    if (frame.caller !== null) this.#performer.complete(frame.caller, frame.answer());
    else
      this.finish({
        type: "run.completed",
        runId: this.runId,
        outputs: frame.outputs(),
        state: frame.state,
        ms: this.#turns.elapsedMs,
      });
  }

  get visitsLeft(): number {
    return this.#limits.maxVisits - this.#executed;
  }

  nextOrder(): number {
    return this.#orders++;
  }

  begin(frame: Frame, start: number): void {
    this.#flowOf(frame).begin(frame, start);
  }

  #flowOf(frame: Frame): Flow | Fibers {
    return frame.graph.isFibers ? (this.#fibers ??= new Fibers(this)) : this.#flow;
  }

  demand(visit: Visit): void {
    const { frame, node } = visit;
    if (frame.given === null) {
      if (hasAll(visit)) this.execute(visit);
      else (this.#sources ??= new Sources(this)).demand(visit);
    } else if (areGiven(node, frame.given)) {
      this.execute(visit);
      frame.spare(visit);
    } else (this.#pull ??= new Pull(this)).demand(visit);
  }

  hold(visit: Visit): void {
    keepSources(visit);
    this.#flowOf(visit.frame).hold(visit);
  }

  // ── visits ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Makes a visit whose sources are there: by its record, or for real. */
  execute(visit: Visit): void {
    const { frame } = visit;
    if (this.#end !== null || frame.isOver) return;
    visit.status = Status.running;
    this.#executed += 1;
    if (this.#executed > this.#limits.maxVisits) return this.fail(overBudget(visit, this.#limits.maxVisits));
    if (!frame.hasPlainNames) visit.visit = (this.#names ??= new VisitNames()).nameOf(visit);
    else if (visit.scope?.path !== "") visit.visit = (visit.scope as Scope).path;
    if (this.#plugins !== null) this.#plugins.visiting(visit);
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
    this.failures.uncaught(visit, error);
  }

  awaitRetry(visit: Visit): void {
    this.failures.awaitRetry(visit);
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
    if (record.iterations !== undefined || record.again !== undefined || record.state !== undefined)
      this.#applyRest(visit, record);
    this.#finishVisit(visit);
  }

  #applyRest(visit: Visit, record: NodeCompleted): void {
    visit.iterations = record.iterations;
    visit.again = record.again === true;
    if (record.state !== undefined) visit.frame.state = patched(visit.frame.state, patchIn(record));
  }

  /** Takes the record of a failure that its node catches: the other way in which a node touches the run. */
  applyFailure(visit: Visit, record: NodeFailed): void {
    this.append(record);
    this.failures.abandonInner(visit);
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
    const { frame, node } = visit;
    visit.status = Status.done;
    if (node.isNoted) frame.reach(visit);
    if (frame.given !== null) frame.give(visit);
    if (!visit.isCommon) this.#settle(visit);
    const flow = this.#flowOf(frame);
    if (visit.triggered) flow.propagate(visit);
    flow.release(visit);
  }

  /** Ends what a visit waited for, and tells those that waited for it. */
  #settle(visit: Visit): void {
    visit.sources = null;
    if (visit.underway !== null) this.failures.forget(visit);
    const { waiters } = visit;
    if (waiters === null) return;
    visit.waiters = null;
    for (const waiter of waiters) {
      waiter.missing -= 1;
      if (waiter.missing === 0 && waiter.status === Status.ready) (this.#ready ??= []).push(waiter);
    }
  }

  // ── the end ───────────────────────────────────────────────────────────────────────────────────────────────

  fail(error: SpellError): void {
    this.finish({ type: "run.failed", runId: this.runId, error: error.toInfo(), ms: this.#turns.elapsedMs });
  }

  finish(event: RunEnded): void {
    if (this.#end !== null) return;
    this.#end = this.#follower?.endWith(event) ?? event;
    this.append(this.#end);
    this.#failures?.giveUpAll();
    this.#cancel?.cancel();
  }

  /** @throws SpellError `output_limit` when the nodes of the run have given more than it may */
  append(event: RunEvent): void {
    this.#uncommitted += 1;
    const bytes = this.#journal.append(event);
    if (this.#plugins !== null) this.#plugins.tell(event);
    if (bytes > 0 && this.#end === null) this.#count(event, bytes);
  }

  #count(event: RunEvent, bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#limits.maxOutputBytes) throw tooLarge(event, this.#limits.maxOutputBytes);
  }

  commit(): void {
    if (this.#uncommitted > 0) {
      this.#uncommitted = 0;
      this.#journal.commit();
    }
    if (this.#end === null || this.#isReported) return;
    this.#isReported = true;
    this.#options.onEnd?.(this.#end);
  }
}

const noStart = {
  code: "spell_invalid",
  message: "Nothing starts this spell: it has no Trigger In, no Input with a trigger, and no source.",
  nodeId: undefined,
} as const;
