/** Messages of one agent in its actor's SQLite: those to be handled, those given up, and for a day the keys of those done. */
import { newId } from "../../platform/ids.ts";
import { SpellError, type ErrorInfo } from "../../protocol/errors.ts";
import type { AgentBinding } from "../../protocol/services.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";

/** Messages that wait; one more is refused. */
const maxWaiting = 1000;
/** Letters that are kept; the oldest go. */
const maxDead = 1000;
/** Characters of a message as JSON. */
const maxLength = 512 * 1024;
/** How long a key is known, as for every service. */
const keptMs = 86_400_000;
/** After this a message whose handling a crash cut off is taken up again. */
export const leaseMs = 20_000;

/** One that came in. */
export interface Incoming {
  /** The same for the same message however often it is delivered. */
  key?: string | undefined;
  binding: AgentBinding;
  content: string;
  sender?: { id: string; name: string } | undefined;
  channel?: string | undefined;
  channelType?: string | undefined;
  /** As it came, without what is secret. */
  rawData?: Json | undefined;
  /** What its connector needs to reply, shown to nobody. */
  replyTo?: JsonObject | undefined;
  /** Of an event that a run has recorded: how many runs are around it. */
  depth?: number | undefined;
}

export interface Reply {
  text: string;
  /** Parts that were sent already. */
  sent: number;
}

export interface Message extends Incoming {
  id: string;
  at: number;
  stage: "run" | "reply";
  reply?: Reply | undefined;
  runId?: string | undefined;
  /** Failures since it came in, or was tried anew by hand. */
  tries: number;
  /** Failures in all: each attempt has idempotency keys of its own, one that a crash cut off keeps them. */
  attempt: number;
}

interface Row extends Record<string, SqlStorageValue> {
  id: string;
  at: number;
  message: string;
  stage: "run" | "reply";
  reply: string | null;
  run_id: string | null;
  tries: number;
  attempt: number;
  error: string | null;
}

export class Inbox {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`
      CREATE TABLE IF NOT EXISTS messages (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        key TEXT UNIQUE,
        at INTEGER NOT NULL,
        message TEXT NOT NULL,
        stage TEXT NOT NULL DEFAULT 'run',
        reply TEXT,
        run_id TEXT,
        tries INTEGER NOT NULL DEFAULT 0,
        attempt INTEGER NOT NULL DEFAULT 0,
        state TEXT NOT NULL DEFAULT 'waiting',
        due_at INTEGER,
        error TEXT
      );
      CREATE INDEX IF NOT EXISTS messages_due ON messages (state, due_at);`);
  }

  /**
   * Takes a message in; gives the id of the first one with its key.
   * @throws SpellError `overloaded`, `too_large`
   */
  put(incoming: Incoming, now: number): string {
    const { key, ...message } = incoming;
    const [known] =
      key === undefined
        ? []
        : this.#sql.exec<{ id: string }>("SELECT id FROM messages WHERE key = ?", key).toArray();
    if (known !== undefined) return known.id;
    if (this.#count("waiting") >= maxWaiting)
      throw new SpellError("overloaded", `${maxWaiting} messages wait for this agent already.`, {
        retryAfter: 10,
      });
    const json = JSON.stringify(message);
    if (json.length > maxLength)
      throw new SpellError("too_large", `A message has up to ${maxLength} characters as JSON.`);
    const id = newId();
    this.#sql.exec(
      "INSERT INTO messages (id, key, at, message, due_at) VALUES (?, ?, ?, ?, ?)",
      id,
      key ?? null,
      now,
      json,
      now,
    );
    return id;
  }

  /** Those whose time has come, the oldest first. */
  due(now: number): Message[] {
    return this.#sql
      .exec<Row>(
        "SELECT * FROM messages WHERE state = 'waiting' AND due_at <= ? ORDER BY place LIMIT 100",
        now,
      )
      .toArray()
      .map(messageOf);
  }

  find(id: string): Message | undefined {
    const [row] = this.#sql.exec<Row>("SELECT * FROM messages WHERE id = ?", id).toArray();
    return row === undefined || row.message === "" ? undefined : messageOf(row);
  }

  /** When the next one is due, in ms since 1970. */
  nextAt(): number | undefined {
    const [row] = this.#sql
      .exec<{ at: number | null }>("SELECT min(due_at) AS at FROM messages WHERE state = 'waiting'")
      .toArray();
    return row?.at ?? undefined;
  }

  /** It is under way: due again when this actor should be cut off. */
  lease(id: string, now: number): void {
    this.#sql.exec("UPDATE messages SET due_at = ? WHERE id = ?", now + leaseMs, id);
  }

  /** Its run has ended, and this is to be said. */
  answered(id: string, runId: string, reply: Reply): void {
    this.#sql.exec(
      "UPDATE messages SET stage = 'reply', run_id = ?, reply = ? WHERE id = ?",
      runId,
      JSON.stringify(reply),
      id,
    );
  }

  sent(id: string, reply: Reply): void {
    this.#sql.exec("UPDATE messages SET reply = ? WHERE id = ?", JSON.stringify(reply), id);
  }

  done(id: string, now: number): void {
    this.#sql.exec(
      "UPDATE messages SET state = 'done', message = '', reply = NULL, error = NULL, due_at = ? WHERE id = ?",
      now + keptMs,
      id,
    );
  }

  /** Tried in vain: again at `againAt`, or never where that is undefined. */
  failed(id: string, error: ErrorInfo, againAt: number | undefined): void {
    this.#sql.exec(
      "UPDATE messages SET tries = tries + 1, attempt = attempt + 1, error = ?, due_at = ?, state = ? WHERE id = ?",
      JSON.stringify(error),
      againAt ?? null,
      againAt === undefined ? "dead" : "waiting",
      id,
    );
    if (againAt === undefined)
      this.#sql.exec(
        "DELETE FROM messages WHERE state = 'dead' AND place NOT IN (SELECT place FROM messages WHERE state = 'dead' ORDER BY place DESC LIMIT ?)",
        maxDead,
      );
  }

  letters(limit: number): (Message & { error: ErrorInfo })[] {
    return this.#sql
      .exec<Row>("SELECT * FROM messages WHERE state = 'dead' ORDER BY place DESC LIMIT ?", limit)
      .toArray()
      .map((row) => ({ ...messageOf(row), error: JSON.parse(row.error ?? "{}") as ErrorInfo }));
  }

  /** Makes letters messages again, tried from the beginning; how many. */
  revive(letter: string | undefined, now: number): number {
    return this.#sql
      .exec(
        "UPDATE messages SET state = 'waiting', tries = 0, due_at = ? WHERE state = 'dead' AND id = coalesce(?, id) RETURNING id",
        now,
        letter ?? null,
      )
      .toArray().length;
  }

  discard(letter: string | undefined): number {
    return this.#sql
      .exec("DELETE FROM messages WHERE state = 'dead' AND id = coalesce(?, id) RETURNING id", letter ?? null)
      .toArray().length;
  }

  counts(): { waiting: number; deadLetters: number } {
    return { waiting: this.#count("waiting"), deadLetters: this.#count("dead") };
  }

  /** Forgets keys that are a day old. */
  sweep(now: number): void {
    this.#sql.exec("DELETE FROM messages WHERE state = 'done' AND due_at <= ?", now);
  }

  #count(state: string): number {
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM messages WHERE state = ?", state).one().n;
  }
}

const messageOf = (row: Row): Message => ({
  ...(JSON.parse(row.message) as Incoming),
  id: row.id,
  at: row.at,
  stage: row.stage,
  reply: row.reply === null ? undefined : (JSON.parse(row.reply) as Reply),
  runId: row.run_id ?? undefined,
  tries: row.tries,
  attempt: row.attempt,
});
