/** Which run was made for which `Idempotency-Key`. What a repeated request is answered is `run-answers.ts`'s. */

/** A key with what tells whether the same was asked: hex of the SHA-256 of the request's canonical JSON. */
export interface Idempotency {
  key: string;
  fingerprint: string;
}

export interface KeyedRun {
  runId: string;
  fingerprint: string;
}

const keptMs = 86_400_000;
/** Expired keys that go with each new one: a runner that was long idle pays off its many little by little. */
const maxSwept = 100;

interface Row extends Record<string, SqlStorageValue> {
  run_id: string;
  fingerprint: string;
}

export class IdempotencyKeys {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The run that the key made, if that was within 24 h. The run itself may be gone since. */
  find(key: string, now: number): KeyedRun | undefined {
    const [row] = this.#sql
      .exec<Row>(
        "SELECT run_id, fingerprint FROM idempotency_keys WHERE key = ? AND expires_at > ?",
        key,
        now,
      )
      .toArray();
    return row === undefined ? undefined : { runId: row.run_id, fingerprint: row.fingerprint };
  }

  /** Keeps the key for 24 h, in place of what it stood for before. For the turn in which the run is written: they land together. */
  put({ key, fingerprint }: Idempotency, runId: string, now: number): void {
    this.#sql.exec(
      `DELETE FROM idempotency_keys WHERE key IN
         (SELECT key FROM idempotency_keys WHERE expires_at <= ? ORDER BY expires_at LIMIT ${maxSwept})`,
      now,
    );
    this.#sql.exec(
      "INSERT OR REPLACE INTO idempotency_keys (key, run_id, fingerprint, expires_at) VALUES (?, ?, ?, ?)",
      key,
      runId,
      fingerprint,
      now + keptMs,
    );
  }
}
