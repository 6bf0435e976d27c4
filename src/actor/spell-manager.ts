/**
 * SpellManager: one per user. Knows which runners are loaded or played and how many connections each has, tells them of changes,
 * keeps the user's limits, usage and tickets.
 */
import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import { now } from "../platform/clock.ts";
import { describeError, log } from "../platform/log.ts";
import { atMostTwice } from "../platform/retry.ts";
import { maxTickets, ticketLifetimeSeconds } from "../protocol/accounts.ts";
import type { ServiceChanged } from "../protocol/down.ts";
import type { Publication, PublishRequest, Share } from "../protocol/publications.ts";
import type { TimingsRequest } from "../protocol/services.ts";
import type { JsonObject } from "../protocol/values.ts";
import { parseManagerName, parseRunnerName, publicIdOf } from "./address.ts";
import { Leases } from "./leases.ts";
import { managerSteps, migrate } from "./migrations.ts";
import { Publisher } from "./published/publisher.ts";
import type { ManagerRpc, RpcAnswer, RunnerRpc } from "./rpc.ts";
import type { RunLease } from "./run-permits.ts";
import { StartRate } from "./start-rate.ts";
import { type TimingSamples, timingsOf } from "./timings.ts";
import { type RunnerReport, UsageBook } from "./usage-book.ts";
import { userLimitsOf } from "./user-limits.ts";

interface RunnerRow extends Record<string, SqlStorageValue> {
  name: string;
  connections: number;
  loaded_at: number | null;
  playing: number;
}

/** In SQL: of runners that keep something in memory, or wake by themselves. */
const isActive = "(loaded_at IS NOT NULL OR connections > 0 OR playing = 1)";
/** Leases count in whole numbers, also where runs have no limit. */
const maxLease = 1_000_000;
/** Runners that are asked for what they used, or how long it took, when somebody wants to know. */
const maxAsked = 100;

export class SpellManager extends DurableObject<Env> implements ManagerRpc {
  readonly #sql: SqlStorage;
  readonly #leases: Leases;
  readonly #usage: UsageBook;
  readonly #starts = new StartRate();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    migrate(this.#sql, managerSteps);
    this.#leases = new Leases(this.#sql, now);
    this.#usage = new UsageBook(this.#sql);
  }

  async runnerLoaded(name: string): Promise<boolean> {
    const [row] = this.#sql
      .exec<RunnerRow>("SELECT * FROM runners WHERE name = ? AND loaded_at IS NOT NULL", name)
      .toArray();
    if (row === undefined) {
      this.#put(name, { loaded_at: now() });
      return false;
    }
    // Afterwards: the answer would wait for the write, and a runner that starts again for the answer.
    this.ctx.waitUntil(this.#touch(name));
    return true;
  }

  async #touch(name: string): Promise<void> {
    await scheduler.wait(0);
    this.#sql.exec("UPDATE runners SET loaded_at = ? WHERE name = ? AND loaded_at IS NOT NULL", now(), name);
  }

  async runnerUnloaded(name: string): Promise<void> {
    this.#sql.exec("UPDATE runners SET loaded_at = NULL WHERE name = ?", name);
    this.#sweep();
  }

  async runnerConnections(name: string, connections: number): Promise<void> {
    this.#put(name, { connections });
    this.#sweep();
  }

  async runnerPlaying(name: string, isPlaying: boolean): Promise<void> {
    this.#put(name, { playing: isPlaying ? 1 : 0 });
    this.#sweep();
  }

  async runnerSubscribed(name: string, services: string[]): Promise<void> {
    this.#put(name, {});
    this.#sql.exec("UPDATE runners SET services = ? WHERE name = ?", JSON.stringify(services), name);
  }

  async serviceChanged(change: ServiceChanged, row?: JsonObject): Promise<void> {
    const wanting = this.#sql
      .exec<RunnerRow>(
        "SELECT * FROM runners WHERE EXISTS (SELECT 1 FROM json_each(services) WHERE value = ?)",
        change.service,
      )
      .toArray();
    await this.#tell(
      wanting.map(({ name }) => name),
      (runner) => runner.serviceChanged(change, row),
    );
  }

  async lease(name: string, runs: number, wantsStarts = false): Promise<RunLease> {
    const limits = userLimitsOf(this.env);
    const lease = this.#leases.take(name, runs, Math.min(maxLease, limits.runs));
    const isFull = this.#usage.bytes() > limits.journalBytes;
    if (!wantsStarts || limits.runsPerSecond === Number.POSITIVE_INFINITY) return { ...lease, isFull };
    return { ...lease, isFull, starts: this.#starts.take(limits.runsPerSecond, now()) };
  }

  async admit(name: string, connections: number): Promise<boolean> {
    const limit = userLimitsOf(this.env).connections;
    if (limit === Number.POSITIVE_INFINITY) return true;
    if (this.#connectionsBeside(name) + connections > limit) await this.#recount(name);
    const isAdmitted = this.#connectionsBeside(name) + connections <= limit;
    // Counted in the same turn, so that two that come together do not both take the last place.
    if (isAdmitted) this.#put(name, { connections });
    return isAdmitted;
  }

  async report(name: string, report: RunnerReport): Promise<void> {
    this.#usage.put(name, report, now());
  }

  async showUsage(): Promise<RpcAnswer> {
    const loaded = this.#sql
      .exec<RunnerRow>(
        "SELECT * FROM runners WHERE loaded_at IS NOT NULL ORDER BY loaded_at DESC LIMIT ?",
        maxAsked,
      )
      .toArray();
    await Promise.all(
      loaded.map(async ({ name }) => {
        // What one that is busy has used is in its next report.
        const report = await this.#runner(name)
          .report()
          .catch(() => null);
        if (report !== null) this.#usage.put(name, report, now());
      }),
    );
    const limits = userLimitsOf(this.env);
    const bounded = Object.entries(limits).filter(([, limit]) => limit !== Number.POSITIVE_INFINITY);
    const usage = {
      ...this.#usage.month(now()),
      journalBytes: this.#usage.bytes(),
      connections: this.#connectionsBeside(""),
      limits: Object.fromEntries(bounded),
    };
    return { ok: true, json: JSON.stringify(usage) };
  }

  async timings({ spellId, session, since = 0 }: TimingsRequest): Promise<RpcAnswer> {
    const known = this.#sql
      .exec<RunnerRow>(
        `SELECT * FROM runners WHERE spell_id = coalesce(?1, spell_id) AND json_extract(name, '$[4]') = coalesce(?2, json_extract(name, '$[4]'))
         ORDER BY loaded_at DESC LIMIT ?3`,
        spellId ?? null,
        session ?? null,
        maxAsked + 1,
      )
      .toArray();
    const told = await Promise.all(
      known.slice(0, maxAsked).map(async ({ name }): Promise<TimingSamples> => {
        // One that is busy or of an older deployment keeps the others from nothing.
        const asked = this.#runner(name).timings(since);
        return asked.catch(() => ({ samples: {}, isPartial: true }));
      }),
    );
    const isPartial = known.length > maxAsked || told.some((one) => one.isPartial);
    return { ok: true, json: JSON.stringify({ data: timingsOf(told), isPartial }) };
  }

  #connectionsBeside(name: string): number {
    return this.#sql
      .exec<{ n: number }>("SELECT coalesce(sum(connections), 0) AS n FROM runners WHERE name <> ?", name)
      .one().n;
  }

  /** Asks the others how many they have: one that has crashed may never have told that it has none. */
  async #recount(name: string): Promise<void> {
    const others = this.#sql
      .exec<RunnerRow>("SELECT * FROM runners WHERE connections > 0 AND name <> ?", name)
      .toArray();
    await Promise.all(
      others.map(async (row) => {
        const connections = await this.#runner(row.name)
          .countConnections()
          .catch(() => row.connections);
        this.#put(row.name, { connections });
      }),
    );
  }

  async spellChanged(spellId: string, version: number, patch?: string): Promise<void> {
    // Any of them may use the spell as a sub-spell, by id or by a name that it has only now: each knows for itself.
    await this.#tell(this.#concerned(spellId), (runner) => runner.spellChanged(spellId, version, patch));
  }

  async spellDeleted(spellId: string): Promise<void> {
    const rows = this.#sql.exec<RunnerRow & { spell_id: string }>("SELECT * FROM runners").toArray();
    // First: one that loads a spell of this id that is made anew meanwhile is known by that.
    this.#sql.exec("UPDATE runners SET loaded_at = NULL WHERE spell_id = ?", spellId);
    const untold = await this.#tell(
      rows.filter((row) => row.spell_id === spellId).map((row) => row.name),
      (runner) => runner.spellDeleted(),
    );
    await this.#tell(
      rows.filter((row) => row.spell_id !== spellId && row.loaded_at !== null).map((row) => row.name),
      (runner) => runner.spellChanged(spellId, 0),
    );
    // One that was not told may have its copy still, and must hear when the spell is made anew.
    for (const name of untold) this.#put(name, { loaded_at: now() });
    const gone = "spell_id = ? AND loaded_at IS NULL";
    this.#sql.exec(`DELETE FROM reports WHERE name IN (SELECT name FROM runners WHERE ${gone})`, spellId);
    this.#sql.exec(`DELETE FROM runners WHERE ${gone}`, spellId);
  }

  async keyRemoved(keyId: string): Promise<void> {
    const open = this.#sql.exec<RunnerRow>("SELECT * FROM runners WHERE connections > 0").toArray();
    await this.#tell(
      open.map(({ name }) => name),
      (runner) => runner.keyRemoved(keyId),
    );
  }

  async guestLoaded(name: string): Promise<boolean> {
    const { spellId } = parseRunnerName(name);
    const { rowsWritten } = this.#sql.exec(
      "INSERT OR IGNORE INTO guests (name, spell_id) VALUES (?, ?)",
      name,
      spellId,
    );
    return rowsWritten === 0;
  }

  publish(spellId: string, request: PublishRequest): Promise<Publication> {
    return this.#publisher().publish(spellId, request);
  }

  unpublish(spellId: string): Promise<string | null> {
    return this.#publisher().unpublish(spellId);
  }

  async publicationChanged(publicId: string, share: Share | null): Promise<void> {
    const spellId = `@${publicId}`;
    const names = this.#sql
      .exec<{ name: string }>("SELECT name FROM guests WHERE spell_id = ?", spellId)
      .toArray()
      .map(({ name }) => name);
    // Each is an object that may have to be woken, and there may be many.
    for (let from = 0; from < names.length; from += maxAsked)
      await this.#tell(names.slice(from, from + maxAsked), (runner) => runner.publicationChanged(share));
    if (share === null) this.#sql.exec("DELETE FROM guests WHERE spell_id = ?", spellId);
  }

  async startRunner(name: string): Promise<RpcAnswer> {
    return this.#runner(name).load();
  }

  async endRunner(name: string): Promise<RpcAnswer> {
    return this.#runner(name).unload();
  }

  async listRunners(): Promise<RpcAnswer> {
    const data = this.#sql
      .exec<RunnerRow>(`SELECT * FROM runners WHERE ${isActive} ORDER BY name`)
      .toArray()
      .map((row) => {
        const { spellId, owner, session } = parseRunnerName(row.name);
        return {
          spellId,
          ...(publicIdOf(spellId) === undefined ? { owner } : {}),
          session,
          connections: row.connections,
          loaded: row.loaded_at !== null,
          playing: row.playing === 1,
          bytes: this.#usage.bytesOf(row.name),
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
      now() + ticketLifetimeSeconds * 1000,
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
        "SELECT * FROM runners WHERE loaded_at IS NOT NULL OR playing = 1 OR (spell_id = ? AND connections > 0)",
        spellId,
      )
      .toArray()
      .map((row) => row.name);
  }

  #publisher(): Publisher {
    return new Publisher({
      db: this.env.DB,
      owner: parseManagerName(this.ctx.id.name),
      tell: (publicId, share) => this.publicationChanged(publicId, share),
    });
  }

  #runner(name: string): RunnerRpc {
    return this.env.SPELL_RUNNER.getByName(name);
  }

  #put(name: string, change: { loaded_at?: number; connections?: number; playing?: number }): void {
    this.#sql.exec(
      `INSERT INTO runners (name, spell_id, connections, loaded_at, playing)
       VALUES (?1, ?2, coalesce(?3, 0), ?4, coalesce(?5, 0))
       ON CONFLICT (name) DO UPDATE SET connections = coalesce(?3, connections),
         loaded_at = coalesce(?4, loaded_at), playing = coalesce(?5, playing)`,
      name,
      parseRunnerName(name).spellId,
      change.connections ?? null,
      change.loaded_at ?? null,
      change.playing ?? null,
    );
  }

  /** One that keeps something is known though it is not loaded: it must learn of its spell's deletion. */
  #sweep(): void {
    this.#sql.exec(`DELETE FROM runners WHERE NOT ${isActive} AND name NOT IN (SELECT name FROM reports)`);
  }

  /** Asks all at once. Gives those that could not be reached: each looks for itself when it next starts. */
  async #tell(names: readonly string[], ask: (runner: RunnerRpc) => Promise<void>): Promise<string[]> {
    const untold: string[] = [];
    await Promise.all(
      names.map(async (name) => {
        try {
          await atMostTwice(() => ask(this.#runner(name)));
        } catch (error) {
          untold.push(name);
          log.error("a runner was not told of a change", { name, error: describeError(error) });
        }
      }),
    );
    return untold;
  }
}
