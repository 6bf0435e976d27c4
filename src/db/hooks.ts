/** Where the addresses of webhooks lead. Keeps hashes alone: who reads the table has no address. */
import { sha256Hex } from "../platform/crypto.ts";
import { fromD1 } from "./d1-errors.ts";

/** Every method throws SpellError `overloaded` (with `retryAfter`) while D1 is in trouble. */
export class HookRepository {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Makes the hooks of `id` lead to the actor of that name. Again and again without harm. */
  async put(id: string, runner: string, now: number): Promise<void> {
    await this.#ask(
      "INSERT INTO hooks (id_hash, runner, created_at) VALUES (?, ?, ?) ON CONFLICT (id_hash) DO NOTHING",
      await sha256Hex(id),
      runner,
      now,
    );
  }

  /** The actor's name; null for an id that leads nowhere. */
  async find(id: string): Promise<string | null> {
    const [row] = await this.#ask<{ runner: string }>(
      "SELECT runner FROM hooks WHERE id_hash = ?",
      await sha256Hex(id),
    );
    return row?.runner ?? null;
  }

  async remove(id: string): Promise<void> {
    await this.#ask("DELETE FROM hooks WHERE id_hash = ?", await sha256Hex(id));
  }

  async #ask<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
    try {
      const { results } = await this.#db
        .prepare(sql)
        .bind(...values)
        .all<Row>();
      return results;
    } catch (error) {
      throw fromD1(error);
    }
  }
}
