/** Users' secrets: written and used, never read back over the API. */
import { now } from "../platform/clock.ts";
import { open, seal, type SecretKeys } from "../platform/secret-box.ts";
import { maxSecrets } from "../protocol/accounts.ts";
import { SpellError } from "../protocol/errors.ts";
import { run } from "./run.ts";

/** Every method throws SpellError `overloaded` (with `retryAfter`) while D1 is in trouble, `not_configured` without a key. */
export class SecretRepository {
  readonly #db: D1Database;
  readonly #keys: SecretKeys;

  constructor(env: SecretKeys & { DB: D1Database }) {
    this.#db = env.DB;
    this.#keys = env;
  }

  /** @throws SpellError `conflict` when the user has too many */
  async put(userId: string, name: string, value: string): Promise<void> {
    const sealed = await seal(this.#keys, [userId, name], value);
    const { meta } = await run(
      this.#db,
      `INSERT INTO secrets (user_id, name, sealed, updated_at)
       SELECT ?1, ?2, ?3, ?4 WHERE (SELECT count(*) FROM secrets WHERE user_id = ?1 AND name <> ?2) < ${maxSecrets}
       ON CONFLICT (user_id, name) DO UPDATE SET sealed = ?3, updated_at = ?4`,
      userId,
      name,
      sealed,
      now(),
    );
    if (meta.changes === 0)
      throw new SpellError("conflict", `You have ${maxSecrets} secrets already. Remove one first.`);
  }

  async list(userId: string): Promise<{ name: string; updatedAt: number }[]> {
    const { results } = await run<{ name: string; updatedAt: number }>(
      this.#db,
      "SELECT name, updated_at AS updatedAt FROM secrets WHERE user_id = ? ORDER BY name",
      userId,
    );
    return results;
  }

  /** False when the user has none of that name. */
  async remove(userId: string, name: string): Promise<boolean> {
    const { meta } = await run(this.#db, "DELETE FROM secrets WHERE user_id = ? AND name = ?", userId, name);
    return meta.changes > 0;
  }

  /** Those of the names that the user has. For use within a service; never to be told. */
  async open(userId: string, names: readonly string[]): Promise<Record<string, string>> {
    const { results } = await run<{ name: string; sealed: string }>(
      this.#db,
      "SELECT name, sealed FROM secrets WHERE user_id = ? AND name IN (SELECT value FROM json_each(?))",
      userId,
      JSON.stringify(names),
    );
    const opened: Record<string, string> = {};
    for (const { name, sealed } of results) {
      const { text, isOld } = await open(this.#keys, [userId, name], sealed);
      opened[name] = text;
      if (isOld) await this.#renew(userId, name, sealed, text);
    }
    return opened;
  }

  /** Under the present key, unless it was changed meanwhile. */
  async #renew(userId: string, name: string, before: string, text: string): Promise<void> {
    await run(
      this.#db,
      "UPDATE secrets SET sealed = ? WHERE user_id = ? AND name = ? AND sealed = ?",
      await seal(this.#keys, [userId, name], text),
      userId,
      name,
      before,
    );
  }
}
