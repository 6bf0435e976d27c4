/** Spells in D1: heads, immutable versions, and the one compare-and-set by which every change comes in. */
import { now } from "../platform/clock.ts";
import { describeError, log } from "../platform/log.ts";
import { SpellError } from "../protocol/errors.ts";
import type { Page, ParsedQuery } from "../protocol/services.ts";
import type { SpellDocument, SpellSummary } from "../protocol/spell.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { askD1, mayHaveLanded } from "./d1-errors.ts";
import { picked, sqlOf } from "./query-sql.ts";
import { StoredSpell, splitAtVersion } from "./stored-spell.ts";

export interface PutOptions {
  /** The version that the change was made from; 0 for a spell that must be new. Without it the last write wins. */
  expectedVersion?: number;
}
export interface PutResult {
  version: number;
  /** There was no such spell before, or it had been deleted. */
  created: boolean;
}
export interface SpellListQuery {
  limit: number;
  cursor?: string | undefined;
  /** Part of the name or the id, in any case. */
  search?: string | undefined;
}

/** `conflict` with the version that is there now. */
export class VersionConflict extends SpellError {
  readonly version: number;

  constructor(message: string, version: number) {
    super("conflict", message);
    this.version = version;
  }
}

interface HeadRow {
  version: number;
  first_version: number;
  deleted_at: number | null;
}
interface StoredRow {
  id: string;
  name: string;
  version: number;
  created_at: number;
  updated_at: number;
  document: string;
}

const headColumns = "version, first_version, deleted_at";
const storedColumns = "s.id, s.name, v.version, s.created_at, s.updated_at, v.document";

/** Every method throws SpellError `overloaded` (with `retryAfter`) while D1 is in trouble. */
export class SpellRepository {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** A user's spells by the query language of the services, in the order of their creation unless sorted. */
  async find(owner: string, query: ParsedQuery): Promise<Page<SpellSummary>> {
    const { limit, skip, select } = query;
    const { where, order, values } = sqlOf(query, new Set());
    const n = values.length;
    const from = `FROM (
      SELECT json_object('id', id, 'name', name, 'version', version, 'createdAt', created_at, 'updatedAt', updated_at) AS body,
        row_number() OVER (ORDER BY created_at, id) AS seq
      FROM spells WHERE owner = ?${n + 1} AND deleted_at IS NULL) WHERE ${where}`;
    const [counts, rows] = await askD1(() =>
      this.#db.batch<{ total: number; body: string }>([
        this.#db.prepare(`SELECT count(*) AS total ${from}`).bind(...values, owner),
        this.#db
          .prepare(`SELECT body ${from} ORDER BY ${order} LIMIT ?${n + 2} OFFSET ?${n + 3}`)
          .bind(...values, owner, limit, skip),
      ]),
    );
    const data = (rows?.results ?? []).map(({ body }) => JSON.parse(body) as SpellSummary);
    return {
      total: counts?.results[0]?.total ?? 0,
      limit,
      skip,
      data: select === undefined ? data : data.map((row) => picked(row, select)),
    };
  }

  /**
   * Writes the next version. `id` and the new number replace what the document says of them.
   * @throws SpellError `conflict` ({@link VersionConflict}) when `expectedVersion` is stale, `not_found` when it is
   * given and there is no such spell, `too_large` above 1 MiB of JSON
   */
  async put(
    owner: string,
    id: string,
    document: SpellDocument,
    options: PutOptions = {},
  ): Promise<PutResult> {
    const [head, tail] = splitAtVersion({ ...document, id });
    const { name } = document;
    const { expectedVersion } = options;
    const at = now();
    const change =
      expectedVersion === undefined || expectedVersion === 0
        ? this.#db
            .prepare(
              `INSERT INTO spells (owner, id, name, search_text, version, first_version, created_at, updated_at)
               VALUES (?1, ?2, ?3, ?4, 1, 1, ?5, ?5)
               ON CONFLICT (owner, id) DO UPDATE SET
                 name = excluded.name, search_text = excluded.search_text, version = version + 1,
                 first_version = iif(deleted_at IS NULL, first_version, version + 1),
                 created_at = iif(deleted_at IS NULL, created_at, excluded.created_at),
                 updated_at = excluded.updated_at, deleted_at = NULL
               ${expectedVersion === 0 ? "WHERE deleted_at IS NOT NULL" : ""}
               RETURNING ${headColumns}`,
            )
            .bind(owner, id, name, searchText(name, id), at)
        : this.#db
            .prepare(
              `UPDATE spells SET name = ?3, search_text = ?4, version = version + 1, updated_at = ?5
               WHERE owner = ?1 AND id = ?2 AND version = ?6 AND deleted_at IS NULL
               RETURNING ${headColumns}`,
            )
            .bind(owner, id, name, searchText(name, id), at, expectedVersion);
    // A head always has its version's row, so after a change that did not apply this inserts nothing.
    const record = this.#db
      .prepare(
        `INSERT INTO spell_versions (owner, id, version, document, created_at)
         SELECT owner, id, version, ?3 || version || ?4, updated_at FROM spells WHERE owner = ?1 AND id = ?2
         ON CONFLICT (owner, id, version) DO NOTHING`,
      )
      .bind(owner, id, head, tail);
    const look = this.#db
      .prepare(`SELECT ${headColumns} FROM spells WHERE owner = ?1 AND id = ?2`)
      .bind(owner, id);
    // A batch is one transaction: https://developers.cloudflare.com/d1/worker-api/d1-database/#batch
    const write = askD1(() => this.#db.batch<HeadRow>([change, record, look]));
    const [changed, , found] = await write.catch((error: unknown) => {
      if (mayHaveLanded(error)) return this.#landed(error, owner, id, [at, head, tail]);
      throw error;
    });
    const row = changed?.results[0];
    if (row !== undefined) return { version: row.version, created: row.version === row.first_version };
    throw refusal(id, expectedVersion, found?.results[0]);
  }

  /**
   * The answer to a write is lost: looks whether the write is there, which its time and its text tell.
   * @throws what the write failed with, where it is not there (yet)
   */
  async #landed(
    lost: unknown,
    owner: string,
    id: string,
    [at, head, tail]: [number, string, string],
  ): Promise<Pick<D1Result<HeadRow>, "results">[]> {
    const select = this.#db
      .prepare(
        `SELECT v.version, s.first_version, s.deleted_at FROM spell_versions v JOIN spells s USING (owner, id)
         WHERE owner = ?1 AND id = ?2 AND v.created_at = ?3 AND v.document = ?4 || v.version || ?5
         ORDER BY v.version DESC LIMIT 1`,
      )
      .bind(owner, id, at, head, tail);
    const found = await askD1(() => select.all<HeadRow>()).catch(() => undefined);
    if (found === undefined || found.results.length === 0) throw lost;
    return [found];
  }

  /** {@link put} of a spell that must be new. @throws SpellError `conflict` when the id is taken */
  create(owner: string, id: string, document: SpellDocument): Promise<PutResult> {
    return this.put(owner, id, document, { expectedVersion: 0 });
  }

  /** The head, or null. */
  get(owner: string, id: string): Promise<StoredSpell | null> {
    return this.#stored(
      `SELECT ${storedColumns} FROM spells s JOIN spell_versions v USING (owner, id, version)
       WHERE s.owner = ?1 AND s.id = ?2 AND s.deleted_at IS NULL`,
      [owner, id],
    );
  }

  /** One version for a run that is pinned to it, so also of a spell that was deleted since; null when it never was. */
  getVersion(owner: string, id: string, version: number): Promise<StoredSpell | null> {
    return this.#stored(
      `SELECT ${storedColumns} FROM spells s JOIN spell_versions v USING (owner, id)
       WHERE s.owner = ?1 AND s.id = ?2 AND v.version = ?3`,
      [owner, id, version],
    );
  }

  /** One version of a spell as its owner sees it: null once deleted, and for the time before a deletion. */
  getLiveVersion(owner: string, id: string, version: number): Promise<StoredSpell | null> {
    return this.#stored(
      `SELECT ${storedColumns} FROM spells s JOIN spell_versions v USING (owner, id)
       WHERE s.owner = ?1 AND s.id = ?2 AND v.version = ?3 AND v.version >= s.first_version AND s.deleted_at IS NULL`,
      [owner, id, version],
    );
  }

  /** Newest first, since the last deletion; null when there is no such spell. @throws SpellError `bad_request` */
  async listVersions(
    owner: string,
    id: string,
    query: { limit: number; cursor?: string | undefined },
  ): Promise<{ data: { version: number; createdAt: number }[]; nextCursor?: string } | null> {
    const [before] =
      query.cursor === undefined ? [Number.MAX_SAFE_INTEGER] : decodeCursor(query.cursor, isVersionKey);
    const select = this.#db
      .prepare(
        `SELECT v.version, v.created_at FROM spells s JOIN spell_versions v USING (owner, id)
         WHERE s.owner = ?1 AND s.id = ?2 AND s.deleted_at IS NULL
           AND v.version >= s.first_version AND v.version < ?3
         ORDER BY v.version DESC LIMIT ?4`,
      )
      .bind(owner, id, before, query.limit + 1);
    const { results } = await askD1(() => select.all<{ version: number; created_at: number }>());
    if (results.length === 0 && !(await this.exists(owner, id))) return null;
    const data = results
      .slice(0, query.limit)
      .map((row) => ({ version: row.version, createdAt: row.created_at }));
    const last = data.at(-1);
    return results.length > query.limit && last !== undefined
      ? { data, nextCursor: encodeCursor([last.version]) }
      : { data };
  }

  /** The one changed last comes first. @throws SpellError `bad_request` for a foreign cursor */
  async list(owner: string, query: SpellListQuery): Promise<{ data: SpellSummary[]; nextCursor?: string }> {
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, isListKey);
    const conditions = ["owner = ?1", "deleted_at IS NULL"];
    const values: (string | number)[] = [owner, query.limit + 1];
    const bind = (value: string | number): string => `?${values.push(value)}`;
    if (after !== undefined) conditions.push(`(updated_at, id) < (${bind(after[0])}, ${bind(after[1])})`);
    // Not LIKE, whose patterns end at 50 bytes on D1: https://developers.cloudflare.com/d1/platform/limits/
    if (query.search) conditions.push(`instr(search_text, ${bind(folded(query.search))}) > 0`);
    const select = this.#db
      .prepare(
        `SELECT id, name, version, created_at, updated_at FROM spells WHERE ${conditions.join(" AND ")}
         ORDER BY updated_at DESC, id DESC LIMIT ?2`,
      )
      .bind(...values);
    const { results } = await askD1(() => select.all<Omit<StoredRow, "document">>());
    const data = results.slice(0, query.limit).map(summaryOf);
    const last = data.at(-1);
    return results.length > query.limit && last !== undefined
      ? { data, nextCursor: encodeCursor([last.updatedAt, last.id]) }
      : { data };
  }

  /**
   * Leaves a tombstone, and ends what was published of the spell. Gives the last version and the id under which it was published, or
   * null when there was no such spell.
   */
  async remove(owner: string, id: string): Promise<{ version: number; publicId?: string } | null> {
    const values = [owner, id, now()];
    const update = this.#db
      .prepare(
        `UPDATE spells SET deleted_at = ?3 WHERE owner = ?1 AND id = ?2 AND deleted_at IS NULL RETURNING version`,
      )
      .bind(...values);
    const look = this.#db
      .prepare("SELECT version FROM spells WHERE owner = ?1 AND id = ?2 AND deleted_at = ?3")
      .bind(...values);
    const { results } = await askD1(() => update.all<{ version: number }>()).catch(async (error: unknown) => {
      const found = mayHaveLanded(error)
        ? await askD1(() => look.all<{ version: number }>()).catch(() => undefined)
        : undefined;
      if (found === undefined || found.results.length === 0) throw error;
      return found;
    });
    const [row] = results;
    if (row === undefined) return null;
    const publicId = await this.#unpublish(owner, id);
    return { version: row.version, ...(publicId === undefined ? {} : { publicId }) };
  }

  /** What was published of a deleted spell is dead with it, row or no row; those who run it are to be told under which id. */
  async #unpublish(owner: string, id: string): Promise<string | undefined> {
    const select = this.#db
      .prepare("SELECT public_id FROM publications WHERE owner = ?1 AND spell_id = ?2")
      .bind(owner, id);
    const read = () => askD1(() => select.first<{ public_id: string }>());
    const found = await read().catch(read);
    if (found === null) return undefined;
    const remove = this.#db
      .prepare("DELETE FROM publications WHERE owner = ?1 AND spell_id = ?2")
      .bind(owner, id);
    await askD1(() => remove.run()).catch((error: unknown) =>
      log.warn("what was published of a deleted spell is still a row", { error: describeError(error) }),
    );
    return found.public_id;
  }

  /** The head of the owner's spell with exactly this name, of several the one changed last; null when there is none. */
  findByName(owner: string, name: string): Promise<StoredSpell | null> {
    return this.#stored(
      `SELECT ${storedColumns} FROM spells s JOIN spell_versions v USING (owner, id, version)
       WHERE s.owner = ?1 AND s.name = ?2 AND s.deleted_at IS NULL
       ORDER BY s.updated_at DESC, s.id DESC LIMIT 1`,
      [owner, name],
    );
  }

  /** The newest version's number, and when the spell was made; null when there is no such spell. */
  async head(owner: string, id: string): Promise<{ version: number; createdAt: number } | null> {
    const select = this.#db
      .prepare(
        "SELECT version, created_at AS createdAt FROM spells WHERE owner = ?1 AND id = ?2 AND deleted_at IS NULL",
      )
      .bind(owner, id);
    return askD1(() => select.first<{ version: number; createdAt: number }>());
  }

  async exists(owner: string, id: string): Promise<boolean> {
    const select = this.#db
      .prepare("SELECT 1 FROM spells WHERE owner = ?1 AND id = ?2 AND deleted_at IS NULL")
      .bind(owner, id);
    return (await askD1(() => select.first())) !== null;
  }

  async #stored(sql: string, values: (string | number)[]): Promise<StoredSpell | null> {
    const row = await askD1(() =>
      this.#db
        .prepare(sql)
        .bind(...values)
        .first<StoredRow>(),
    );
    return row === null ? null : new StoredSpell(summaryOf(row), row.document);
  }
}

function refusal(id: string, expected: number | undefined, head: HeadRow | undefined): SpellError {
  if (head === undefined || head.deleted_at !== null)
    return new SpellError("not_found", `There is no spell "${id}" to change.`);
  if (expected === 0) return new VersionConflict(`There is a spell "${id}" already.`, head.version);
  return new VersionConflict(
    `The spell "${id}" is at version ${head.version}, and this change was made from version ${expected}. ` +
      "Get the present one, apply the change to it and save again.",
    head.version,
  );
}

const summaryOf = (row: Omit<StoredRow, "document">): SpellSummary => ({
  id: row.id,
  name: row.name,
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** SQLite's own lower() knows ASCII only. */
const folded = (text: string): string => text.normalize("NFKC").toLowerCase();
const searchText = (name: string, id: string): string => folded(`${name}\n${id}`);

const isVersionKey = (value: unknown): value is [number] =>
  Array.isArray(value) && value.length === 1 && Number.isSafeInteger(value[0]);
const isListKey = (value: unknown): value is [number, string] =>
  Array.isArray(value) &&
  value.length === 2 &&
  Number.isSafeInteger(value[0]) &&
  typeof value[1] === "string";
