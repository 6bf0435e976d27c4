/** The journal's rows: one a turn and run, at most 256 KB. Reading is by `seq`. */
import { isRunEnded, type JournalEvent, type RunEnded, type StampedEvent } from "../protocol/events.ts";
import { eventsIn, lastJsonIn, type RowToWrite, rowsOf } from "./journal-rows.ts";
import type { RunStatus } from "../protocol/runs.ts";
import { insertRows } from "./insert-rows.ts";
import type { LargeValues } from "./large-values.ts";
import { inPages } from "./pages.ts";
import { type EncodedEvent, stampOf, visitEvent } from "./visit-events.ts";

export type { EncodedEvent };

interface Row extends Record<string, SqlStorageValue> {
  first_seq: number;
  run_id: string;
  body: string;
}

/** In SQL: the rows of the run `?1`, which are the one that has all its events, or those that have parts of them. */
export const rowsOfRun = `SELECT first_seq, last_seq, run_id, body FROM journal
   WHERE first_seq = (SELECT first_seq FROM runs WHERE run_id = ?1 AND is_whole = 1)
   UNION ALL SELECT first_seq, last_seq, run_id, body FROM journal WHERE is_part = 1 AND run_id = ?1`;

/** Characters that an event takes in a frame, beside its values, and may not take in its row. */
const leastLength = 160;

/** What belongs beside the rows of a run's turn. */
export interface Beside {
  /** The turn's one row is all that the run has: its row in `runs` is written with it. */
  whole?: { startedAt: number; status: RunStatus };
  /** Writes what else there is. */
  write?: () => void;
}
/** A turn of a run, to be written. */
export interface Turn {
  runId: string;
  rows: readonly RowToWrite[];
  beside: Beside;
}
/** Looks at the rows of a turn that has come to its end. */
export type BesideRows = (rows: readonly RowToWrite[]) => Beside;

export class JournalStore {
  readonly #sql: SqlStorage;
  readonly #values: LargeValues;
  #written = 0;

  constructor(sql: SqlStorage, values: LargeValues) {
    this.#sql = sql;
    this.#values = values;
  }

  /** The highest `seq` ever given out. */
  lastSeq(): number {
    const [row] = this.#sql
      .exec<{ last: number | null }>(
        `SELECT max(seq) AS last FROM (
           SELECT max(last_seq) AS seq FROM journal UNION ALL SELECT value FROM facts WHERE name = 'last_seq')`,
      )
      .toArray();
    return row?.last ?? 0;
  }

  /** The highest `seq` that was given up: up to it there may be holes, after it there are none. */
  keptAfter(): number {
    const [row] = this.#sql
      .exec<{ value: number }>("SELECT value FROM facts WHERE name = 'kept_after'")
      .toArray();
    return row?.value ?? 0;
  }

  /** Characters that were written since the object started, values that were put apart included. */
  get written(): number {
    return this.#written;
  }

  /** Bytes of the events after `seq` as they would be sent, at most. */
  bytesAfter(seq: number): number {
    const [row] = this.#sql
      .exec<{ bytes: number | null }>(
        `SELECT sum(octet_length(body) + (last_seq - first_seq + 1) * ${leastLength}) AS bytes FROM journal WHERE last_seq > ?`,
        seq,
      )
      .toArray();
    return row?.bytes ?? 0;
  }

  bytes(): number {
    return this.#sql.databaseSize;
  }

  /** Stamps and encodes an event. What is too large for its row is put apart, in the same turn. */
  encode(event: JournalEvent, seq: number, at: number): EncodedEvent {
    const plain = visitEvent(event, seq, at);
    if (plain !== undefined) return plain;
    const { json, length } = this.#values.encode(event, seq);
    return {
      seq,
      at,
      json: `{${stampOf(seq, at)}${json.slice(1)}`,
      length,
      isShortened: length > json.length,
    };
  }

  /** The events of one run's turn as rows, for {@link write}. */
  rows(runId: string, events: readonly EncodedEvent[]): RowToWrite[] {
    for (const { length } of events) this.#written += length;
    return [...rowsOf(runId, events)];
  }

  /** Writes turns. No await comes between them, so they land together or not at all. */
  write(turns: readonly Turn[]): void {
    const runs: SqlStorageValue[][] = [];
    const events: SqlStorageValue[][] = [];
    for (const { runId, rows, beside } of turns) {
      beside.write?.();
      const { whole } = beside;
      // By its run nobody looks for an event that is of none.
      const isPart = whole === undefined && runId !== "" ? 1 : 0;
      for (const { first, last, body } of rows) {
        if (whole !== undefined) runs.push([runId, whole.status, first, whole.startedAt, 1]);
        events.push([first, last, runId, body, isPart]);
      }
    }
    insertRows(this.#sql, "runs (run_id, status, first_seq, started_at, is_whole)", runs);
    insertRows(this.#sql, "journal (first_seq, last_seq, run_id, body, is_part)", events);
  }

  /** JSON of the events after `seq`, all runs together, in order. */
  *after(seq: number, runId?: string): Generator<EncodedEvent> {
    const rows = inPages<Row>((limit, last) => {
      const behind = last?.first_seq ?? 0;
      const rowsOfPage =
        runId === undefined
          ? this.#sql.exec<Row>(
              "SELECT first_seq, run_id, body FROM journal WHERE last_seq > ? AND first_seq > ? ORDER BY first_seq LIMIT ?",
              seq,
              behind,
              limit,
            )
          : this.#sql.exec<Row>(
              `SELECT * FROM (${rowsOfRun}) WHERE last_seq > ?2 AND first_seq > ?3 ORDER BY first_seq LIMIT ?4`,
              runId,
              seq,
              behind,
              limit,
            );
      return rowsOfPage.toArray();
    });
    for (const row of rows)
      for (const event of eventsIn(row.run_id, row.body)) if (event.seq > seq) yield event;
  }

  /** The terminal event of a run with its values in place; undefined while it has none, or nothing of it is kept. */
  endOf(runId: string): RunEnded | undefined {
    const [row] = this.#sql
      .exec<Row>(`SELECT * FROM (${rowsOfRun}) ORDER BY first_seq DESC LIMIT 1`, runId)
      .toArray();
    if (row === undefined) return undefined;
    const last = lastJsonIn(row.body);
    // The end of a visit may be no JSON of its own; that of a run is.
    if (!last.startsWith("{")) return undefined;
    const event = JSON.parse(last) as StampedEvent;
    return isRunEnded(event) ? this.#values.restore(event) : undefined;
  }

  /** The events of a run with their values in place. */
  eventsOf(runId: string): StampedEvent[] {
    return [...this.after(0, runId)].map(({ json }) =>
      this.#values.restore(JSON.parse(json) as StampedEvent),
    );
  }
}
