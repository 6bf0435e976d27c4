/** One statement on D1, its troubles told as ours. */
import { askD1 } from "./d1-errors.ts";

/** @throws SpellError `overloaded` (with `retryAfter`) while D1 is in trouble */
export const run = <Row>(db: D1Database, sql: string, ...values: unknown[]): Promise<D1Result<Row>> =>
  askD1(() =>
    db
      .prepare(sql)
      .bind(...values)
      .run<Row>(),
  );
