/** What the Worker is answered about runs: their results, events, rows and values. */
import { SpellError } from "../protocol/errors.ts";
import type { JournalEvent, RunEnded } from "../protocol/events.ts";
import type { RunRequest, RunResult, RunStatus, SpellRef } from "../protocol/runs.ts";
import type { Clock } from "../engine/ports.ts";
import type { ActiveRun } from "./active-run.ts";
import type { Chunks } from "./chunks.ts";
import { eventStream } from "./event-stream.ts";
import type { HeldSpell } from "./held-spell.ts";
import type { Idempotency, IdempotencyKeys } from "./idempotency-keys.ts";
import type { RunnerJournal } from "./journal.ts";
import type { JournalStore } from "./journal-store.ts";
import { refersTo } from "./large-values.ts";
import type { LoadedSpell } from "./loaded-spell.ts";
import type { Disclosure } from "./published/disclosure.ts";
import type { RpcAnswer, RunAnswer, RunOptions, StreamAnswer } from "./rpc.ts";
import type { RunDesk, RunOrder } from "./run-desk.ts";
import type { RunPermits } from "./run-permits.ts";
import type { RunTable } from "./run-table.ts";

/** UTF-16 units; a call between Workers takes 32 MiB: https://developers.cloudflare.com/workers/runtime-apis/rpc/ */
const maxAnswerLength = 8 * 1024 * 1024;

export interface RunAnswersOptions {
  disclosure: Disclosure;
  permits: RunPermits;
  spell: HeldSpell;
  desk: RunDesk;
  runs: RunTable;
  store: JournalStore;
  journal: RunnerJournal;
  chunks: Chunks;
  keys: IdempotencyKeys;
  clock: Clock;
}

/** Every method throws SpellErrors, `not_found` for a run that is not of this session. */
export class RunAnswers {
  readonly #options: RunAnswersOptions;

  constructor(options: RunAnswersOptions) {
    this.#options = options;
  }

  async run(request: RunRequest, options: RunOptions = {}): Promise<RunAnswer> {
    const { idempotency, isAsync, depth, traceparent, cancelled } = options;
    const { spell, permits } = this.#options;
    const present = spell.present ?? (await spell.get());
    let first = this.#madeBy(idempotency);
    // Another request with the key, or another run, may come while the manager is asked.
    while (first === undefined && !permits.pass()) {
      await permits.take();
      first = this.#madeBy(idempotency);
    }
    if (first !== undefined) return { ...(await this.#again(first, isAsync === true)), replayed: true };
    const isGrouped = idempotency === undefined && isAsync !== true;
    const order = {
      ...request,
      isGrouped,
      ...(depth === undefined ? {} : { depth }),
      ...(traceparent === undefined ? {} : { traceparent }),
    };
    const run = this.#take(present, order, idempotency);
    if (cancelled !== undefined) this.#cancelWith(run.runId, cancelled);
    return isAsync === true ? this.#asItIs(run.runId) : this.#answer(run);
  }

  async runStream(
    request: RunRequest,
    { idempotency, traceparent }: Pick<RunOptions, "idempotency" | "traceparent"> = {},
  ): Promise<StreamAnswer> {
    const { spell, permits } = this.#options;
    const present = await spell.get();
    let first = this.#madeBy(idempotency);
    // Another request with the key, or another run, may come while the manager is asked.
    while (first === undefined && !permits.pass()) {
      await permits.take();
      first = this.#madeBy(idempotency);
    }
    if (first !== undefined) return { ok: true, body: this.#stream(first, 0), runId: first, replayed: true };
    const order = traceparent === undefined ? request : { ...request, traceparent };
    const run = this.#take(present, order, idempotency);
    return { ok: true, body: this.#stream(run.runId, run.firstSeq - 1), runId: run.runId };
  }

  /** What the run that a request began gave, now or when it ends. */
  outcome(runId: string): Promise<RunAnswer> {
    return this.#again(runId, false);
  }

  events(runId: string, after: number, limit: number): RpcAnswer {
    this.#require(runId);
    const events: string[] = [];
    let next: number | undefined;
    let last = after;
    let length = 0;
    const { store, disclosure } = this.#options;
    for (const event of store.after(after, runId)) {
      const json = disclosure.json(event);
      if (json === undefined) continue;
      length += json.length;
      if (events.length === limit || (length > maxAnswerLength && events.length > 0)) {
        next = last;
        break;
      }
      events.push(json);
      last = event.seq;
    }
    const more = next === undefined ? "" : `,"next":${next}`;
    return { ok: true, json: `{"events":[${events.join(",")}]${more}}` };
  }

  eventStream(runId: string, after: number): StreamAnswer {
    this.#require(runId);
    return { ok: true, body: this.#stream(runId, after), runId };
  }

  get(runId: string): RpcAnswer {
    return { ok: true, json: this.#json(runId) };
  }

  /** The versions that a run is pinned to. */
  spellOf(runId: string): SpellRef {
    const run = this.#options.runs.get(runId);
    if (run === undefined) throw noRun(runId);
    return run.spell;
  }

  list(query: { limit: number; cursor?: string; status?: RunStatus }): RpcAnswer {
    const { cursor: before } = query;
    if (before !== undefined && !/^[\da-f-]{36}$/.test(before))
      throw new SpellError("bad_request", "This cursor is none of ours.", {
        errors: [{ path: "cursor", message: "not a cursor of this list" }],
      });
    const { runs, next } = this.#options.runs.list(query.limit, before, query.status);
    return {
      ok: true,
      json: JSON.stringify({
        data: runs.map((run) => this.#options.disclosure.run(run)),
        ...(next === undefined ? {} : { nextCursor: next }),
      }),
    };
  }

  cancel(runId: string): RpcAnswer {
    const run = this.#options.runs.get(runId);
    if (run === undefined) throw noRun(runId);
    if (!this.#options.desk.cancel(runId))
      throw new SpellError("conflict", `The run has ended already: ${run.status}.`, { runId });
    return this.get(runId);
  }

  value(runId: string, valueId: string): RpcAnswer {
    this.#require(runId);
    const { disclosure, chunks } = this.#options;
    const isTold = disclosure.isWhole || this.#isTold(runId, valueId);
    const json = isTold ? chunks.get(valueId, runId) : null;
    if (json === null) throw new SpellError("not_found", `The run has no value "${valueId}".`, { runId });
    if (json.length > 3 * maxAnswerLength)
      throw new SpellError(
        "too_large",
        `The value has ${json.length} characters, more than one answer takes.`,
        { runId },
      );
    return { ok: true, json };
  }

  /** The event that the value was put apart from is told, and with this value. */
  #isTold(runId: string, valueId: string): boolean {
    const { store, disclosure, chunks } = this.#options;
    const seq = Number(/^(\d{1,15})-\d+$/.exec(valueId)?.[1]);
    for (const event of store.after(seq - 1, runId)) {
      if (event.seq !== seq) return false;
      const json = disclosure.json(event);
      return json !== undefined && refersTo(JSON.parse(json) as JournalEvent, valueId, chunks);
    }
    return false;
  }

  #cancelWith(runId: string, cancelled: () => Promise<void>): void {
    cancelled().then(
      () => this.#options.desk.cancel(runId, "The run that asked for this one has ended."),
      // The caller is gone without a word: what it began goes on.
      () => undefined,
    );
  }

  /** Takes a run, and with it the key, in one turn: both land or neither does, and nobody else asks in between. */
  #take(spell: LoadedSpell, request: RunOrder, idempotency: Idempotency | undefined): ActiveRun {
    const { desk, keys, clock } = this.#options;
    const run = desk.take(spell, request);
    if (idempotency !== undefined) keys.put(idempotency, run.runId, clock.now());
    return run;
  }

  /**
   * The run that the key has made, unless it is no longer kept.
   * @throws SpellError `conflict` where it was made by another request
   */
  #madeBy(idempotency: Idempotency | undefined): string | undefined {
    if (idempotency === undefined) return undefined;
    const { keys, clock, runs } = this.#options;
    const { key, fingerprint } = idempotency;
    const made = keys.find(key, clock.now());
    if (made === undefined || !runs.has(made.runId)) return undefined;
    if (made.fingerprint === fingerprint) return made.runId;
    throw new SpellError(
      "conflict",
      "This Idempotency-Key was used for a run with another body. Repeat that body, or take a new key.",
      { runId: made.runId },
    );
  }

  /** What the first request was answered, or will be. */
  async #again(runId: string, isAsync: boolean): Promise<RunAnswer> {
    const { desk, runs, store } = this.#options;
    const run = desk.find(runId);
    if (run !== undefined) return isAsync ? this.#asItIs(runId) : this.#answer(run);
    const end = store.endOf(runId);
    if (end !== undefined) return this.#result(end);
    if (isAsync || runs.findOpen(runId)?.status === "waiting") return this.#asItIs(runId);
    throw new SpellError(
      "overloaded",
      "The run was cut off by a restart and could not go on yet. Ask again in a moment.",
      { runId, retryAfter: 2 },
    );
  }

  /** Its end, or the run itself where it comes to wait for a human. */
  async #answer(run: ActiveRun): Promise<RunAnswer> {
    const end = run.result ?? (await Promise.race([run.ended, run.asked]));
    return end === undefined ? this.#asItIs(run.runId) : this.#result(end);
  }

  #asItIs(runId: string): RunAnswer {
    return { ok: true, runId, waiting: true, json: this.#json(runId) };
  }

  #json(runId: string): string {
    const run = this.#options.runs.get(runId);
    if (run === undefined) throw noRun(runId);
    return JSON.stringify(this.#options.disclosure.run(run));
  }

  #require(runId: string): void {
    if (!this.#options.runs.has(runId)) throw noRun(runId);
  }

  #stream(runId: string, after: number): ReadableStream<Uint8Array> {
    const { store, journal, desk, disclosure } = this.#options;
    return eventStream({
      after,
      tell: (event) => disclosure.json(event),
      read: (seq) => store.after(seq, runId),
      isOpen: () => desk.find(runId) !== undefined,
      listen: (wake) => journal.listen(runId, wake),
    });
  }

  #result(end: RunEnded): RunAnswer {
    const { runId, error, outputs = {}, state = {}, ms } = end;
    const { disclosure } = this.#options;
    if (end.type !== "run.completed") {
      const failure = error ?? { code: "internal", message: "The run failed." };
      return { ok: false, error: { ...disclosure.runFailure(failure), runId } };
    }
    const json = JSON.stringify(disclosure.result({ runId, status: "completed", outputs, state, ms }));
    if (json.length <= maxAnswerLength) return { ok: true, runId, json };
    // Too much for one call between Workers: as events have it, large values by reference.
    const kept = this.#options.runs.get(runId);
    const short: RunResult = {
      runId,
      status: "completed",
      outputs: kept?.outputs ?? {},
      state: kept?.state ?? {},
      ms,
    };
    return { ok: true, runId, json: JSON.stringify(disclosure.result(short)) };
  }
}

const noRun = (runId: string): SpellError =>
  new SpellError("not_found", `There is no run "${runId}" in this session.`);
