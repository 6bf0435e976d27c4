/** MetricsBook: one for the deployment, adds up what isolates have counted (`platform/counters.ts`). */
import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import type { CountsKeeper, Delta } from "../platform/counters.ts";
import { migrate } from "./migrations.ts";

/** Beyond it nothing new is taken up: a fault of ours, and no reason to fill a disk. */
const maxSeries = 5000;

const steps = [
  `CREATE TABLE counters (
     name TEXT NOT NULL,
     labels TEXT NOT NULL,
     value INTEGER NOT NULL,
     PRIMARY KEY (name, labels)
   ) WITHOUT ROWID`,
];

export class MetricsBook extends DurableObject<Env> implements CountsKeeper {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    migrate(this.#sql, steps);
  }

  async add(deltas: Delta[]): Promise<void> {
    const { n } = this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM counters").one();
    for (const [name, labels, more] of deltas)
      if (n < maxSeries)
        this.#sql.exec(
          `INSERT INTO counters (name, labels, value) VALUES (?1, ?2, ?3)
           ON CONFLICT (name, labels) DO UPDATE SET value = value + ?3`,
          name,
          labels,
          more,
        );
      else
        this.#sql.exec(
          "UPDATE counters SET value = value + ? WHERE name = ? AND labels = ?",
          more,
          name,
          labels,
        );
  }

  async read(): Promise<Delta[]> {
    return this.#sql
      .exec<{ name: string; labels: string; value: number }>("SELECT * FROM counters ORDER BY name, labels")
      .toArray()
      .map(({ name, labels, value }) => [name, labels, value]);
  }
}
