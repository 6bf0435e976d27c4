/** Where the addresses of webhooks lead. Keeps hashes alone: who reads the table has no address. */
import { sha256Hex } from "../platform/crypto.ts";
import { run } from "./run.ts";

/** Where the addresses of an agent lead, which is also its actor's name. No runner is called so: see `actor/address.ts`. */
export const agentName = (userId: string, agentId: string): string =>
  JSON.stringify(["agent", userId, agentId]);

/** Undefined for a name that is no agent's. */
export function parseAgentName(name: string): { userId: string; agentId: string } | undefined {
  const [kind, userId, agentId] = JSON.parse(name) as unknown[];
  return kind === "agent" && typeof userId === "string" && typeof agentId === "string"
    ? { userId, agentId }
    : undefined;
}

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
