/** The journal's rows: one a turn and run, at most 256 KB. Reading is by `seq`. */
import { isRunEnded, type JournalEvent, type RunEnded, type StampedEvent } from "../protocol/events.ts";
import { eventsIn, lastJsonIn, rowsOf } from "./journal-rows.ts";
import type { LargeValues } from "./large-values.ts";
import { type EncodedEvent, stampOf, visitEvent } from "./visit-events.ts";

export type { EncodedEvent };

interface Row extends Record<string, SqlStorageValue> {
  run_id: string;
  body: string;
}

/** Characters that an event takes in a frame, beside its values, and may not take in its row. */
const leastLength = 160;

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

  /** Writes the events of one run's turn. No await comes between the rows, so they land together or not at all. */
  write(runId: string, events: readonly EncodedEvent[]): void {
    for (const { length } of events) this.#written += length;
    for (const { first, last, body } of rowsOf(runId, events))
      this.#sql.exec(
        "INSERT INTO journal (first_seq, last_seq, run_id, body) VALUES (?, ?, ?, ?)",
        first,
        last,
        runId,
        body,
      );
  }

  /** JSON of the events after `seq`, all runs together, in order. */
  *after(seq: number, runId?: string): Generator<EncodedEvent> {
    const rows =
      runId === undefined
        ? this.#sql.exec<Row>("SELECT run_id, body FROM journal WHERE last_seq > ? ORDER BY first_seq", seq)
        : this.#sql.exec<Row>(
            "SELECT run_id, body FROM journal WHERE run_id = ? AND last_seq > ? ORDER BY first_seq",
            runId,
            seq,
          );
    for (const row of rows)
      for (const event of eventsIn(row.run_id, row.body)) if (event.seq > seq) yield event;
  }

  /** The terminal event of a run with its values in place; undefined while it has none, or nothing of it is kept. */
  endOf(runId: string): RunEnded | undefined {
    const [row] = this.#sql
      .exec<Row>("SELECT * FROM journal WHERE run_id = ? ORDER BY first_seq DESC LIMIT 1", runId)
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
