/** Which runs there are and how they stand. What happened in them is in the journal alone. */
import type { RunEnded, RunStarted, StampedEvent } from "../protocol/events.ts";
import { isRunEnded } from "../protocol/events.ts";
import type { Run, RunStatus, Usage } from "../protocol/runs.ts";
import type { JournalStore } from "./journal-store.ts";

interface RunRow extends Record<string, SqlStorageValue> {
  run_id: string;
  status: string;
  first_seq: number;
  started_at: number;
}

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

  put(runId: string, status: RunStatus, firstSeq: number, startedAt: number): void {
    this.#sql.exec(
      "INSERT INTO runs (run_id, status, first_seq, started_at) VALUES (?, ?, ?, ?) ON CONFLICT (run_id) DO UPDATE SET status = excluded.status, started_at = excluded.started_at",
      runId,
      status,
      firstSeq,
      startedAt,
    );
  }

  setStatus(runId: string, status: RunStatus): void {
    this.#sql.exec("UPDATE runs SET status = ? WHERE run_id = ?", status, runId);
  }

  has(runId: string): boolean {
    return this.#sql.exec("SELECT 1 FROM runs WHERE run_id = ?", runId).toArray().length > 0;
  }

  /** Runs that have not ended. */
  open(): { runId: string; status: RunStatus }[] {
    return this.#sql
      .exec<RunRow>("SELECT * FROM runs WHERE status IN ('queued', 'running', 'waiting') ORDER BY first_seq")
      .toArray()
      .map((row) => ({ runId: row.run_id, status: row.status as RunStatus }));
  }

  /** Newest first. `before` is the cursor: the first seq of the last run seen. */
  list(
    limit: number,
    before: number | undefined,
    status: RunStatus | undefined,
  ): { runs: Run[]; next?: string } {
    const rows = this.#sql
      .exec<RunRow>(
        "SELECT * FROM runs WHERE first_seq < ? AND (? IS NULL OR status = ?) ORDER BY first_seq DESC LIMIT ?",
        before ?? Number.MAX_SAFE_INTEGER,
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
    return { runs, ...(isWhole ? {} : { next: String(last?.first_seq) }) };
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

function addUsage(sum: Usage, more: Usage): void {
  for (const key of ["inputTokens", "outputTokens", "calls"] as const)
    if (more[key] !== undefined) sum[key] = (sum[key] ?? 0) + more[key];
}
