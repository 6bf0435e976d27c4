/**
 * The audit log: what was done in each user's name. Written beside the answer, never on the path of a run; an entry that could not be
 * written is in the log instead.
 */
import { now } from "../platform/clock.ts";
import { newId } from "../platform/ids.ts";
import { describeError, log } from "../platform/log.ts";
import type { AuditAction, AuditEntry, AuditPage } from "../protocol/audit.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { run } from "./run.ts";

/** An hour more than the table's own trigger insists on: the database has another clock. */
const keptMs = 90 * 86_400_000 + 3_600_000;
/** Entries of age that go with each new one. */
const maxSwept = 20;
/**
 * Of each of these, which others can cause or which come by themselves, so many an hour and user: beyond that nothing new is learnt,
 * and nobody fills the table.
 */
const hourly: Partial<Record<AuditAction, number>> = {
  "sign_in.refused": 60,
  "sign_in.reused": 60,
  "ticket.made": 60,
};
const anyHourly = 1000;

export interface Audited {
  action: AuditAction;
  target?: string | undefined;
  from?: string | undefined;
}

interface Row {
  id: string;
  at: number;
  action: AuditAction;
  target: string | null;
  detail: string | null;
}

export class AuditLog {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Never fails. */
  async add(userId: string, { action, target, from }: Audited): Promise<void> {
    const at = now();
    try {
      await run(
        this.#db,
        `INSERT INTO audit (id, user_id, at, action, target, detail) SELECT ?1, ?2, ?3, ?4, ?5, ?6
         WHERE (SELECT count(*) FROM audit WHERE user_id = ?2 AND action = ?4 AND at > ?7) < ?8`,
        newId(),
        userId,
        at,
        action,
        target ?? null,
        from === undefined ? null : JSON.stringify({ from }),
        at - 3_600_000,
        hourly[action] ?? anyHourly,
      );
      await run(
        this.#db,
        `DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ? ORDER BY at LIMIT ${maxSwept})`,
        at - keptMs,
      );
    } catch (error) {
      log.error("an audit entry was not written", { userId, action, target, error: describeError(error) });
    }
  }

  /** Newest first. @throws SpellError `bad_request` for a foreign cursor, `overloaded` */
  async list(userId: string, query: { limit: number; cursor?: string | undefined }): Promise<AuditPage> {
    const before = query.cursor === undefined ? ["~"] : decodeCursor(query.cursor, isKey);
    const { results } = await run<Row>(
      this.#db,
      "SELECT id, at, action, target, detail FROM audit WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
      userId,
      before[0],
      query.limit + 1,
    );
    const data = results.slice(0, query.limit).map(entryOf);
    const last = data.at(-1);
    return results.length > query.limit && last !== undefined
      ? { data, nextCursor: encodeCursor([last.id]) }
      : { data };
  }
}

const entryOf = ({ id, at, action, target, detail }: Row): AuditEntry => ({
  id,
  at,
  action,
  ...(target === null ? {} : { target }),
  ...(detail === null ? {} : (JSON.parse(detail) as { from: string })),
});

const isKey = (value: unknown): value is [string] =>
  Array.isArray(value) && value.length === 1 && typeof value[0] === "string";
