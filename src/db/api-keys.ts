/** Keys of programs: `sk_…`, told once and kept as a hash. */
import { randomToken, sha256 } from "../platform/crypto.ts";
import { newId } from "../platform/ids.ts";
import { type ApiKey, maxKeys, type Scope } from "../protocol/accounts.ts";
import { SpellError } from "../protocol/errors.ts";
import { run } from "./run.ts";

interface Row {
  id: string;
  user_id: string;
  name: string;
  scopes: string;
  created_at: number;
  expires_at: number | null;
}

/** Every method throws SpellError `overloaded` (with `retryAfter`) while D1 is in trouble. */
export class ApiKeyRepository {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** @throws SpellError `conflict` when the user has too many */
  async create(
    userId: string,
    { name, scopes, expiresAt }: { name: string; scopes: Scope[]; expiresAt?: number | undefined },
    now: number,
  ): Promise<ApiKey & { key: string }> {
    const id = newId();
    const key = `sk_${randomToken(32)}`;
    const { meta } = await run(
      this.#db,
      `INSERT INTO api_keys (hash, id, user_id, name, scopes, created_at, expires_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE (SELECT count(*) FROM api_keys WHERE user_id = ?3) < ${maxKeys}`,
      await sha256(key),
      id,
      userId,
      name,
      JSON.stringify(scopes),
      now,
      expiresAt ?? null,
    );
    if (meta.changes === 0)
      throw new SpellError("conflict", `You have ${maxKeys} keys already. Remove one first.`);
    return { id, name, scopes, createdAt: now, ...(expiresAt === undefined ? {} : { expiresAt }), key };
  }

  async list(userId: string): Promise<ApiKey[]> {
    const { results } = await run<Row>(
      this.#db,
      "SELECT * FROM api_keys WHERE user_id = ? ORDER BY created_at, id",
      userId,
    );
    return results.map((row) => ({
      id: row.id,
      name: row.name,
      scopes: JSON.parse(row.scopes) as Scope[],
      createdAt: row.created_at,
      ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    }));
  }

  /** False when the user has none of that id. */
  async remove(userId: string, id: string): Promise<boolean> {
    const { meta } = await run(this.#db, "DELETE FROM api_keys WHERE user_id = ? AND id = ?", userId, id);
    return meta.changes > 0;
  }

  /** Whose key that is, and for what; undefined for one that is unknown or over. */
  async find(
    key: string,
    now: number,
  ): Promise<{ userId: string; keyId: string; scopes: Scope[]; expiresAt: number } | undefined> {
    const { results } = await run<Row>(this.#db, "SELECT * FROM api_keys WHERE hash = ?", await sha256(key));
    const [row] = results;
    if (row === undefined || (row.expires_at !== null && row.expires_at <= now)) return undefined;
    const expiresAt = row.expires_at ?? Number.MAX_SAFE_INTEGER;
    return {
      userId: row.user_id,
      keyId: row.id,
      scopes: JSON.parse(row.scopes) as Scope[],
      expiresAt,
    };
  }
}
