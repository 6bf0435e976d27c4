/**
 * Calls with an idempotency key: what they were answered is kept for a day, in the transaction of the effect itself, so that the
 * effect and the memory of it are there together or not at all.
 */
import { askD1 } from "../../db/d1-errors.ts";
import { now } from "../../platform/clock.ts";
import { sha256Hex } from "../../platform/crypto.ts";
import { canonicalJson } from "../../platform/json.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { ServiceCall } from "../../protocol/services.ts";

const keptMs = 86_400_000;
/** Old answers that go with each new one. */
const maxSwept = 20;

/** A call as it is remembered. */
export interface Remembered {
  userId: string;
  service: string;
  key: string;
  fingerprint: string;
}

/** @param request all that tells one request from another, the verb included */
export async function rememberedOf(
  { userId, idempotencyKey }: ServiceCall,
  service: string,
  request: unknown,
): Promise<Remembered | undefined> {
  if (idempotencyKey === undefined) return undefined;
  return { userId, service, key: idempotencyKey, fingerprint: await sha256Hex(canonicalJson(request)) };
}

export class Answers {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * What the call was answered before; undefined for a new one.
   * @throws SpellError `conflict` when the key came with another request, `overloaded`
   */
  async find({ userId, service, key, fingerprint }: Remembered): Promise<{ answer: unknown } | undefined> {
    const select = this.#db
      .prepare(
        "SELECT fingerprint, answer FROM service_answers WHERE user_id = ? AND service = ? AND key = ? AND expires_at > ?",
      )
      .bind(userId, service, key, now());
    const row = await askD1(() => select.first<{ fingerprint: string; answer: string }>());
    if (row === null) return undefined;
    if (row.fingerprint !== fingerprint)
      throw new SpellError("conflict", `${service}: this idempotency key was used for another request.`);
    return { answer: JSON.parse(row.answer) as unknown };
  }

  /**
   * Statements for the transaction of the effect: fails it where the call was answered meanwhile.
   * @param where condition of the effect itself, with its values: without it nothing is remembered
   */
  statements(
    { userId, service, key, fingerprint }: Remembered,
    answer: unknown,
    where: { sql: string; values: unknown[] } = { sql: "TRUE", values: [] },
  ): D1PreparedStatement[] {
    const at = now();
    return [
      this.#db
        .prepare(
          `DELETE FROM service_answers WHERE rowid IN
             (SELECT rowid FROM service_answers WHERE expires_at <= ? ORDER BY expires_at LIMIT ${maxSwept})
           OR (user_id = ? AND service = ? AND key = ? AND expires_at <= ?)`,
        )
        .bind(at, userId, service, key, at),
      this.#db
        .prepare(
          `INSERT INTO service_answers (user_id, service, key, fingerprint, answer, expires_at)
           SELECT ?, ?, ?, ?, ?, ? WHERE ${where.sql}`,
        )
        .bind(userId, service, key, fingerprint, JSON.stringify(answer), at + keptMs, ...where.values),
    ];
  }
}

/** The transaction failed since the same call was answered meanwhile. */
export const wasAnswered = (error: unknown): boolean =>
  String(error).includes("UNIQUE constraint failed: service_answers");
