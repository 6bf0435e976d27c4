/**
 * What a runner keeps of runs that have ended, by count, age and bytes: beyond that the oldest go, whole. Never one that is
 * queued, runs or waits, nor what such a one was forked from. When it is looked after is the sweeper's.
 */
import type { StampedEvent } from "../protocol/events.ts";
import type { RetentionSettings } from "../protocol/spell.ts";
import { Facts } from "./facts.ts";
import { lastAtIn } from "./journal-rows.ts";
import { rowsOfRun } from "./journal-store.ts";
import { inPages } from "./pages.ts";
import { openStatuses } from "./run-table.ts";

export type RetentionLimits = { [K in keyof RetentionSettings]-?: number };

export const defaultRetention: RetentionLimits = {
  maxRuns: 1000,
  maxAgeMs: 30 * 86_400_000,
  maxBytes: 256 * 1024 * 1024,
};

/** The usual limits with a spell's own. */
export const retentionOf = ({ maxRuns, maxAgeMs, maxBytes }: RetentionSettings = {}): RetentionLimits => ({
  maxRuns: maxRuns ?? defaultRetention.maxRuns,
  maxAgeMs: maxAgeMs ?? defaultRetention.maxAgeMs,
  maxBytes: maxBytes ?? defaultRetention.maxBytes,
});

/** Runs, or rows of events without a run, that go in one sweep. */
const maxGone = 100;
/** No further run goes once these have; a run goes whole. */
const maxGoneBytes = 8 * 1024 * 1024;
/** They are read without their events, so many at once. */
const candidatesAtOnce = 64;
/** Runs that are looked at in one sweep, those that stay included. */
const maxSeen = 1000;
/** Measured again each time until there is more of it: a write would cost more. */
const worthKeeping = 1024 * 1024;

/** Rows of `facts` that are written here, all in the transaction of the deletion that they tell of. */
interface Kept {
  /** The highest `seq` ever given out, since its row may go. */
  last_seq: number;
  /** The highest `seq` that was given up. */
  kept_after: number;
  /** Bytes of the runs' events up to `measured_to`, and of their values. */
  kept_bytes: number;
  measured_to: number;
}

export interface Swept {
  /** Runs that went. */
  runs: number;
  /** More is to go: sweep again. */
  more: boolean;
}

export interface RetentionOptions {
  storage: Pick<DurableObjectStorage, "sql" | "transactionSync">;
  /** The run is in memory or being read, whatever its row says. */
  isHeld: (runId: string) => boolean;
}

interface Candidate extends Record<string, SqlStorageValue> {
  run_id: string;
  first_seq: number;
  started_at: number;
  is_whole: number;
  last_seq: number | null;
  /** Of its events. */
  event_bytes: number;
  /** Of what was put apart. */
  value_bytes: number;
}

interface RunlessRow extends Record<string, SqlStorageValue> {
  first_seq: number;
  last_seq: number;
  run_id: string;
  body: string;
}

export class Retention {
  readonly #options: RetentionOptions;
  readonly #sql: SqlStorage;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#sql = options.storage.sql;
  }

  /** Gives up what is beyond `limits`, the oldest first, some of it at a time. Between the turns of runs only. */
  sweep(now: number, limits: RetentionLimits): Swept {
    return this.#options.storage.transactionSync(() => this.#sweep(now, limits));
  }

  /** Gives up everything: the spell is no more. What `seq` was given is not given again. */
  forgetAll(): void {
    this.#options.storage.transactionSync(() => {
      const { last_seq: known, measured_to: measuredTo } = this.#facts();
      const lastSeq = Math.max(known, this.#measure(measuredTo).lastSeq);
      for (const table of ["journal", "runs", "idempotency_keys", "callbacks"])
        this.#sql.exec(`DELETE FROM ${table}`);
      this.#sql.exec("DELETE FROM chunks WHERE run_id <> ''");
      this.#keep({ last_seq: lastSeq, kept_after: lastSeq, kept_bytes: 0, measured_to: lastSeq });
    });
  }

  /** When the oldest run that has ended began, in ms since 1970; undefined where none is kept. */
  oldest(): number | undefined {
    const [row] = this.#sql
      .exec<{ at: number }>(
        `SELECT started_at AS at FROM runs WHERE status NOT IN ${openStatuses} ORDER BY run_id LIMIT 1`,
      )
      .toArray();
    return row?.at;
  }

  #sweep(now: number, limits: RetentionLimits): Swept {
    const facts = this.#facts();
    const { bytes: fresh, lastSeq } = this.#measure(facts.measured_to);
    let bytes = facts.kept_bytes + fresh;
    const { gone, goneBytes, more } = this.#choose(now, limits, bytes);
    if (gone.length > 0) {
      this.#remove(gone);
      bytes = Math.max(0, bytes - goneBytes);
    }
    const runless = this.#forgetRunless(now - limits.maxAgeMs);
    if (gone.length > 0 || runless.lastSeq > 0 || fresh > worthKeeping)
      this.#keep({
        last_seq: lastSeq,
        kept_after: Math.max(facts.kept_after, runless.lastSeq, ...gone.map((run) => run.last_seq ?? 0)),
        kept_bytes: bytes,
        measured_to: lastSeq,
      });
    return { runs: gone.length, more: more || runless.more };
  }

  #remove(gone: readonly Candidate[]): void {
    const from = (rows: string, values: (string | number)[]): void => {
      if (values.length > 0)
        this.#sql.exec(`DELETE FROM ${rows} IN (SELECT value FROM json_each(?))`, JSON.stringify(values));
    };
    const idsOf = (runs: readonly Candidate[]): string[] => runs.map((run) => run.run_id);
    from(
      "journal WHERE first_seq",
      gone.filter((run) => run.is_whole === 1).map((run) => run.first_seq),
    );
    from("journal WHERE is_part = 1 AND run_id", idsOf(gone.filter((run) => run.is_whole === 0)));
    from("chunks WHERE run_id", idsOf(gone.filter((run) => run.value_bytes > 0)));
    from("runs WHERE run_id", idsOf(gone));
  }

  /** Runs that are to go now. */
  #choose(
    now: number,
    limits: RetentionLimits,
    keptBytes: number,
  ): { gone: Candidate[]; goneBytes: number; more: boolean } {
    const gone: Candidate[] = [];
    let goneBytes = 0;
    let seen = 0;
    let ended = this.#ended();
    let parents: ReadonlySet<string> | undefined;
    // Some at a time, so that little is measured of runs that stay.
    const candidates = inPages<Candidate>(
      (limit, last) =>
        this.#sql
          .exec<Candidate>(
            `SELECT runs.run_id, runs.first_seq, started_at, is_whole,
               CASE is_whole WHEN 1 THEN only.last_seq
                 ELSE (SELECT max(last_seq) FROM journal WHERE is_part = 1 AND journal.run_id = runs.run_id) END AS last_seq,
               CASE is_whole WHEN 1 THEN octet_length(only.body)
                 ELSE (SELECT coalesce(sum(octet_length(body)), 0) FROM journal WHERE is_part = 1 AND journal.run_id = runs.run_id) END AS event_bytes,
               (SELECT coalesce(sum(octet_length(body)), 0) FROM chunks WHERE chunks.run_id = runs.run_id) AS value_bytes
             FROM runs LEFT JOIN journal AS only ON is_whole = 1 AND only.first_seq = runs.first_seq
             WHERE runs.run_id > ? AND status NOT IN ${openStatuses} ORDER BY runs.run_id LIMIT ?`,
            last?.run_id ?? "",
            limit,
          )
          .toArray(),
      candidatesAtOnce,
    );
    for (const run of candidates) {
      if (this.#options.isHeld(run.run_id)) continue;
      const isOver = ended > limits.maxRuns || keptBytes - goneBytes > limits.maxBytes;
      // Those that follow began later still.
      if (!isOver && run.started_at >= now - limits.maxAgeMs) break;
      if ((seen += 1) > maxSeen) break;
      if (!isOver && this.#endedAt(run) >= now - limits.maxAgeMs) continue;
      if ((parents ??= this.#parents()).has(run.run_id)) continue;
      if (gone.length === maxGone || goneBytes >= maxGoneBytes) return { gone, goneBytes, more: true };
      gone.push(run);
      goneBytes += run.event_bytes + run.value_bytes;
      ended -= 1;
    }
    return { gone, goneBytes, more: false };
  }

  /** Runs from which one that is open takes over what they did: after a restart it needs them again. */
  #parents(): Set<string> {
    const rows = this.#sql
      .exec<{ body: string | null }>(
        `SELECT (SELECT body FROM journal WHERE journal.first_seq = runs.first_seq) AS body
         FROM runs WHERE status IN ${openStatuses} AND status <> 'queued'`,
      )
      .toArray();
    const parents = new Set<string>();
    for (const { body } of rows) {
      if (body === null) continue;
      const [first = ""] = body.split("\n", 1);
      const event = JSON.parse(first) as StampedEvent;
      if (event.type === "run.started" && event.parent !== undefined) parents.add(event.parent.runId);
    }
    return parents;
  }

  /** A run that has waited long for a human is no older than its end. */
  #endedAt({ run_id: runId, started_at: startedAt }: Candidate): number {
    const [row] = this.#sql
      .exec<{ body: string }>(`SELECT body FROM (${rowsOfRun}) ORDER BY first_seq DESC LIMIT 1`, runId)
      .toArray();
    return row === undefined ? startedAt : lastAtIn(row.body);
  }

  #ended(): number {
    return this.#sql
      .exec<{ ended: number }>(
        `SELECT (SELECT count(*) FROM runs) - (SELECT count(*) FROM runs WHERE status IN ${openStatuses}) AS ended`,
      )
      .one().ended;
  }

  /** What was written after `measuredTo`. Each row is measured about once in its life, and runs need write nothing for it. */
  #measure(measuredTo: number): { bytes: number; lastSeq: number } {
    const journal = this.#sql
      .exec<{ bytes: number; last: number | null }>(
        `SELECT coalesce(sum(CASE run_id WHEN '' THEN 0 ELSE octet_length(body) END), 0) AS bytes, max(last_seq) AS last
         FROM journal WHERE first_seq > ?`,
        measuredTo,
      )
      .one();
    // A value's id begins with the seq of its event, which the cast takes.
    const values = this.#sql
      .exec<{ bytes: number }>(
        `SELECT coalesce(sum(octet_length(body)), 0) AS bytes FROM chunks
         WHERE run_id IN (SELECT run_id FROM journal WHERE first_seq > ? AND run_id <> '') AND CAST(id AS INTEGER) > ?`,
        measuredTo,
        measuredTo,
      )
      .one();
    return { bytes: journal.bytes + values.bytes, lastSeq: Math.max(measuredTo, journal.last ?? 0) };
  }

  /** Events of no run go when they are older than every run that is kept, and than `before`. */
  #forgetRunless(before: number): { lastSeq: number; more: boolean } {
    // Those of runs that are kept stand behind them, so the first of these ends the search.
    const rows = inPages<RunlessRow>((limit, previous) =>
      this.#sql
        .exec<RunlessRow>(
          "SELECT first_seq, last_seq, run_id, body FROM journal WHERE first_seq > ? ORDER BY first_seq LIMIT ?",
          previous?.first_seq ?? 0,
          limit,
        )
        .toArray(),
    );
    let count = 0;
    let first = 0;
    let lastSeq = 0;
    let more = false;
    for (const row of rows) {
      if (row.run_id !== "" || lastAtIn(row.body) >= before) break;
      more = count === maxGone;
      if (more) break;
      count += 1;
      first = row.first_seq;
      lastSeq = row.last_seq;
    }
    if (count > 0) this.#sql.exec("DELETE FROM journal WHERE first_seq <= ?", first);
    return { lastSeq, more };
  }

  #facts(): Kept {
    const facts = new Facts(this.#sql);
    const names = ["last_seq", "kept_after", "kept_bytes", "measured_to"] as const;
    return Object.fromEntries(names.map((name) => [name, facts.get(name)])) as unknown as Kept;
  }

  #keep(kept: Kept): void {
    const facts = new Facts(this.#sql);
    for (const [name, value] of Object.entries(kept)) facts.set(name, value);
  }
}
