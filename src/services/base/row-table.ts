/** Rows of one service in D1, each its owner's alone. */
import { askD1 } from "../../db/d1-errors.ts";
import { newId } from "../../platform/ids.ts";
import { now } from "../../platform/clock.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { Page, ParsedQuery } from "../../protocol/services.ts";
import { Answers, type Remembered, wasAnswered } from "./answers.ts";
import { picked, sqlOf, type TextColumns } from "../../db/query-sql.ts";

export interface RowSpec<Row extends { id: string }, New> {
  /** Of one row, for messages: `entity`. */
  noun: string;
  table: "entities" | "events" | "agents" | "documents" | "document_stores" | "document_files";
  /** Fields with a column of their own (see the migration). */
  columns: TextColumns;
  /** The field that is a vector: kept as numbers beside the JSON, exactly. */
  vector?: keyof Row & string;
  /** The row of new data; `previous` is the one that it replaces. */
  make: (id: string, data: New, previous: Row | undefined, now: number) => Row;
}

/** Below the 2 MB at which the deployed database refuses a row. */
const maxRowBytes = 1_900_000;
/** At most, with the comma behind it. */
const charactersPerNumber = 25;
/** Times that a change is tried anew because another one came first. */
const maxTries = 5;

interface Stored {
  seq: number;
  rev: number;
  body: string;
  vector: ArrayBuffer | number[] | null;
}

/** Every method throws SpellErrors: `not_found`, `conflict`, `too_large`, `overloaded`. */
export class RowTable<Row extends { id: string }, New> {
  readonly #db: D1Database;
  readonly #spec: RowSpec<Row, New>;
  readonly #answers: Answers;

  constructor(db: D1Database, spec: RowSpec<Row, New>) {
    this.#db = db;
    this.#spec = spec;
    this.#answers = new Answers(db);
  }

  async find(userId: string, query: ParsedQuery): Promise<Page<Row>> {
    const { limit, skip, select } = query;
    const { where, order, values } = sqlOf(query, this.#spec.columns);
    const owner = `?${values.length + 1}`;
    const from = `FROM ${this.#spec.table} WHERE user_id = ${owner} AND ${where}`;
    const counted = this.#db.prepare(`SELECT count(*) AS total ${from}`).bind(...values, userId);
    const page = this.#db
      .prepare(`SELECT * ${from} ORDER BY ${order} LIMIT ?${values.length + 2} OFFSET ?${values.length + 3}`)
      .bind(...values, userId, limit, skip);
    const [counts, rows] = await this.#batch([counted, page]);
    const data = (rows?.results ?? []).map((row) => this.#rowOf(row as Stored));
    return {
      total: (counts?.results[0] as { total: number } | undefined)?.total ?? 0,
      limit,
      skip,
      data: select === undefined ? data : data.map((row) => picked(row, select)),
    };
  }

  async get(userId: string, id: string): Promise<Row> {
    return (await this.#stored(userId, id)).row;
  }

  async create(userId: string, data: New, remembered?: Remembered): Promise<Row> {
    const row = this.#spec.make(newId(), data, undefined, now());
    return this.#once(remembered, async () => {
      await this.#batch([...this.#memory(remembered, row), this.#insert(userId, row)]);
      return row;
    });
  }

  #insert(userId: string, row: Row): D1PreparedStatement {
    return this.#db
      .prepare(`INSERT INTO ${this.#spec.table} (user_id, id, body, vector) VALUES (?, ?, ?, ?)`)
      .bind(userId, row.id, this.#bodyOf(row), this.#vectorOf(row));
  }

  /** All or none of them. Gives their ids. */
  async createMany(
    userId: string,
    many: readonly New[],
    remembered?: Remembered,
  ): Promise<{ ids: string[] }> {
    const rows = many.map((data) => this.#spec.make(newId(), data, undefined, now()));
    const answer = { ids: rows.map(({ id }) => id) };
    return this.#once(remembered, async () => {
      await this.#batch([
        ...this.#memory(remembered, answer),
        ...rows.map((row) => this.#insert(userId, row)),
      ]);
      return answer;
    });
  }

  /** @param change gives the new data of a row from the row as it is */
  change(userId: string, id: string, change: (row: Row) => New, remembered?: Remembered): Promise<Row> {
    const { table, make } = this.#spec;
    return this.#effect(userId, id, remembered, ({ row }) => {
      const next = make(id, change(row), row, now());
      return {
        answer: next,
        sql: `UPDATE ${table} SET body = ?, vector = ?, rev = rev + 1`,
        values: [this.#bodyOf(next), this.#vectorOf(next)],
      };
    });
  }

  /** @param also further effects of the removal, in its transaction; each must hold for the row's owner alone */
  remove(
    userId: string,
    id: string,
    remembered?: Remembered,
    also: readonly D1PreparedStatement[] = [],
  ): Promise<Row> {
    const decide = ({ row }: { row: Row }) => ({
      answer: row,
      sql: `DELETE FROM ${this.#spec.table}`,
      values: [],
    });
    return this.#effect(userId, id, remembered, decide, also);
  }

  /** Newest rows that have a vector of that length, for a search among them. */
  async vectors(
    userId: string,
    query: Pick<ParsedQuery, "where">,
    dimensions: number,
    limit: number,
  ): Promise<Row[]> {
    const { where, values } = sqlOf({ ...query, or: [], sort: [] }, this.#spec.columns);
    const n = values.length;
    const [rows] = await this.#batch([
      this.#db
        .prepare(
          `SELECT * FROM ${this.#spec.table} WHERE user_id = ?${n + 1} AND ${where} AND length(vector) = ?${n + 2} ORDER BY seq DESC LIMIT ?${n + 3}`,
        )
        .bind(...values, userId, dimensions * Float64Array.BYTES_PER_ELEMENT, limit),
    ]);
    return (rows?.results ?? []).map((row) => this.#rowOf(row as Stored));
  }

  /** Changes a row as it is; again, from what it is then, where another change came first. */
  async #effect(
    userId: string,
    id: string,
    remembered: Remembered | undefined,
    decide: (stored: { row: Row }) => { answer: Row; sql: string; values: unknown[] },
    also: readonly D1PreparedStatement[] = [],
  ): Promise<Row> {
    return this.#once(remembered, async () => {
      for (let tries = 0; tries < maxTries; tries++) {
        const stored = await this.#stored(userId, id);
        const { answer, sql, values } = decide(stored);
        const where = "user_id = ? AND id = ? AND rev = ?";
        const key = [userId, id, stored.rev];
        const exists = { sql: `EXISTS (SELECT 1 FROM ${this.#spec.table} WHERE ${where})`, values: key };
        const results = await this.#batch([
          ...this.#memory(remembered, answer, exists),
          ...also,
          this.#db.prepare(`${sql} WHERE ${where}`).bind(...values, ...key),
        ]);
        if ((results.at(-1)?.meta.changes ?? 0) > 0) return answer;
      }
      throw new SpellError(
        "overloaded",
        `The ${this.#spec.noun} "${id}" is changed by others all the time.`,
        {
          retryAfter: 1,
        },
      );
    });
  }

  #memory(
    remembered: Remembered | undefined,
    answer: unknown,
    where?: { sql: string; values: unknown[] },
  ): D1PreparedStatement[] {
    return remembered === undefined ? [] : this.#answers.statements(remembered, answer, where);
  }

  /** The first answer of a call that comes again; else what `act` gives. */
  async #once<T>(remembered: Remembered | undefined, act: () => Promise<T>): Promise<T> {
    if (remembered === undefined) return act();
    const known = await this.#answers.find(remembered);
    if (known !== undefined) return known.answer as T;
    try {
      return await act();
    } catch (error) {
      if (!wasAnswered(error)) throw error;
      const first = await this.#answers.find(remembered);
      if (first === undefined) throw error;
      return first.answer as T;
    }
  }

  async #stored(userId: string, id: string): Promise<{ row: Row; rev: number }> {
    const [found] = await this.#batch([
      this.#db.prepare(`SELECT * FROM ${this.#spec.table} WHERE user_id = ? AND id = ?`).bind(userId, id),
    ]);
    const stored = found?.results[0] as Stored | undefined;
    if (stored === undefined)
      throw new SpellError("not_found", `There is no ${this.#spec.noun} "${id.slice(0, 100)}".`);
    return { row: this.#rowOf(stored), rev: stored.rev };
  }

  #rowOf({ body, vector }: Stored): Row {
    const row = JSON.parse(body) as Row;
    const { vector: field } = this.#spec;
    if (field === undefined || vector === null) return row;
    const bytes = Array.isArray(vector) ? Uint8Array.from(vector) : new Uint8Array(vector);
    return { ...row, [field]: [...new Float64Array(bytes.buffer)] };
  }

  #bodyOf(row: Row): string {
    const { vector, noun } = this.#spec;
    const body = JSON.stringify(vector === undefined ? row : { ...row, [vector]: undefined });
    // What a key is answered has the vector as text.
    const room = maxRowBytes - (this.#valuesOf(row)?.length ?? 0) * charactersPerNumber;
    // An upper bound first, that needs no encoding.
    if (body.length * 3 > room && new TextEncoder().encode(body).length > room)
      throw new SpellError("too_large", `The ${noun} is larger than ${maxRowBytes} bytes.`);
    return body;
  }

  #vectorOf(row: Row): ArrayBuffer | null {
    const values = this.#valuesOf(row);
    return values === undefined ? null : Float64Array.from(values).buffer;
  }

  #valuesOf(row: Row): number[] | undefined {
    const { vector } = this.#spec;
    return vector === undefined ? undefined : (row[vector] as number[] | undefined);
  }

  #batch(statements: D1PreparedStatement[]): Promise<D1Result[]> {
    return askD1(() => this.#db.batch(statements));
  }
}
