import { expect, it } from "vitest";
import { fromD1 } from "../../src/db/d1-errors.ts";

it.each([
  "D1_ERROR: D1 DB is overloaded. Requests queued for too long.",
  "D1_ERROR: D1 DB is overloaded. Too many requests queued.",
  "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.",
  "D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.",
  "D1_ERROR: D1 DB's isolate exceeded its memory limit and was reset.",
  "D1_ERROR: D1 DB reset because its code was updated.",
  "D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.",
  "Network connection lost.",
])("tells the caller to come back later after: %s", (message) => {
  const cause = new Error(message);
  expect(fromD1(cause)).toMatchObject({ code: "overloaded", retryable: true, retryAfter: 5, cause });
});

it("leaves a fault of the query to whoever reports faults of our own", () => {
  const error = new Error("D1_ERROR: no such table: spells: SQLITE_ERROR");
  expect(fromD1(error)).toBe(error);
});
