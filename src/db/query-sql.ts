/**
 * The query language of the services (`protocol/services/query.ts`) in SQL, on rows whose whole is the JSON of a column `body`.
 * Nothing that a caller wrote stands in the SQL itself: names of fields and values are parameters.
 */
import { SpellError } from "../protocol/errors.ts";
import type { Operators, ParsedQuery, Scalar, Where } from "../protocol/services.ts";

export interface Sql {
  /** Begins with a condition, `$sort`ed behind; for `SELECT … FROM table WHERE <where> ORDER BY <order>`. */
  where: string;
  order: string;
  values: (string | number)[];
  /** Of these the first, which `where` alone needs: a count that is given more is refused by the objects' SQLite. */
  whereValues: (string | number)[];
}

/** D1 takes 100; the caller's own come on top. */
const maxValues = 90;

/** Fields that hold a text or nothing, each with the column of its name: those are found by an index. */
export type TextColumns = ReadonlySet<string>;

export function sqlOf(query: Pick<ParsedQuery, "where" | "or" | "sort">, columns: TextColumns): Sql {
  const writer = new Writer(columns);
  const conditions = [writer.all(query.where)];
  if (query.or.length > 0) conditions.push(`(${query.or.map((part) => writer.all(part)).join(" OR ")})`);
  const whereValues = [...writer.values];
  const order = query.sort.flatMap(([field, direction]) => writer.order(field, direction));
  // Rows that are equal come in the order of their creation, or, behind a field that descends, in the reverse.
  order.push(query.sort.at(-1)?.[1] === -1 ? "seq DESC" : "seq");
  return { where: conditions.join(" AND "), order: order.join(", "), values: writer.values, whereValues };
}

class Writer {
  readonly values: (string | number)[] = [];
  readonly #columns: TextColumns;
  readonly #known = new Map<string | number, string>();

  constructor(columns: TextColumns) {
    this.#columns = columns;
  }

  all(where: Where): string {
    const parts = Object.entries(where).flatMap(([field, condition]) => this.#field(field, condition));
    return parts.length === 0 ? "TRUE" : `(${parts.join(" AND ")})`;
  }

  order(field: string, direction: 1 | -1): string[] {
    const way = direction === -1 ? " DESC" : "";
    if (this.#columns.has(field)) return [`"${field}"${way}`];
    const path = this.#path(field);
    const rank = `CASE coalesce(json_type(body, ${path}), 'null') WHEN 'null' THEN 0 WHEN 'false' THEN 1 WHEN 'true' THEN 2 WHEN 'integer' THEN 3 WHEN 'real' THEN 3 WHEN 'text' THEN 4 ELSE -1 END`;
    return [`${rank}${way}`, `json_extract(body, ${path})${way}`];
  }

  #field(field: string, condition: Scalar | Operators): string[] {
    if (typeof condition !== "object" || condition === null) return [this.#equals(field, condition)];
    const { $in, $nin, $ne, $lt, $lte, $gt, $gte } = condition;
    const parts: string[] = [];
    // A list is one parameter, however long.
    if ($in !== undefined)
      parts.push(`${this.#json(field)} IN (SELECT value FROM json_each(${this.#list($in)}))`);
    if ($nin !== undefined)
      parts.push(`${this.#json(field)} NOT IN (SELECT value FROM json_each(${this.#list($nin)}))`);
    if ($ne !== undefined) parts.push(`${this.#json(field)} <> ${this.#value(JSON.stringify($ne))}`);
    for (const [sign, bound] of [
      ["<", $lt],
      ["<=", $lte],
      [">", $gt],
      [">=", $gte],
    ] as const)
      if (bound !== undefined) parts.push(this.#compared(field, sign, bound));
    return parts;
  }

  #equals(field: string, value: Scalar): string {
    if (this.#columns.has(field) && typeof value === "string") return `"${field}" = ${this.#value(value)}`;
    return `${this.#json(field)} = ${this.#value(JSON.stringify(value))}`;
  }

  #compared(field: string, sign: string, bound: string | number): string {
    if (this.#columns.has(field))
      return typeof bound === "string" ? `"${field}" ${sign} ${this.#value(bound)}` : "FALSE";
    const path = this.#path(field);
    const types = typeof bound === "string" ? "('text')" : "('integer', 'real')";
    // Asked in this order by CASE, so that a text is never compared with a number.
    return `CASE WHEN json_type(body, ${path}) IN ${types} THEN json_extract(body, ${path}) ${sign} ${this.#value(bound)} ELSE FALSE END`;
  }

  /** The field's JSON as text: tells true from 1, and takes what is missing for null. */
  #json(field: string): string {
    return `coalesce(body -> ${this.#path(field)}, 'null')`;
  }

  #list(values: readonly Scalar[]): string {
    return this.#value(JSON.stringify(values.map((value) => JSON.stringify(value))));
  }

  /** The grammar of names leaves no quote to escape. */
  #path(field: string): string {
    return this.#value(
      `$${field
        .split(".")
        .map((part) => `."${part}"`)
        .join("")}`,
    );
  }

  #value(value: string | number): string {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    if (this.values.length >= maxValues)
      throw new SpellError("bad_request", `A query may have ${maxValues} different fields and values.`);
    const place = `?${this.values.push(value)}`;
    this.#known.set(value, place);
    return place;
  }
}

/** The fields that were asked for, and the id. */
export function picked<Row extends { id: string }>(row: Row, fields: readonly string[]): Row {
  const names = new Set(["id", ...fields]);
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.has(name))) as Row;
}
