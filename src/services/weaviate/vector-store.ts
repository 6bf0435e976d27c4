/** VectorStore: the actor that holds one user's objects, with exact search among their vectors and words, all in its SQLite. */
import { DurableObject } from "cloudflare:workers";
import { picked, sqlOf } from "../../db/query-sql.ts";
import type { Env } from "../../env.ts";
import { now } from "../../platform/clock.ts";
import { newId } from "../../platform/ids.ts";
import { VectorIndex } from "./vector-index.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { HybridSearch, Keyed } from "./store.ts";
import type {
  NewWeaviateObject,
  Page,
  ParsedQuery,
  WeaviateHit,
  WeaviateObject,
} from "../../protocol/services.ts";

const keptMs = 86_400_000;
const maxBodyBytes = 1_900_000;
const maxWords = 64;
/** Hits of each search that a fusion looks at, at least, and what keeps its first ranks from outweighing all others. */
const minFused = 100;
const rankOffset = 60;

interface Row extends Record<string, SqlStorageValue> {
  seq: number;
  body: string;
  vector: ArrayBuffer | null;
}

export class VectorStore extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql;
  readonly #index = new VectorIndex();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS objects (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        body TEXT NOT NULL,
        vector BLOB,
        class TEXT GENERATED ALWAYS AS (json_extract(body, '$.class')) VIRTUAL
      );
      CREATE INDEX IF NOT EXISTS objects_classes ON objects (class, seq);
      CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(property, text, object UNINDEXED, tokenize = 'unicode61 remove_diacritics 2');
      CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, answer TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS answers_expiry ON answers (expires_at);`);
  }

  find(query: ParsedQuery): Page<WeaviateObject> {
    const { limit, skip, select } = query;
    const { where, order, values, whereValues } = sqlOf(query, new Set(["class"]));
    const total = this.#sql
      .exec<{ n: number }>(`SELECT count(*) AS n FROM objects WHERE ${where}`, ...whereValues)
      .one().n;
    const data = this.#sql
      .exec<Row>(
        `SELECT * FROM objects WHERE ${where} ORDER BY ${order} LIMIT ?${values.length + 1} OFFSET ?${values.length + 2}`,
        ...values,
        limit,
        skip,
      )
      .toArray()
      .map(objectOf);
    return { total, limit, skip, data: select === undefined ? data : data.map((row) => picked(row, select)) };
  }

  /** @throws SpellError `not_found` */
  get(id: string): WeaviateObject {
    return objectOf(this.#row(id));
  }

  /** @throws SpellError `conflict` for a key of another request, `too_large` */
  create(data: NewWeaviateObject, keyed?: Keyed): WeaviateObject {
    return this.#once(keyed, () => this.#put({ ...data, id: newId() }));
  }

  /** All or none of them. @throws SpellError `conflict` for a key of another request, `too_large` */
  createMany(data: readonly NewWeaviateObject[], keyed?: Keyed): { ids: string[] } {
    return this.#once(keyed, () => ({ ids: data.map((one) => this.#put({ ...one, id: newId() }).id) }));
  }

  /** In the place of the object of that id. @throws SpellError `not_found`, `conflict`, `too_large` */
  update(id: string, data: NewWeaviateObject, keyed?: Keyed): WeaviateObject {
    return this.#once(keyed, () => {
      this.#row(id);
      return this.#put({ ...data, id });
    });
  }

  /** @throws SpellError `not_found`, `conflict` */
  remove(id: string, keyed?: Keyed): WeaviateObject {
    return this.#once(keyed, () => {
      const row = this.#row(id);
      this.#sql.exec("DELETE FROM words WHERE object = ?", row.seq);
      this.#sql.exec("DELETE FROM objects WHERE seq = ?", row.seq);
      this.#index.remove(row.seq);
      return objectOf(row);
    });
  }

  /** The nearest of a class by the angle, exactly: every vector of that length is looked at. */
  nearVector(className: string, wanted: readonly number[], certainty: number, limit: number): WeaviateHit[] {
    const target = Float32Array.from(wanted);
    const ofClass = "FROM objects WHERE class = ? AND length(vector) = ?";
    const near = this.#index.nearest(className, target, certainty, limit, () => ({
      count: this.#sql
        .exec<{ n: number }>(`SELECT count(*) AS n ${ofClass}`, className, target.byteLength)
        .one().n,
      vectors: this.#sql.exec<{ seq: number; vector: ArrayBuffer }>(
        `SELECT seq, vector ${ofClass}`,
        className,
        target.byteLength,
      ),
    }));
    return near.map(({ seq, distance }) => ({ ...objectOf(this.#bySeq(seq)), distance }));
  }

  /** Objects of a class that have one of the words or more, the best first. */
  bm25(
    className: string,
    query: string,
    properties: readonly string[] | undefined,
    limit: number,
  ): WeaviateHit[] {
    const words = [...new Set(query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])].slice(0, maxWords);
    if (words.length === 0) return [];
    const match = `text:(${words.map((word) => `"${word}"`).join(" OR ")})`;
    const found = this.#sql
      .exec<{ object: number; score: number }>(
        `SELECT words.object AS object, sum(-words.rank) AS score FROM words JOIN objects ON objects.seq = words.object
         WHERE words MATCH ?1 AND objects.class = ?2 AND (?3 IS NULL OR words.property IN (SELECT value FROM json_each(?3)))
         GROUP BY words.object ORDER BY score DESC, words.object LIMIT ?4`,
        match,
        className,
        properties === undefined ? null : JSON.stringify(properties),
        limit,
      )
      .toArray();
    return found.map(({ object, score }) => ({ ...objectOf(this.#bySeq(object)), score }));
  }

  /** Both searches, their ranks added as they weigh: https://doi.org/10.1145/1571941.1572114 */
  hybrid({ className, words, vector, alpha, limit }: HybridSearch): WeaviateHit[] {
    const depth = Math.max(limit, minFused);
    const near = vector === undefined || alpha === 0 ? [] : this.nearVector(className, vector, 0, depth);
    const found = alpha === 1 ? [] : this.bm25(className, words, undefined, depth);
    const fused = new Map<string, WeaviateHit & { score: number }>();
    for (const [hits, weight] of [
      [near, alpha],
      [found, 1 - alpha],
    ] as const)
      for (const [rank, hit] of hits.entries()) {
        const before = fused.get(hit.id);
        const score = (before?.score ?? 0) + weight / (rankOffset + rank);
        fused.set(hit.id, { ...hit, ...before, score });
      }
    return [...fused.values()].toSorted((a, b) => b.score - a.score).slice(0, limit);
  }

  #put(object: WeaviateObject): WeaviateObject {
    const { vector, ...rest } = object;
    const body = JSON.stringify(rest);
    if (body.length * 3 > maxBodyBytes && new TextEncoder().encode(body).length > maxBodyBytes)
      throw new SpellError("too_large", `weaviate: the object is larger than ${maxBodyBytes} bytes.`);
    const { seq } = this.#sql
      .exec<{ seq: number }>(
        `INSERT INTO objects (id, body, vector) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET body = ?2, vector = ?3 RETURNING seq`,
        object.id,
        body,
        vector === undefined ? null : Float32Array.from(vector).buffer,
      )
      .one();
    this.#index.put(object.class, seq, vector);
    this.#sql.exec("DELETE FROM words WHERE object = ?", seq);
    for (const [property, value] of Object.entries(object.properties))
      if (typeof value === "string")
        this.#sql.exec("INSERT INTO words (property, text, object) VALUES (?, ?, ?)", property, value, seq);
    return object;
  }

  #row(id: string): Row {
    const [row] = this.#sql.exec<Row>("SELECT * FROM objects WHERE id = ?", id).toArray();
    if (row !== undefined) return row;
    throw new SpellError("not_found", `There is no object "${id.slice(0, 100)}".`);
  }

  #bySeq(seq: number): Row {
    return this.#sql.exec<Row>("SELECT * FROM objects WHERE seq = ?", seq).one();
  }

  /** What is in memory is as the rows are, also where they were rolled back. */
  #atOnce<T>(act: () => T): T {
    try {
      return this.ctx.storage.transactionSync(act);
    } catch (error) {
      this.#index.clear();
      throw error;
    }
  }

  /** The first answer of a call that comes again; else what `act` gives. Both are written in one transaction. */
  #once<T>(keyed: Keyed | undefined, act: () => T): T {
    return this.#atOnce(() => {
      if (keyed === undefined) return act();
      const { key, fingerprint } = keyed;
      this.#sql.exec("DELETE FROM answers WHERE expires_at <= ?", now());
      const [known] = this.#sql
        .exec<{ fingerprint: string; answer: string }>("SELECT * FROM answers WHERE key = ?", key)
        .toArray();
      if (known !== undefined) {
        if (known.fingerprint === fingerprint) return JSON.parse(known.answer) as T;
        throw new SpellError("conflict", "weaviate: this idempotency key was used for another request.");
      }
      const answer = act();
      this.#sql.exec(
        "INSERT INTO answers (key, fingerprint, answer, expires_at) VALUES (?, ?, ?, ?)",
        key,
        fingerprint,
        JSON.stringify(answer),
        now() + keptMs,
      );
      return answer;
    });
  }
}

function objectOf({ body, vector }: Row): WeaviateObject {
  const object = JSON.parse(body) as WeaviateObject;
  return vector === null ? object : { ...object, vector: [...new Float32Array(vector)] };
}
