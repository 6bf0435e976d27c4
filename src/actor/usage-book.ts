/** The manager's side of usage: what each runner has told so far, and the sums of the user by month (UTC). */
import type { UsageSums } from "./usage-meter.ts";

/** What a runner tells of itself. */
export interface RunnerReport {
  usage: UsageSums;
  /** Size of its database. */
  bytes: number;
}

interface SumRow extends Record<string, SqlStorageValue> {
  runs: number;
  nodes: number;
  input_tokens: number;
  output_tokens: number;
  calls: number;
}

const columns = ["runs", "nodes", "input_tokens", "output_tokens", "calls"] as const;
const valuesOf = (usage: UsageSums): number[] => [
  usage.runs,
  usage.nodes,
  usage.inputTokens,
  usage.outputTokens,
  usage.calls,
];

export class UsageBook {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Takes a report: what it has more than the one before goes to the month of `now`. The same one again counts nothing. */
  put(name: string, { usage, bytes }: RunnerReport, now: number): void {
    const [before] = this.#sql.exec<SumRow>("SELECT * FROM reports WHERE name = ?", name).toArray();
    const sums = valuesOf(usage);
    const more = sums.map((sum, i) =>
      Math.max(0, sum - ((before?.[columns[i] as string] as number | undefined) ?? 0)),
    );
    const marks = columns.map(() => "?").join(", ");
    this.#sql.exec(
      `INSERT OR REPLACE INTO reports (name, bytes, ${columns.join(", ")}) VALUES (?, ?, ${marks})`,
      name,
      bytes,
      // Reports of two moments may overtake each other: sums only grow.
      ...sums.map((sum, i) => Math.max(sum, (before?.[columns[i] as string] as number | undefined) ?? 0)),
    );
    if (more.every((count) => count === 0)) return;
    this.#sql.exec(
      `INSERT INTO months (month, ${columns.join(", ")}) VALUES (?, ${marks}) ON CONFLICT (month) DO UPDATE SET ${columns
        .map((column) => `${column} = ${column} + excluded.${column}`)
        .join(", ")}`,
      monthOf(now),
      ...more,
    );
  }

  month(now: number): { month: string } & UsageSums {
    const month = monthOf(now);
    const [row] = this.#sql.exec<SumRow>("SELECT * FROM months WHERE month = ?", month).toArray();
    return {
      month,
      runs: row?.runs ?? 0,
      nodes: row?.nodes ?? 0,
      inputTokens: row?.input_tokens ?? 0,
      outputTokens: row?.output_tokens ?? 0,
      calls: row?.calls ?? 0,
    };
  }

  /** Of all databases, as they were last told. */
  bytes(): number {
    return this.#sql.exec<{ bytes: number }>("SELECT coalesce(sum(bytes), 0) AS bytes FROM reports").one()
      .bytes;
  }

  bytesOf(name: string): number {
    return (
      this.#sql.exec<{ bytes: number }>("SELECT bytes FROM reports WHERE name = ?", name).toArray()[0]
        ?.bytes ?? 0
    );
  }
}

const monthOf = (now: number): string => new Date(now).toISOString().slice(0, 7);
