/** SpellManager: one per user. Knows which runners are loaded and how many connections each has, tells them of changes, and keeps tickets. */
import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import { now } from "../platform/clock.ts";
import { describeError, log } from "../platform/log.ts";
import { parseRunnerName } from "./address.ts";
import type { ManagerRpc, RpcAnswer, RunnerRpc } from "./rpc.ts";

const ticketMs = 30_000;
/** Tickets that a user may have open at once; the oldest goes first. */
const maxTickets = 1000;

interface RunnerRow extends Record<string, SqlStorageValue> {
  name: string;
  connections: number;
  loaded_at: number | null;
}

export class SpellManager extends DurableObject<Env> implements ManagerRpc {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS runners (
        name TEXT PRIMARY KEY,
        spell_id TEXT NOT NULL,
        connections INTEGER NOT NULL DEFAULT 0,
        loaded_at INTEGER
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS tickets (
        hash TEXT PRIMARY KEY,
        token_expires_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
      ) WITHOUT ROWID;`);
  }

  async runnerLoaded(name: string): Promise<void> {
    this.#put(name, { loaded_at: now() });
  }

  async runnerUnloaded(name: string): Promise<void> {
    this.#sql.exec("UPDATE runners SET loaded_at = NULL WHERE name = ?", name);
    this.#sweep();
  }

  async runnerConnections(name: string, connections: number): Promise<void> {
    this.#put(name, { connections });
    this.#sweep();
  }

  async spellChanged(spellId: string, version: number, patch?: string): Promise<void> {
    // Any of them may use the spell as a sub-spell, by id or by a name that it has only now: each knows for itself.
    await this.#tell(this.#concerned(spellId), (runner) => runner.spellChanged(spellId, version, patch));
  }

  async spellDeleted(spellId: string): Promise<void> {
    const rows = this.#sql.exec<RunnerRow & { spell_id: string }>("SELECT * FROM runners").toArray();
    await this.#tell(
      rows.filter((row) => row.spell_id === spellId).map((row) => row.name),
      (runner) => runner.spellDeleted(),
    );
    await this.#tell(
      rows.filter((row) => row.spell_id !== spellId && row.loaded_at !== null).map((row) => row.name),
      (runner) => runner.spellChanged(spellId, 0),
    );
    this.#sql.exec("DELETE FROM runners WHERE spell_id = ?", spellId);
  }

  async startRunner(name: string): Promise<RpcAnswer> {
    return this.#runner(name).load();
  }

  async endRunner(name: string): Promise<RpcAnswer> {
    return this.#runner(name).unload();
  }

  async listRunners(): Promise<RpcAnswer> {
    const data = this.#sql
      .exec<RunnerRow>("SELECT * FROM runners ORDER BY name")
      .toArray()
      .map((row) => {
        const { spellId, owner, session } = parseRunnerName(row.name);
        return {
          spellId,
          owner,
          session,
          connections: row.connections,
          loaded: row.loaded_at !== null,
          ...(row.loaded_at === null ? {} : { loadedAt: row.loaded_at }),
        };
      });
    return { ok: true, json: JSON.stringify({ data }) };
  }

  async createTicket(hash: string, expiresAt: number): Promise<void> {
    this.#sql.exec("DELETE FROM tickets WHERE expires_at <= ?", now());
    this.#sql.exec(
      "DELETE FROM tickets WHERE hash IN (SELECT hash FROM tickets ORDER BY expires_at DESC LIMIT -1 OFFSET ?)",
      maxTickets - 1,
    );
    this.#sql.exec(
      "INSERT INTO tickets (hash, token_expires_at, expires_at) VALUES (?, ?, ?)",
      hash,
      expiresAt,
      now() + ticketMs,
    );
  }

  async consumeTicket(hash: string): Promise<number | null> {
    const [row] = this.#sql
      .exec<{ token_expires_at: number; expires_at: number }>(
        "DELETE FROM tickets WHERE hash = ? RETURNING token_expires_at, expires_at",
        hash,
      )
      .toArray();
    return row === undefined || row.expires_at <= now() ? null : row.token_expires_at;
  }

  /** Those that are loaded, and those of the spell itself that were unloaded while somebody looks on. */
  #concerned(spellId: string): string[] {
    return this.#sql
      .exec<RunnerRow>(
        "SELECT * FROM runners WHERE loaded_at IS NOT NULL OR (spell_id = ? AND connections > 0)",
        spellId,
      )
      .toArray()
      .map((row) => row.name);
  }

  #runner(name: string): RunnerRpc {
    return this.env.SPELL_RUNNER.getByName(name);
  }

  #put(name: string, change: { loaded_at?: number; connections?: number }): void {
    this.#sql.exec(
      `INSERT INTO runners (name, spell_id, connections, loaded_at) VALUES (?1, ?2, coalesce(?3, 0), ?4)
       ON CONFLICT (name) DO UPDATE SET connections = coalesce(?3, connections), loaded_at = coalesce(?4, loaded_at)`,
      name,
      parseRunnerName(name).spellId,
      change.connections ?? null,
      change.loaded_at ?? null,
    );
  }

  #sweep(): void {
    this.#sql.exec("DELETE FROM runners WHERE loaded_at IS NULL AND connections = 0");
  }

  /** Asks all at once. One that cannot be reached is loaded anew when it is next used, and reads D1 then. */
  async #tell(names: readonly string[], ask: (runner: RunnerRpc) => Promise<void>): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        try {
          await ask(this.#runner(name));
        } catch (error) {
          log.error("a runner was not told of a changed spell", { name, error: describeError(error) });
        }
      }),
    );
  }
}
