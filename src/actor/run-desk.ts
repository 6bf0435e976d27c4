/** Takes runs in, lets as many at once as may be, queues the rest, and sees each to its one end. */
import {
  chooseTrigger,
  type EnginePlugin,
  type EnginePorts,
  forkRun,
  type Limits,
  type ParentRun,
  resumeRun,
  type RunHandle,
  startRun,
} from "../engine/index.ts";
import {
  engineVersion,
  isRunStart,
  type RunEnded,
  type RunEvent,
  type RunQueued,
  type StampedEvent,
} from "../protocol/events.ts";
import { SpellError } from "../protocol/errors.ts";
import {
  type Concurrency,
  defaultTimeoutMs,
  maxParallelRuns,
  maxQueuedRuns,
  type RunRequest,
  type RunStatus,
} from "../protocol/runs.ts";
import type { Services } from "../protocol/services.ts";
import type { Json, JsonObject } from "../protocol/values.ts";
import { ActiveRun } from "./active-run.ts";
import type { RunnerJournal } from "./journal.ts";
import type { LoadedSpell } from "./loaded-spell.ts";
import { entryOf, journalOf } from "./run-journal.ts";
import type { RunIds } from "./run-ids.ts";
import type { OpenRun, Ordered, RunTable } from "./run-table.ts";
import type { SessionState } from "./session-state.ts";

/** What a run has at least when it goes on after a restart. */
const leastLeftMs = 1000;

const timeoutOf = ({ timeoutMs }: Pick<RunOrder, "timeoutMs">, { plan }: LoadedSpell): number =>
  timeoutMs ?? plan.settings.timeoutMs ?? defaultTimeoutMs;

export interface RunOrder extends RunRequest {
  requestId?: string;
  /** The run's id, where it was promised before. */
  runId?: string;
  /** Runs by the spells service that are around it. */
  depth?: number;
  /** W3C Trace Context of the request that ordered it. A run that goes on after a restart has none. */
  traceparent?: string;
  /** Its answer may leave before its commit, where the spell has it so (`durability: "group"`). */
  isGrouped?: boolean;
}

export interface DeskOptions {
  userId: string;
  /** @throws SpellError for an order that may not be given */
  check?: (order: RunOrder) => void;
  journal: RunnerJournal;
  runs: RunTable;
  ids: Pick<RunIds, "next">;
  state: SessionState;
  ports: Omit<EnginePorts, "journal" | "delta">;
  /** Text that a run streams. */
  delta: (run: ActiveRun, nodeId: string, visit: string, text: string) => void;
  limits?: Partial<Limits>;
  /** A run has come to wait, for a service or a human, and is written as such: from here on it must survive a restart. */
  waits: (run: ActiveRun) => void;
  /** A node of a run has asked for an answer; it is written at the end of this turn. */
  asked?: (run: ActiveRun) => void;
  /** A run has ended and is written. */
  ended?: (runId: string, end: RunEnded) => void;
  /** Those who watch a run, and the services as it asks them, where these are others than the ports'. */
  observed?: (traceparent: string | undefined) => { plugins?: EnginePlugin[]; services?: Services };
}

/** What a run that is a fork takes over, and from where it begins again. */
export interface Ancestry extends ParentRun {
  fromNode?: string;
}

interface Waiting {
  run: ActiveRun;
  mode: Concurrency;
  begin: () => void;
}

/** What every run of the desk is given. */
interface Given {
  userId: string;
  ports: EnginePorts;
  limits?: Partial<Limits>;
  plugins?: readonly EnginePlugin[];
  onEnd: (end: RunEnded) => void;
}

export class RunDesk {
  readonly #options: DeskOptions;
  readonly #active = new Map<string, ActiveRun>();
  readonly #queue: Waiting[] = [];

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Runs that have not ended, in the order in which they came. */
  get open(): { run: ActiveRun; status: RunStatus }[] {
    return [
      ...[...this.#active.values()].map((run) => ({ run, status: run.status })),
      ...this.#queue.map(({ run }) => ({ run, status: "queued" as const })),
    ];
  }

  /** Runs in progress that do not wait for a human, who may take days. */
  get running(): number {
    let count = 0;
    for (const run of this.#active.values()) if (!run.isWaiting) count += 1;
    return count;
  }

  get queued(): number {
    return this.#queue.length;
  }

  find(runId: string): ActiveRun | undefined {
    return this.#active.get(runId) ?? this.#queue.find(({ run }) => run.runId === runId)?.run;
  }

  /**
   * Takes a run. It may have ended when this returns.
   * @throws SpellError `bad_request` (no such trigger), `rejected` (`concurrency: "reject"` and one is running),
   * `overloaded` (the queue is full): no run was made
   */
  take(spell: LoadedSpell, order: RunOrder): ActiveRun {
    const { journal, check } = this.#options;
    check?.(order);
    const mode = order.concurrency ?? "parallel";
    const trigger = chooseTrigger(spell.plan, order.inputs ?? {}, order.trigger);
    if (mode === "reject" && this.#active.size > 0)
      throw new SpellError(
        "rejected",
        "A run of this spell is in progress, and this one asked not to wait (concurrency: reject).",
      );
    if (mode === "latest") this.cancelAll("A newer run took its place (concurrency: latest).");
    const run = this.#newRun(trigger, order.runId);
    const begin = (): void => this.#begin(run, spell, order, trigger);
    if (this.#queue.length === 0 && this.#mayBegin(mode)) {
      begin();
      return run;
    }
    if (this.#queue.length >= maxQueuedRuns)
      throw new SpellError(
        "overloaded",
        `${maxQueuedRuns} runs of this spell wait already. Try again later, or use further sessions.`,
        { retryAfter: 5 },
      );
    const ordered: Ordered = {
      concurrency: mode,
      ...(order.timeoutMs === undefined ? {} : { timeoutMs: order.timeoutMs }),
      hasState: order.state !== undefined,
    };
    run.isKnown = true;
    this.#options.runs.put({ ...entryOf(run), status: "queued", ordered });
    journal.record({
      type: "run.queued",
      runId: run.runId,
      ...(order.requestId === undefined ? {} : { requestId: order.requestId }),
      trigger,
      inputs: order.inputs ?? {},
      state: order.state ?? this.#options.state.get() ?? spell.plan.state,
      spell: spell.ref,
      engineVersion,
      ...(order.depth === undefined ? {} : { depth: order.depth }),
    });
    this.#queue.push({ run, mode, begin });
    return run;
  }

  /**
   * Begins a run that takes over what an earlier one did. It may have ended when this returns.
   * @throws SpellError `bad_request` (no such node or trigger), `overloaded`: no run was made
   */
  fork(spell: LoadedSpell, ancestry: Ancestry, order: Pick<RunOrder, "inputs" | "timeoutMs">): ActiveRun {
    if (this.#queue.length > 0 || !this.#mayBegin("parallel"))
      throw new SpellError(
        "overloaded",
        `${maxParallelRuns} runs of this spell are in progress. Try again when one has ended.`,
        { retryAfter: 5 },
      );
    const start = ancestry.parent.find((event) => event.type === "run.started");
    const run = this.#newRun(start?.trigger ?? "");
    run.allow(timeoutOf(order, spell), run.startedAt);
    this.#go(run, [], {}, (given) =>
      forkRun({
        ...given,
        ...ancestry,
        plan: spell.plan,
        runId: run.runId,
        spell: spell.ref,
        ...(order.inputs === undefined ? {} : { inputs: order.inputs }),
        deadlineAt: run.deadlineAt ?? run.startedAt,
      }),
    );
    return run;
  }

  /** Ends a run that has not ended. False when there is none of that id. */
  cancel(runId: string, why = "The run was cancelled."): boolean {
    const error = new SpellError("cancelled", why);
    const run = this.#active.get(runId);
    if (run !== undefined) {
      run.execution?.stop("cancelled", error);
      return true;
    }
    return this.endAside(runId, "cancelled", error);
  }

  /** Ends a run that is not in memory, or only queued. False when it has ended, or there is none of that id. */
  endAside(runId: string, how: "cancelled" | "interrupted", error: SpellError): boolean {
    const place = this.#queue.findIndex((waiting) => waiting.run.runId === runId);
    const [waiting] = place === -1 ? [] : this.#queue.splice(place, 1);
    const open = waiting === undefined ? this.#options.runs.findOpen(runId) : entryOf(waiting.run);
    if (open === undefined) return false;
    const { firstSeq, startedAt } = open;
    const end: RunEnded = { type: `run.${how}`, runId, error: error.toInfo(), ms: 0 };
    this.#options.runs.put({ runId, status: how, firstSeq, startedAt });
    this.#options.journal.record(end);
    waiting?.run.end(end);
    this.#options.ended?.(runId, end);
    return true;
  }

  /** Goes on with a run that a restart cut off, from its events. Nothing happens where it goes on already. */
  resume(
    open: OpenRun,
    spell: LoadedSpell,
    recorded: readonly StampedEvent[],
    { reason, fork }: { reason: string; fork?: ParentRun | undefined },
  ): void {
    if (this.find(open.runId) !== undefined) return;
    const [first] = recorded;
    if (first === undefined || !isRunStart(first))
      throw new SpellError("internal", `The journal of run "${open.runId}" does not begin with its start.`);
    const run = new ActiveRun({
      runId: open.runId,
      trigger: first.trigger,
      startedAt: open.startedAt,
      firstSeq: open.firstSeq,
    });
    run.isKnown = true;
    if (!recorded.some(({ type }) => type === "run.started"))
      return this.#queueAgain(run, spell, open, first as RunQueued);
    const { ports } = this.#options;
    const now = ports.clock.now();
    // The time for which nothing ran does not count.
    const left = open.leftMs ?? (open.deadlineAt ?? now) - (recorded.at(-1)?.at ?? now);
    run.allow(Math.max(leastLeftMs, left), now);
    const events = recorded as readonly RunEvent[];
    this.#go(run, events, {}, (given) =>
      resumeRun({
        ...given,
        plan: spell.plan,
        records: events,
        reason,
        deadlineAt: run.deadlineAt ?? now,
        ...(fork === undefined ? {} : { fork }),
      }),
    );
  }

  #queueAgain(run: ActiveRun, spell: LoadedSpell, { ordered }: OpenRun, queued: RunQueued): void {
    const order: RunOrder = {
      inputs: queued.inputs,
      ...(ordered?.hasState === true ? { state: queued.state } : {}),
      ...(ordered?.timeoutMs === undefined ? {} : { timeoutMs: ordered.timeoutMs }),
      ...(queued.requestId === undefined ? {} : { requestId: queued.requestId }),
      ...(queued.depth === undefined ? {} : { depth: queued.depth }),
    };
    const begin = (): void => this.#begin(run, spell, order, queued.trigger);
    this.#queue.push({ run, mode: ordered?.concurrency ?? "parallel", begin });
  }

  /**
   * Gives a node of a run the answer that it waits for.
   * @throws SpellError `not_found` when nothing waits there, `bad_request` when the answer does not fit
   */
  answer(runId: string, nodeId: string, visit: string, value: Json): void {
    const execution = this.#active.get(runId)?.execution;
    if (execution == null) throw new SpellError("not_found", `No run "${runId}" is in flight here.`);
    execution.answer(nodeId, visit, value);
  }

  /** Gives a value to the stream nodes called `source` of all runs in flight. False when there is none. */
  push(source: string, value: Json): boolean {
    let isTaken = false;
    for (const { execution } of this.#active.values())
      if (execution?.push(source, value) === true) isTaken = true;
    return isTaken;
  }

  cancelAll(why: string): void {
    for (const { run } of this.open.toReversed()) this.cancel(run.runId, why);
  }

  #newRun(trigger: string, runId: string = this.#options.ids.next()): ActiveRun {
    const { journal, ports } = this.#options;
    const startedAt = ports.clock.now();
    return new ActiveRun({ runId, trigger, startedAt, firstSeq: journal.lastSeq + 1 });
  }

  #mayBegin(mode: Concurrency): boolean {
    return mode === "queue" ? this.#active.size === 0 : this.#active.size < maxParallelRuns;
  }

  #begin(run: ActiveRun, spell: LoadedSpell, order: RunOrder, trigger: string): void {
    const { state, ports } = this.#options;
    const { plan } = spell;
    // The time that it waited for its turn is not the run's own.
    run.startedAt = ports.clock.now();
    run.allow(timeoutOf(order, spell), run.startedAt);
    const from: JsonObject = order.state ?? state.get() ?? plan.state;
    const isGrouped = order.isGrouped === true && plan.settings.durability === "group";
    this.#go(run, [], { isGrouped, traceparent: order.traceparent }, (given) =>
      startRun({
        ...given,
        plan,
        runId: run.runId,
        spell: spell.ref,
        // Empty where the spell has no start: the run says so.
        ...(trigger === "" ? {} : { trigger }),
        inputs: order.inputs ?? {},
        state: from,
        ...(order.requestId === undefined ? {} : { requestId: order.requestId }),
        ...(order.depth === undefined ? {} : { depth: order.depth }),
        deadlineAt: run.deadlineAt ?? run.startedAt,
      }),
    );
  }

  /** Has a run go as far as it can, and sees to what it writes. */
  #go(
    run: ActiveRun,
    recorded: readonly RunEvent[],
    { traceparent, ...options }: { isGrouped?: boolean; traceparent?: string | undefined },
    start: (given: Given) => RunHandle,
  ): void {
    const { ports, userId, limits } = this.#options;
    const { plugins, services } = this.#options.observed?.(traceparent) ?? {};
    this.#active.set(run.runId, run);
    try {
      run.execution = start({
        userId,
        ports: {
          ...ports,
          ...(services === undefined ? {} : { services }),
          journal: journalOf(run, recorded, { ...this.#options, ...options, clock: ports.clock }),
          delta: (nodeId, visit, text) => this.#options.delta(run, nodeId, visit, text),
        },
        ...(limits === undefined ? {} : { limits }),
        ...(plugins === undefined ? {} : { plugins }),
        onEnd: (end) => this.#ended(run, end),
      });
    } catch (thrown) {
      // Refused before its first event.
      this.#active.delete(run.runId);
      throw thrown;
    }
    if (run.execution.end === null) run.watch(ports.clock.now());
  }

  #ended(run: ActiveRun, end: RunEnded): void {
    this.#active.delete(run.runId);
    run.end(end);
    this.#options.ended?.(run.runId, end);
    this.beginQueued();
  }

  #isBeginning = false;
  /** Begins what waits and may. */
  beginQueued(): void {
    // A queued run may end at once and come here again: one loop, however long the queue.
    if (this.#isBeginning) return;
    this.#isBeginning = true;
    for (let next = this.#queue[0]; next !== undefined && this.#mayBegin(next.mode); next = this.#queue[0]) {
      this.#queue.shift();
      next.begin();
    }
    this.#isBeginning = false;
  }
}
