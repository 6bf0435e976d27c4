/** The query language of the services on D1: what a plain filter in memory finds, of the caller's rows alone, and no error of SQL. */
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Env } from "../../src/env.ts";
import { queryIn } from "../../src/http/service-query.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import { type Entity, newEntity, type NewEntity, type Query, query } from "../../src/protocol/services.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { campaign, campaignTimeoutMs } from "../helpers/campaign.ts";
import { Answers, MemoryTable } from "../helpers/memory-rows.ts";
import { splices, splicedText } from "../helpers/text-mutations.ts";

const { check } = campaign("queries");

const entities = (env as unknown as Required<Env>).ENTITIES;
const call = { userId: "fuzz-queries" };
const other = { userId: "fuzz-queries-other" };

/** Few, so that rows are found; among them what SQL, JSON and their paths could stumble over. */
const values: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  1.5,
  1e21,
  2 ** 53,
  "",
  "a",
  "A",
  "b",
  "1",
  "true",
  "null",
  "é",
  "😀",
  "\uFFFD",
  "'",
  '"',
  "%",
  "\\",
  "\n",
  "$.a",
  "; DROP TABLE entities; --",
  "a\0b",
];
const names = ["a", "b", "c-d", "e_f", "0", "length", "toString", "g"] as const;

const dictionary = { maxKeys: 5, noNullPrototype: true };
const container = fc.oneof(
  fc.dictionary(fc.constantFrom("a", "0"), fc.constantFrom(...values), { maxKeys: 2, noNullPrototype: true }),
  fc.array(fc.constantFrom(...values), { maxLength: 2 }),
);

const inMemory = new MemoryTable<Entity, NewEntity>(
  {
    name: "entity",
    schema: newEntity,
    make: (id, data) => ({ ...data, id, createdAt: 0, updatedAt: 0 }),
    dataOf: ({ type, data }) => ({ type, data }),
  },
  new Answers(),
);

beforeAll(async () => {
  const rows = fc.sample(
    fc.record({
      type: fc.constantFrom("animal", "plant", "a", "$type"),
      data: fc
        .tuple(
          fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...values), dictionary),
          // In what order those of a list or object come is not said, so these two are not sorted by.
          fc.dictionary(fc.constantFrom("a", "b"), container, dictionary),
        )
        .map((parts): JsonObject => Object.assign({}, ...parts) as JsonObject),
    }),
    { numRuns: 60, seed: 5 },
  );
  for (const [i, row] of rows.entries()) {
    // Each says whose it is and which.
    const data = { ...row.data, n: i };
    await entities.create(call, { ...row, data });
    await inMemory.create(call, { ...row, data });
    await entities.create(other, { ...row, data: { ...row.data, n: 1000 + i } });
  }
});

const field = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom("type", ...names.map((name) => `data.${name}`), "data.a.a", "data.b.0"),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "nothing",
      "data",
      "user_id",
      "seq",
      "body",
      "vector",
      "data.n",
      "constructor",
      "a b",
      "",
      "data.",
      "$ne",
    ),
  },
);
const sortable = field.filter((name) => !["data", "data.a", "data.b"].includes(name));
const value = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...values) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json> },
);
const condition = fc.oneof(
  value,
  fc
    .record(
      {
        $in: fc.array(value, { maxLength: 4 }),
        $nin: fc.array(value, { maxLength: 4 }),
        $lt: value,
        $lte: value,
        $gt: value,
        $gte: value,
        $ne: value,
      },
      { requiredKeys: [], noNullPrototype: true },
    )
    .filter((operators) => Object.keys(operators).length > 0),
);
const where = fc.dictionary(field, condition, { maxKeys: 3, noNullPrototype: true });
const asked = fc
  .tuple(
    where,
    fc.record(
      {
        $limit: fc.oneof(fc.nat(20), fc.constantFrom<Json>("5", -1, 1e9, 1.5, null)),
        $skip: fc.oneof(fc.nat(20), fc.constantFrom<Json>("5", -1, 999_999_999)),
        $sort: fc.dictionary(sortable, fc.constantFrom<Json>(1, -1, "1", "-1"), {
          maxKeys: 3,
          noNullPrototype: true,
        }),
        $select: fc.array(field, { maxLength: 3 }),
        $or: fc.array(where, { maxLength: 3 }),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  )
  .map(([conditions, options]) => ({ ...conditions, ...options }) as unknown as Query);

/** Rows as both have them: their ids and times are their own. */
const plain = (rows: readonly Partial<Entity>[]) => rows.map(({ type, data }) => ({ type, data }));

async function same(request: Query): Promise<void> {
  // Anything else is refused before it comes to any table.
  if (!query.safeParse(request).success) return;
  const [ours, theirs] = await Promise.allSettled([
    entities.find(call, request),
    inMemory.find(call, request),
  ]);
  if (ours.status === "rejected") {
    const error = SpellError.from(ours.reason);
    expect(error.code, error.message).toBe("bad_request");
    expect(error.message).not.toMatch(/SQL|SELECT|D1_|json_/);
    return;
  }
  for (const { data } of ours.value.data) if (data !== undefined) expect(Number(data.n)).toBeLessThan(1000);
  expect(theirs.status).toBe("fulfilled");
  if (theirs.status === "fulfilled")
    expect({ ...ours.value, data: plain(ours.value.data) }).toEqual({
      ...theirs.value,
      data: plain(theirs.value.data),
    });
}

describe("a query", () => {
  it("finds what a filter in memory finds, or is refused", { timeout: campaignTimeoutMs }, () =>
    check(asked, 400, same),
  );

  it("in an address is read or refused", { timeout: campaignTimeoutMs }, () =>
    check(
      fc.tuple(
        fc.constantFrom(
          "type=animal&data.a[$ne]=b&$sort[data.g]=-1&$or[0][type]=a&$or[1][data.a]=b",
          "$limit=5&$skip=1&$select[]=type&$select[]=id",
          "data.a[$in][]=a&data.a[$in][]=1&$limit=3",
          `$query=${encodeURIComponent(JSON.stringify({ type: "animal", "data.a": { $gt: 0 }, $sort: { "data.g": 1 } }))}`,
        ),
        splices,
      ),
      200,
      async ([text, changes]) => {
        let found: unknown;
        try {
          found = queryIn(new URLSearchParams(splicedText(text, changes)));
        } catch (thrown) {
          expect(SpellError.from(thrown).code).toBe("bad_request");
          return;
        }
        await same(found as Query);
      },
    ),
  );
});
