/** Which runs there are and how they stand. What happened in them is in the journal alone. */
import type { RunEnded, RunStarted, StampedEvent } from "../protocol/events.ts";
import { isRunEnded } from "../protocol/events.ts";
import type { Concurrency, Run, RunStatus, Usage } from "../protocol/runs.ts";
import type { JournalStore } from "./journal-store.ts";

interface RunRow extends Record<string, SqlStorageValue> {
  run_id: string;
  status: string;
  first_seq: number;
  started_at: number;
  deadline_at: number | null;
  left_ms: number | null;
  ordered: string | null;
}

/** How a run was ordered, as far as its events do not tell: what one that is queued needs to begin. */
export interface Ordered {
  concurrency: Concurrency;
  timeoutMs?: number;
  /** It has a state of its own; else it begins from the session's. */
  hasState: boolean;
}

/** A run that has not ended, with what it needs to go on after a restart. */
export interface OpenRun {
  runId: string;
  status: "queued" | "running" | "waiting";
  firstSeq: number;
  startedAt: number;
  /** When its time is over; null while it is queued or waits for a human. */
  deadlineAt: number | null;
  leftMs: number | null;
  ordered: Ordered | null;
}

export type RunEntry = Pick<OpenRun, "runId" | "firstSeq" | "startedAt"> &
  Partial<Pick<OpenRun, "deadlineAt" | "leftMs" | "ordered">> & { status: RunStatus };

/** In SQL: of runs that have not ended. */
export const openStatuses = "('queued', 'running', 'waiting')";

/** Ids are hexadecimal digits and dashes. */
const behindAllIds = "~";

/** UTF-16 units of one page: a call between Workers takes 32 MiB. */
const maxPageLength = 8 * 1024 * 1024;

export class RunTable {
  readonly #sql: SqlStorage;
  readonly #journal: JournalStore;
  readonly #session: string;

  constructor(sql: SqlStorage, journal: JournalStore, session: string) {
    this.#sql = sql;
    this.#journal = journal;
    this.#session = session;
  }

  /** Of a run that is not written whole, with all its events at once, which the journal's store does. */
  put({ runId, status, firstSeq, startedAt, deadlineAt, leftMs, ordered }: RunEntry): void {
    this.#sql.exec(
      `INSERT INTO runs (run_id, status, first_seq, started_at, deadline_at, left_ms, ordered) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (run_id) DO UPDATE SET status = excluded.status, started_at = excluded.started_at,
         deadline_at = excluded.deadline_at, left_ms = excluded.left_ms, ordered = excluded.ordered`,
      runId,
      status,
      firstSeq,
      startedAt,
      deadlineAt ?? null,
      leftMs ?? null,
      ordered === undefined || ordered === null ? null : JSON.stringify(ordered),
    );
  }

  has(runId: string): boolean {
    return this.#sql.exec("SELECT 1 FROM runs WHERE run_id = ?", runId).toArray().length > 0;
  }

  /** Runs that have not ended, in the order in which they came. */
  open(): OpenRun[] {
    return this.#sql
      .exec<RunRow>(`SELECT * FROM runs WHERE status IN ${openStatuses} ORDER BY first_seq`)
      .toArray()
      .map(openRun);
  }

  /** The run, if it has not ended. */
  findOpen(runId: string): OpenRun | undefined {
    const [row] = this.#sql
      .exec<RunRow>(`SELECT * FROM runs WHERE run_id = ? AND status IN ${openStatuses}`, runId)
      .toArray();
    return row === undefined ? undefined : openRun(row);
  }

  /** Newest first, by their ids. `before` is the cursor: the id of the last run seen. */
  list(
    limit: number,
    before: string | undefined,
    status: RunStatus | undefined,
  ): { runs: Run[]; next?: string } {
    const rows = this.#sql
      .exec<RunRow>(
        "SELECT * FROM runs WHERE run_id < ? AND (? IS NULL OR status = ?) ORDER BY run_id DESC LIMIT ?",
        before ?? behindAllIds,
        status ?? null,
        status ?? null,
        limit + 1,
      )
      .toArray();
    const runs: Run[] = [];
    let length = 0;
    let last: RunRow | undefined;
    for (const row of rows.slice(0, limit)) {
      const run = this.get(row.run_id);
      length += JSON.stringify(run ?? null).length;
      if (length > maxPageLength && runs.length > 0) break;
      if (run !== undefined) runs.push(run);
      last = row;
    }
    const isWhole = last === undefined || (rows.length <= limit && rows.at(-1) === last);
    return { runs, ...(isWhole ? {} : { next: String(last?.run_id) }) };
  }

  /** A run, from its events. */
  get(runId: string): Run | undefined {
    const [row] = this.#sql.exec<RunRow>("SELECT * FROM runs WHERE run_id = ?", runId).toArray();
    if (row === undefined) return undefined;
    let start: (RunStarted & { at: number }) | undefined;
    let end: (RunEnded & { at: number }) | undefined;
    const usage: Usage = {};
    for (const { json } of this.#journal.after(row.first_seq - 1, runId)) {
      const event = JSON.parse(json) as StampedEvent;
      if (event.type === "run.started" || (event.type === "run.queued" && start === undefined))
        start = event as RunStarted & { at: number };
      else if (isRunEnded(event)) end = event;
      else if (event.type === "node.completed" && event.usage !== undefined) addUsage(usage, event.usage);
    }
    if (start === undefined) return undefined;
    return {
      runId,
      status: row.status as RunStatus,
      trigger: start.trigger,
      inputs: start.inputs,
      ...(end?.outputs === undefined ? {} : { outputs: end.outputs }),
      ...(end?.state === undefined ? {} : { state: end.state }),
      ...(end?.error === undefined ? {} : { error: end.error }),
      spell: start.spell,
      session: this.#session,
      startedAt: row.started_at,
      ...(end === undefined ? {} : { endedAt: end.at, ms: end.ms }),
      ...(Object.keys(usage).length === 0 ? {} : { usage }),
      ...(start.parent === undefined ? {} : { parent: start.parent }),
    };
  }
}

const openRun = (row: RunRow): OpenRun => ({
  runId: row.run_id,
  status: row.status as OpenRun["status"],
  firstSeq: row.first_seq,
  startedAt: row.started_at,
  deadlineAt: row.deadline_at,
  leftMs: row.left_ms,
  ordered: row.ordered === null ? null : (JSON.parse(row.ordered) as Ordered),
});

function addUsage(sum: Usage, more: Usage): void {
  for (const key of ["inputTokens", "outputTokens", "calls"] as const)
    if (more[key] !== undefined) sum[key] = (sum[key] ?? 0) + more[key];
}
