/** Where the addresses of webhooks lead. Keeps hashes alone: who reads the table has no address. */
import { sha256Hex } from "../platform/crypto.ts";
import { run } from "./run.ts";

/** Every method throws SpellError `overloaded` (with `retryAfter`) while D1 is in trouble. */
export class HookRepository {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Makes the hooks of `id` lead to the actor of that name. Again and again without harm. */
  async put(id: string, runner: string, now: number): Promise<void> {
    await run(
      this.#db,
      "INSERT INTO hooks (id_hash, runner, created_at) VALUES (?, ?, ?) ON CONFLICT (id_hash) DO NOTHING",
      await sha256Hex(id),
      runner,
      now,
    );
  }

  /** The actor's name; null for an id that leads nowhere. */
  async find(id: string): Promise<string | null> {
    const { results } = await run<{ runner: string }>(
      this.#db,
      "SELECT runner FROM hooks WHERE id_hash = ?",
      await sha256Hex(id),
    );
    return results[0]?.runner ?? null;
  }

  async remove(id: string): Promise<void> {
    await run(this.#db, "DELETE FROM hooks WHERE id_hash = ?", await sha256Hex(id));
  }
}
