/** People who signed up here, and their sign-ins. */
import { randomToken, sha256 } from "../platform/crypto.ts";
import { newId } from "../platform/ids.ts";
import { SpellError } from "../protocol/errors.ts";
import { AuditLog } from "./audit.ts";
import { mayHaveLanded } from "./d1-errors.ts";
import { run } from "./run.ts";

export interface Account {
  userId: string;
  email: string;
  /** As `platform/passwords.ts` makes it. */
  password: string;
}

const familyMs = 30 * 86_400_000;
/** Ended sign-ins that go with each new one. */
const maxSwept = 20;

/** Every method throws SpellError `overloaded` (with `retryAfter`) while D1 is in trouble. */
export class AccountRepository {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** @throws SpellError `conflict` when the address has an account */
  async create(email: string, password: string, now: number): Promise<string> {
    // Of a kind that no issuer's subject looks like by chance.
    const userId = `acct_${newId()}`;
    const { meta } = await run(
      this.#db,
      "INSERT INTO accounts (user_id, email, password, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (email) DO NOTHING",
      userId,
      email,
      password,
      now,
    );
    if (meta.changes === 0)
      throw new SpellError("conflict", "There is an account of this address already. Sign in.");
    return userId;
  }

  async findByEmail(email: string): Promise<Account | undefined> {
    const { results } = await run<Account>(
      this.#db,
      "SELECT user_id AS userId, email, password FROM accounts WHERE email = ?",
      email,
    );
    return results[0];
  }

  async emailOf(userId: string): Promise<string | undefined> {
    const { results } = await run<{ email: string }>(
      this.#db,
      "SELECT email FROM accounts WHERE user_id = ?",
      userId,
    );
    return results[0]?.email;
  }

  /** A new sign-in; gives its first refresh token. */
  async signIn(userId: string, now: number): Promise<string> {
    const id = newId();
    const secret = randomToken(32);
    await run(
      this.#db,
      `DELETE FROM refresh_families WHERE id IN
         (SELECT id FROM refresh_families WHERE expires_at <= ? ORDER BY expires_at LIMIT ${maxSwept})`,
      now,
    );
    await run(
      this.#db,
      "INSERT INTO refresh_families (id, user_id, token_hash, expires_at) VALUES (?, ?, ?, ?)",
      id,
      userId,
      await sha256(secret),
      now + familyMs,
    );
    return `rt_${id}.${secret}`;
  }

  /**
   * Takes a refresh token, and gives the next. One that was taken before ends its sign-in: somebody else has it, too.
   * @throws SpellError `unauthorized`
   */
  async refresh(token: string, now: number): Promise<{ userId: string; refreshToken: string }> {
    const { id, secret } = partsOf(token);
    const next = randomToken(32);
    const nextHash = await sha256(next);
    const { results } = await run<{ user_id: string }>(
      this.#db,
      `UPDATE refresh_families SET token_hash = ?, expires_at = ?
       WHERE id = ? AND token_hash = ? AND expires_at > ? RETURNING user_id`,
      nextHash,
      now + familyMs,
      id,
      await sha256(secret),
      now,
    ).catch((error: unknown) => {
      if (!mayHaveLanded(error)) throw error;
      // Only its answer may be lost, and the client's next attempt would look like a theft.
      return run<{ user_id: string }>(
        this.#db,
        "SELECT user_id FROM refresh_families WHERE id = ? AND token_hash = ?",
        id,
        nextHash,
      ).then((found) => {
        if (found.results.length === 0) throw error;
        return found;
      });
    });
    const [row] = results;
    if (row !== undefined) return { userId: row.user_id, refreshToken: `rt_${id}.${next}` };
    const ended = await run<{ user_id: string }>(
      this.#db,
      "DELETE FROM refresh_families WHERE id = ? RETURNING user_id",
      id,
    );
    const [owner] = ended.results;
    if (owner !== undefined) await new AuditLog(this.#db).add(owner.user_id, { action: "sign_in.reused" });
    throw new SpellError("unauthorized", "The refresh token is not good any more. Sign in again.");
  }

  /** Ends a sign-in, or all of its user's. Gives whose; nothing is done where the token is good no more. */
  async signOut(token: string, everywhere: boolean): Promise<string | undefined> {
    const { id, secret } = partsOf(token);
    const { results } = await run<{ user_id: string }>(
      this.#db,
      "DELETE FROM refresh_families WHERE id = ? AND token_hash = ? RETURNING user_id",
      id,
      await sha256(secret),
    );
    const [row] = results;
    if (everywhere && row !== undefined)
      await run(this.#db, "DELETE FROM refresh_families WHERE user_id = ?", row.user_id);
    return row?.user_id;
  }
}

/** @throws SpellError `unauthorized` for what is no refresh token */
function partsOf(token: string): { id: string; secret: string } {
  const [, id, secret] = /^rt_([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})$/.exec(token) ?? [];
  if (id !== undefined && secret !== undefined) return { id, secret };
  throw new SpellError("unauthorized", "This is no refresh token.");
}
