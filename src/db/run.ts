/** One statement on D1, its troubles told as ours. */
import { fromD1 } from "./d1-errors.ts";

/** @throws SpellError `overloaded` (with `retryAfter`) while D1 is in trouble */
export async function run<Row>(db: D1Database, sql: string, ...values: unknown[]): Promise<D1Result<Row>> {
  try {
    return await db
      .prepare(sql)
      .bind(...values)
      .run<Row>();
  } catch (error) {
    throw fromD1(error);
  }
}
