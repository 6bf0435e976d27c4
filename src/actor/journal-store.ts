/** The journal's rows: one a turn and run, events as JSON lines, at most 256 KB. Reading is by `seq`. */
import { isRunEnded, type JournalEvent, type RunEnded, type StampedEvent } from "../protocol/events.ts";
import type { LargeValues } from "./large-values.ts";

/** A row's body; far below the 2 MB at which the deployed database refuses. */
const maxRowBytes = 256 * 1024;

export interface EncodedEvent {
  seq: number;
  /** JSON of the event with `seq` and `at`. */
  json: string;
  /** Characters of the whole event, with what was put apart. */
  length: number;
}

interface Row extends Record<string, SqlStorageValue> {
  first_seq: number;
  last_seq: number;
  body: string;
}

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

  /** Bytes of the events after `seq`, about: those of their rows. */
  bytesAfter(seq: number): number {
    const [row] = this.#sql
      .exec<{ bytes: number | null }>(
        "SELECT sum(length(CAST(body AS BLOB))) AS bytes FROM journal WHERE last_seq > ?",
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
    const { json, length } = this.#values.encode(event, seq);
    return { seq, json: `{"seq":${seq},"at":${at},${json.slice(1)}`, length };
  }

  /** Writes the events of one run's turn. No await comes between the rows, so they land together or not at all. */
  write(runId: string, events: readonly EncodedEvent[]): void {
    let lines: string[] = [];
    let first = 0;
    let length = 0;
    const flush = (last: number): void => {
      this.#sql.exec(
        "INSERT INTO journal (first_seq, last_seq, run_id, body) VALUES (?, ?, ?, ?)",
        first,
        last,
        runId,
        lines.join("\n"),
      );
      lines = [];
      length = 0;
    };
    let previous = 0;
    for (const { seq, json, length: whole } of events) {
      this.#written += whole;
      if (lines.length > 0 && length + json.length * 3 > maxRowBytes) flush(previous);
      if (lines.length === 0) first = seq;
      lines.push(json);
      // An upper bound that needs no encoding: three bytes a UTF-16 unit.
      length += json.length * 3 + 1;
      previous = seq;
    }
    if (lines.length > 0) flush(previous);
  }

  /** JSON of the events after `seq`, all runs together, in order. */
  *after(seq: number, runId?: string): Generator<EncodedEvent> {
    const rows =
      runId === undefined
        ? this.#sql.exec<Row>(
            "SELECT first_seq, last_seq, body FROM journal WHERE last_seq > ? ORDER BY first_seq",
            seq,
          )
        : this.#sql.exec<Row>(
            "SELECT first_seq, last_seq, body FROM journal WHERE run_id = ? AND last_seq > ? ORDER BY first_seq",
            runId,
            seq,
          );
    for (const row of rows)
      for (const json of row.body.split("\n")) {
        const event = { seq: seqOf(json), json, length: json.length };
        if (event.seq > seq) yield event;
      }
  }

  /** The terminal event of a run with its values in place; undefined while it has none, or nothing of it is kept. */
  endOf(runId: string): RunEnded | undefined {
    const [row] = this.#sql
      .exec<Row>("SELECT * FROM journal WHERE run_id = ? ORDER BY first_seq DESC LIMIT 1", runId)
      .toArray();
    if (row === undefined) return undefined;
    const event = JSON.parse(row.body.slice(row.body.lastIndexOf("\n") + 1)) as StampedEvent;
    return isRunEnded(event) ? this.#values.restore(event) : undefined;
  }

  /** The events of a run with their values in place. */
  eventsOf(runId: string): StampedEvent[] {
    return [...this.after(0, runId)].map(({ json }) =>
      this.#values.restore(JSON.parse(json) as StampedEvent),
    );
  }
}

/** Every line begins with `{"seq":`, as {@link JournalStore.encode} writes it. */
const seqOf = (json: string): number => Number.parseInt(json.slice(7, 24), 10);
