/** Takes runs in, lets as many at once as may be, queues the rest, and sees each to its one end. */
import { chooseTrigger, type EnginePorts, type Limits, startRun } from "../engine/index.ts";
import { engineVersion, isRunEnded, type RunEnded } from "../protocol/events.ts";
import { SpellError } from "../protocol/errors.ts";
import {
  type Concurrency,
  defaultTimeoutMs,
  maxParallelRuns,
  type RunRequest,
  type RunStatus,
} from "../protocol/runs.ts";
import type { Json, JsonObject } from "../protocol/values.ts";
import { newId } from "../platform/ids.ts";
import { ActiveRun } from "./active-run.ts";
import type { RunnerJournal } from "./journal.ts";
import type { LoadedSpell } from "./loaded-spell.ts";
import type { RunTable } from "./run-table.ts";
import type { SessionState } from "./session-state.ts";

/** Runs that may wait for their turn; one more is refused. */
export const maxQueued = 1000;

export interface RunOrder extends RunRequest {
  requestId?: string;
}

export interface DeskOptions {
  userId: string;
  journal: RunnerJournal;
  runs: RunTable;
  state: SessionState;
  ports: Omit<EnginePorts, "journal" | "delta">;
  /** Text that a run streams. */
  delta: (run: ActiveRun, nodeId: string, visit: string, text: string) => void;
  limits?: Partial<Limits>;
}

interface Waiting {
  run: ActiveRun;
  mode: Concurrency;
  begin: () => void;
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
    const { journal } = this.#options;
    const mode = order.concurrency ?? "parallel";
    const trigger = chooseTrigger(spell.plan, order.inputs ?? {}, order.trigger);
    if (mode === "reject" && this.#active.size > 0)
      throw new SpellError(
        "rejected",
        "A run of this spell is in progress, and this one asked not to wait (concurrency: reject).",
      );
    if (mode === "latest") this.cancelAll("A newer run took its place (concurrency: latest).");
    const run = new ActiveRun({
      runId: newId(),
      trigger,
      startedAt: this.#options.ports.clock.now(),
      firstSeq: journal.lastSeq + 1,
    });
    const begin = (): void => this.#begin(run, spell, order, trigger);
    if (this.#queue.length === 0 && this.#mayBegin(mode)) {
      begin();
      return run;
    }
    if (this.#queue.length >= maxQueued)
      throw new SpellError(
        "overloaded",
        `${maxQueued} runs of this spell wait already. Try again later, or use further sessions.`,
        { retryAfter: 5 },
      );
    this.#options.runs.put(run.runId, "queued", run.firstSeq, run.startedAt);
    journal.record({
      type: "run.queued",
      runId: run.runId,
      ...(order.requestId === undefined ? {} : { requestId: order.requestId }),
      trigger,
      inputs: order.inputs ?? {},
      state: order.state ?? this.#options.state.get() ?? spell.plan.state,
      spell: spell.ref,
      engineVersion,
    });
    this.#queue.push({ run, mode, begin });
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
    const place = this.#queue.findIndex((waiting) => waiting.run.runId === runId);
    const [waiting] = place === -1 ? [] : this.#queue.splice(place, 1);
    if (waiting === undefined) return false;
    const end: RunEnded = { type: "run.cancelled", runId, error: error.toInfo(), ms: 0 };
    this.#options.runs.put(runId, "cancelled", waiting.run.firstSeq, waiting.run.startedAt);
    this.#options.journal.record(end);
    waiting.run.end(end);
    return true;
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

  #mayBegin(mode: Concurrency): boolean {
    return mode === "queue" ? this.#active.size === 0 : this.#active.size < maxParallelRuns;
  }

  #begin(run: ActiveRun, spell: LoadedSpell, order: RunOrder, trigger: string): void {
    const { journal, runs, state, ports, userId, limits } = this.#options;
    const { plan } = spell;
    // The time that it waited for its turn is not the run's own.
    run.startedAt = ports.clock.now();
    const timeoutMs = order.timeoutMs ?? plan.settings.timeoutMs ?? defaultTimeoutMs;
    const from: JsonObject = order.state ?? state.get() ?? plan.state;
    // The row goes into the first commit: a run that never waits is written once, with its end.
    let written: RunStatus | null = null;
    let end: RunEnded | null = null;
    const beforeCommit = (): void => {
      const status = end === null ? run.status : (end.type.slice(4) as RunStatus);
      if (status === written) return;
      written = status;
      runs.put(run.runId, status, run.firstSeq, run.startedAt);
      if (end?.type === "run.completed" && end.state !== undefined && end.state !== state.get())
        state.keep(end.state);
    };
    const port = journal.of(run.runId, beforeCommit);
    this.#active.set(run.runId, run);
    const execution = startRun({
      plan,
      runId: run.runId,
      spell: spell.ref,
      userId,
      // Empty where the spell has no start: the run says so.
      ...(trigger === "" ? {} : { trigger }),
      inputs: order.inputs ?? {},
      state: from,
      ...(order.requestId === undefined ? {} : { requestId: order.requestId }),
      ports: {
        ...ports,
        journal: {
          append: (event) => {
            run.note(event, ports.clock.now());
            if (event.runId === run.runId && isRunEnded(event)) end = event;
            return port.append(event);
          },
          commit: () => port.commit(),
        },
        delta: (nodeId, visit, text) => this.#options.delta(run, nodeId, visit, text),
      },
      ...(limits === undefined ? {} : { limits }),
      deadlineAt: run.startedAt + timeoutMs,
      onEnd: (ended) => this.#ended(run, ended),
    });
    run.execution = execution;
    if (execution.end === null) run.limit(timeoutMs, ports.clock.now());
  }

  #ended(run: ActiveRun, end: RunEnded): void {
    this.#active.delete(run.runId);
    run.end(end);
    this.#beginNext();
  }

  #isBeginning = false;
  #beginNext(): void {
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
