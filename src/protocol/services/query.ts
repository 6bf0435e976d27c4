/**
 * The query language of every service, after Feathers: fields with values or operators, and `$limit $skip $sort $select $or`.
 * `{ type: "conversation", date: { $gt: "2026" }, $sort: { date: -1 }, $limit: 6 }`. Fields within JSON are named by a path,
 * `data.status`; items of lists have no such names.
 *
 * A field that a row does not have counts as null. `$ne` and `$nin` hold for it, the comparisons never do; these compare
 * numbers with numbers and texts with texts. Sorted, null comes first, then false, true, numbers, texts by their code points. Rows that are equal
 * come in the order of their creation, in the reverse where the last field of `$sort` is descending: so what is newest by its
 * date comes first among those of one millisecond, too.
 */
import * as z from "zod";
import type { ServiceCall } from "./call.ts";

export const defaultLimit = 100;
export const maxLimit = 1000;

/** A column or a path into JSON. Names of Object.prototype are refused before they reach any object. */
export const fieldName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/, "a name, or a path of names such as data.status")
  .refine(
    (name) => name.split(".").every((part) => !["__proto__", "constructor", "prototype"].includes(part)),
    "this name is reserved",
  );

/** As long as the longest text that a row may be looked for by: an event's content. */
const text = z.string().max(262_144);
export const scalar = z.union([text, z.number(), z.boolean(), z.null()]);
export type Scalar = z.infer<typeof scalar>;

const orderable = z.union([text, z.number()]);

const operators = z.strictObject({
  $in: z.array(scalar).max(100).optional(),
  $nin: z.array(scalar).max(100).optional(),
  $lt: orderable.optional(),
  $lte: orderable.optional(),
  $gt: orderable.optional(),
  $gte: orderable.optional(),
  $ne: scalar.optional(),
});
export type Operators = z.infer<typeof operators>;

/** Conditions on fields; all must hold. */
const where = z.record(fieldName, z.union([scalar, operators]));
export type Where = z.infer<typeof where>;

/** Addresses carry texts only, so numbers may come as such. */
const count = z.union([
  z.number().int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number),
]);
const direction = z.union([
  z.literal(1),
  z.literal(-1),
  z.enum(["1", "-1"]).transform((sign) => (sign === "1" ? (1 as const) : (-1 as const))),
]);

export interface Query {
  $limit?: number | undefined;
  $skip?: number | undefined;
  $sort?: Record<string, 1 | -1> | undefined;
  $select?: string[] | undefined;
  /** At least one of them must hold, and the fields beside it. */
  $or?: Where[] | undefined;
  [field: string]: Scalar | Operators | Record<string, 1 | -1> | string[] | Where[] | undefined;
}

/** A query taken apart, for those who answer it. */
export interface ParsedQuery {
  /** 0 asks for the total alone. */
  limit: number;
  skip: number;
  sort: [field: string, direction: 1 | -1][];
  select: string[] | undefined;
  where: Where;
  /** Empty when the query has none. */
  or: Where[];
}

const options = z.object({
  $limit: count.optional(),
  $skip: count.optional(),
  $sort: z.record(fieldName, direction).optional(),
  $select: z.array(fieldName).max(100).optional(),
  $or: z.array(where).max(20).optional(),
});

export const query: z.ZodType<ParsedQuery> = z
  .record(z.string(), z.unknown())
  .transform((given, context): ParsedQuery => {
    const named = Object.entries(given).filter(([, value]) => value !== undefined);
    const isOption = ([name]: [string, unknown]): boolean => Object.hasOwn(options.shape, name);
    const parsedOptions = options.safeParse(Object.fromEntries(named.filter(isOption)));
    const parsedWhere = where.safeParse(Object.fromEntries(named.filter((entry) => !isOption(entry))));
    for (const parsed of [parsedOptions, parsedWhere])
      for (const issue of parsed.error?.issues ?? [])
        context.addIssue({ code: "custom", path: issue.path, message: issue.message });
    if (!parsedOptions.success || !parsedWhere.success) return z.NEVER;
    const { $limit, $skip, $sort, $select, $or } = parsedOptions.data;
    return {
      limit: Math.min($limit ?? defaultLimit, maxLimit),
      skip: $skip ?? 0,
      sort: Object.entries($sort ?? {}),
      select: $select,
      where: parsedWhere.data,
      or: $or ?? [],
    };
  });

/** One page of what a query found. */
export interface Page<Row> {
  /** Of all rows that the query matches, without `$limit` and `$skip`. */
  total: number;
  limit: number;
  skip: number;
  data: Row[];
}

export const pageOf = <Row extends z.ZodType>(row: Row) =>
  z.object({
    total: z.number().int().nonnegative(),
    limit: z.number().int().nonnegative(),
    skip: z.number().int().nonnegative(),
    data: z.array(row),
  });

/**
 * What every service that keeps rows can do. Each user sees and changes rows of his own alone; another's are `not_found`.
 * Every method throws SpellErrors only: `bad_request` for what fits no schema, `not_found`, `overloaded`.
 * The same `idempotencyKey` gives the first answer again and does nothing twice.
 */
export interface RowService<Row, New> {
  /** Rows that match, in the order of their creation unless `$sort` says otherwise. `$select` leaves the other fields out. */
  find(call: ServiceCall, query?: Query): Promise<Page<Row>>;
  get(call: ServiceCall, id: string): Promise<Row>;
  create(call: ServiceCall, data: New): Promise<Row>;
  /** Replaces the whole row but its id. */
  update(call: ServiceCall, id: string, data: New): Promise<Row>;
  /** Replaces the given fields. */
  patch(call: ServiceCall, id: string, data: Partial<New>): Promise<Row>;
  /** Gives the row that is gone. */
  remove(call: ServiceCall, id: string): Promise<Row>;
}
