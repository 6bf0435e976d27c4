/**
 * The manager's side of a user's limit on runs at once: how many each runner may begin without asking again, until when. What a
 * runner that has crashed held comes back by itself when its time is over.
 */

export interface Lease {
  /** Runs that the runner may have at once. */
  runs: number;
  /** ms since 1970. */
  expiresAt: number;
}

export const leaseMs = 60_000;

export class Leases {
  readonly #sql: SqlStorage;
  readonly #now: () => number;

  constructor(sql: SqlStorage, now: () => number) {
    this.#sql = sql;
    this.#now = now;
  }

  /**
   * Gives a runner what it needs, as far as the others leave it, and a part of what is free beyond, so that it asks seldom and
   * nobody takes all.
   * @param needed runs that it has and would begin; 0 gives the lease back
   */
  take(name: string, needed: number, limit: number): Lease {
    const now = this.#now();
    this.#sql.exec("DELETE FROM leases WHERE expires_at <= ?", now);
    const [row] = this.#sql
      .exec<{ held: number }>("SELECT coalesce(sum(runs), 0) AS held FROM leases WHERE name <> ?", name)
      .toArray();
    const free = Math.max(0, limit - (row?.held ?? 0));
    // A quarter: enough for a burst, and three others find some, too.
    const spare = Math.floor(Math.max(0, free - needed) / 4);
    const lease = { runs: needed === 0 ? 0 : Math.min(free, needed + spare), expiresAt: now + leaseMs };
    if (lease.runs === 0) this.#sql.exec("DELETE FROM leases WHERE name = ?", name);
    else
      this.#sql.exec(
        "INSERT OR REPLACE INTO leases (name, runs, expires_at) VALUES (?, ?, ?)",
        name,
        lease.runs,
        lease.expiresAt,
      );
    return lease;
  }

  /** Runs that are given away. */
  held(): number {
    const [row] = this.#sql
      .exec<{ held: number }>(
        "SELECT coalesce(sum(runs), 0) AS held FROM leases WHERE expires_at > ?",
        this.#now(),
      )
      .toArray();
    return row?.held ?? 0;
  }
}
