/** Rows in memory with the query language of the services, as a store of theirs keeps them. */
import type * as z from "zod";
import { SpellError } from "../../src/protocol/errors.ts";
import {
  query,
  type Operators,
  type Page,
  type Query,
  type RowService,
  type Scalar,
  type ServiceCall,
  type Where,
} from "../../src/protocol/services.ts";

export interface TableOptions<Row, New> {
  name: string;
  schema: z.ZodType<New>;
  /** The row of new data; `previous` is the one that it replaces. */
  make: (id: string, data: New, previous: Row | undefined) => Row;
  dataOf: (row: Row) => New;
}

/** @throws SpellError `bad_request` with the path of each fault */
export function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({
    path: issue.path.map(String).join("."),
    message: issue.message,
  }));
  throw new SpellError("bad_request", `${errors[0]?.path}: ${errors[0]?.message}`, { errors });
}

/** Answers of calls with an idempotency key: the same again, whatever it would do now. */
export class Answers {
  readonly #kept = new Map<string, unknown>();

  once<T>(call: ServiceCall, verb: string, act: () => T): T {
    if (call.idempotencyKey === undefined) return act();
    const key = JSON.stringify([call.userId, verb, call.idempotencyKey]);
    if (!this.#kept.has(key)) this.#kept.set(key, act());
    return structuredClone(this.#kept.get(key)) as T;
  }
}

export class MemoryTable<Row extends { id: string }, New> implements RowService<Row, New> {
  readonly #options: TableOptions<Row, New>;
  readonly #answers: Answers;
  /** By owner, in the order of creation. */
  readonly #rows = new Map<string, Row[]>();
  #made = 0;

  constructor(options: TableOptions<Row, New>, answers: Answers) {
    this.#options = options;
    this.#answers = answers;
  }

  rowsOf(userId: string): Row[] {
    let rows = this.#rows.get(userId);
    if (rows === undefined) this.#rows.set(userId, (rows = []));
    return rows;
  }

  async find(call: ServiceCall, asked: Query = {}): Promise<Page<Row>> {
    const { limit, skip, sort, select, where, or } = parsed(query, asked);
    const found = this.rowsOf(call.userId).filter(
      (row) => matches(row, where) && (or.length === 0 || or.some((part) => matches(row, part))),
    );
    const isReversed = sort.at(-1)?.[1] === -1;
    const sorted = (isReversed ? found.toReversed() : found).toSorted((a, b) => {
      for (const [field, direction] of sort) {
        const order = compared(valueAt(a, field), valueAt(b, field));
        if (order !== 0) return order * direction;
      }
      return 0;
    });
    const page = sorted.slice(skip, skip + limit);
    const data = select === undefined ? page : page.map((row) => picked(row, select));
    return structuredClone({ total: found.length, limit, skip, data });
  }

  async get(call: ServiceCall, id: string): Promise<Row> {
    return structuredClone(this.#rowOf(call, id));
  }

  async create(call: ServiceCall, data: New): Promise<Row> {
    return this.createNow(call, data);
  }

  createNow(call: ServiceCall, data: New, verb = "create"): Row {
    const checked = parsed(this.#options.schema, data);
    return this.#answers.once(call, `${this.#options.name}.${verb}`, () => {
      this.#made += 1;
      const row = this.#options.make(`${this.#options.name}-${this.#made}`, checked, undefined);
      this.rowsOf(call.userId).push(row);
      return structuredClone(row);
    });
  }

  async update(call: ServiceCall, id: string, data: New): Promise<Row> {
    const checked = parsed(this.#options.schema, data);
    return this.#answers.once(call, `${this.#options.name}.update`, () => this.#replace(call, id, checked));
  }

  async patch(call: ServiceCall, id: string, data: Partial<New>): Promise<Row> {
    return this.#answers.once(call, `${this.#options.name}.patch`, () => {
      const whole = { ...this.#options.dataOf(this.#rowOf(call, id)), ...data };
      return this.#replace(call, id, parsed(this.#options.schema, whole));
    });
  }

  async remove(call: ServiceCall, id: string): Promise<Row> {
    return this.#answers.once(call, `${this.#options.name}.remove`, () => {
      const row = this.#rowOf(call, id);
      const rows = this.rowsOf(call.userId);
      rows.splice(rows.indexOf(row), 1);
      return row;
    });
  }

  #rowOf(call: ServiceCall, id: string): Row {
    const row = this.rowsOf(call.userId).find((other) => other.id === id);
    if (row === undefined) throw new SpellError("not_found", `There is no ${this.#options.name} "${id}".`);
    return row;
  }

  #replace(call: ServiceCall, id: string, data: New): Row {
    const before = this.#rowOf(call, id);
    const row = this.#options.make(id, data, before);
    const rows = this.rowsOf(call.userId);
    rows.splice(rows.indexOf(before), 1, row);
    return structuredClone(row);
  }
}

export function valueAt(row: unknown, path: string): unknown {
  let value = row;
  for (const part of path.split(".")) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, part))
      return null;
    value = (value as Record<string, unknown>)[part];
  }
  return value ?? null;
}

export const matches = (row: unknown, where: Where): boolean =>
  Object.entries(where).every(([field, condition]) => holds(valueAt(row, field), condition));

function holds(value: unknown, condition: Scalar | Operators): boolean {
  if (typeof condition !== "object" || condition === null) return value === condition;
  const { $in, $nin, $ne, $lt, $lte, $gt, $gte } = condition;
  const orders = (limit: string | number | undefined, test: (order: number) => boolean): boolean =>
    limit === undefined || (typeof value === typeof limit && test(compared(value, limit)));
  return (
    ($in === undefined || $in.includes(value as Scalar)) &&
    ($nin === undefined || !$nin.includes(value as Scalar)) &&
    ($ne === undefined || value !== $ne) &&
    orders($lt, (order) => order < 0) &&
    orders($lte, (order) => order <= 0) &&
    orders($gt, (order) => order > 0) &&
    orders($gte, (order) => order >= 0)
  );
}

const ranks = ["null", "false", "true", "number", "string"];
const rankOf = (value: unknown): number =>
  ranks.indexOf(value === null || typeof value === "boolean" ? String(value) : typeof value);

function compared(a: unknown, b: unknown): number {
  const byRank = rankOf(a) - rankOf(b);
  if (byRank !== 0 || a === b) return byRank;
  if (typeof a === "string" && typeof b === "string") return comparedTexts(a, b);
  return (a as number) < (b as number) ? -1 : 1;
}

/** By code points, as databases do it, and not by halves of pairs. */
function comparedTexts(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  // Within a pair both have its first half in common.
  if (at > 0 && (a.codePointAt(at - 1) ?? 0) > 0xffff) at -= 1;
  return (a.codePointAt(at) ?? -1) < (b.codePointAt(at) ?? -1) ? -1 : 1;
}

function picked<Row>(row: Row, fields: string[]): Row {
  const names = new Set(["id", ...fields]);
  return Object.fromEntries(
    Object.entries(row as Record<string, unknown>).filter(([name]) => names.has(name)),
  ) as Row;
}
