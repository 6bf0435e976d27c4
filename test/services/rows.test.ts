/** The services that keep rows and values, on the real database and store: the same contracts as in memory, and what only these can break. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Env } from "../../src/env.ts";
import type { Query, Services } from "../../src/protocol/services.ts";
import {
  agentsContract,
  cacheContract,
  documentsContract,
  eventsContract,
  rowsContract,
  searchContract,
} from "../contracts/services.ts";
import { alice, bob, codeOf } from "../contracts/support.ts";

const bindings = env as unknown as Env;
const { DB } = bindings;

async function emptied(): Promise<
  Required<Pick<Services, "entities" | "events" | "agents" | "cache" | "documents" | "search">>
> {
  await DB.batch(
    ["entities", "events", "agents", "documents", "document_stores", "service_answers"].map((table) =>
      DB.prepare(`DELETE FROM ${table}`),
    ),
  );
  const { ENTITIES, EVENTS, AGENTS, CACHE_SERVICE, DOCUMENTS, SEARCH } = bindings;
  if (
    ENTITIES === undefined ||
    EVENTS === undefined ||
    AGENTS === undefined ||
    CACHE_SERVICE === undefined ||
    DOCUMENTS === undefined ||
    SEARCH === undefined
  )
    throw new Error("wrangler.toml binds no services.");
  return {
    entities: ENTITIES,
    events: EVENTS,
    agents: AGENTS,
    cache: CACHE_SERVICE,
    documents: DOCUMENTS,
    search: SEARCH,
  };
}

describe("services behind their bindings", () => {
  const make = async () => ({ services: await emptied() });
  rowsContract(make);
  eventsContract(make);
  agentsContract(make);
  cacheContract(make);
  documentsContract(make);
  searchContract(make);
});

describe("one idempotency key", () => {
  it("makes one row, however many ask at once", async () => {
    const { entities } = await emptied();
    const call = { ...alice, idempotencyKey: "together" };
    const made = await Promise.all(
      Array.from({ length: 8 }, () => entities.create(call, { type: "a", data: {} })),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect((await entities.find(alice)).total).toBe(1);
  });
  it("is a conflict with another request", async () => {
    const { entities } = await emptied();
    const call = { ...alice, idempotencyKey: "k" };
    const { id } = await entities.create(call, { type: "a", data: {} });
    expect(await codeOf(entities.create(call, { type: "b", data: {} }))).toBe("conflict");
    expect(await codeOf(entities.remove(call, id))).toBe("conflict");
    expect((await entities.find(alice)).total).toBe(1);
  });
  it("is good anew after a day, and remembers no failure", async () => {
    const { entities } = await emptied();
    const call = { ...alice, idempotencyKey: "k" };
    expect(await codeOf(entities.remove(call, "none"))).toBe("not_found");
    await entities.create(call, { type: "a", data: {} });
    await DB.prepare("UPDATE service_answers SET expires_at = 1").run();
    await entities.create(call, { type: "b", data: {} });
    expect((await entities.find(alice)).data.map(({ type }) => type)).toEqual(["a", "b"]);
    expect(await DB.prepare("SELECT count(*) AS n FROM service_answers").first()).toEqual({ n: 1 });
  });
});

describe("changes that come together", () => {
  it("are all made, one after the other", async () => {
    const { entities } = await emptied();
    const { id } = await entities.create(alice, { type: "t", data: {} });
    await Promise.all([
      entities.patch(alice, id, { type: "other" }),
      entities.patch(alice, id, { data: { x: 1 } }),
    ]);
    expect(await entities.get(alice, id)).toMatchObject({ type: "other", data: { x: 1 } });
  });
});

describe("what a stranger may send", () => {
  const nasty = [
    "'; DROP TABLE entities; --",
    '" OR 1=1',
    "\0",
    "%_",
    "\\",
    "\u{1f600}",
    "\ud800",
    "$.type",
    "?1",
  ];
  it.each(nasty)("is a text like any other: %j", async (text) => {
    const { entities } = await emptied();
    const { id, type } = await entities.create(alice, { type: text, data: { text } });
    await entities.create(alice, { type: "other", data: {} });
    const found = await entities.find(alice, { "data.text": text });
    expect(found.data.map((row) => row.id)).toEqual([id]);
    expect((await entities.find(alice, { type })).total).toBe(1);
    expect((await entities.find(alice, { type: { $gt: text } })).total).toBeLessThan(2);
    expect((await entities.find(alice, { type: { $in: [text] } })).total).toBe(1);
    expect(await codeOf(entities.get(alice, text))).toBe("not_found");
  });
  it("is no query with more values than the database takes, nor a row that it refuses", async () => {
    const { entities } = await emptied();
    const many: Query = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`data.f${i}`, `v${i}`]));
    expect(await codeOf(entities.find(alice, many))).toBe("bad_request");
    const large = { type: "a", data: { text: "ä".repeat(1_200_000) } };
    expect(await codeOf(entities.create(alice, large))).toBe("too_large");
    expect((await entities.find(alice)).total).toBe(0);
    const lists = { "data.a": { $in: Array.from({ length: 100 }, (_, i) => i) } };
    expect((await entities.find(alice, lists)).total).toBe(0);
  });
  it("is no call at all", async () => {
    const { entities } = await emptied();
    for (const call of [undefined, {}, { userId: 5 }])
      expect(await codeOf(entities.find(call as unknown as typeof alice))).toBe("bad_request");
    expect(await codeOf(entities.get(bob, ""))).toBe("bad_request");
  });
});

describe("a document's words", () => {
  it("are those that it has now, and gone with it", async () => {
    const { documents, search } = await emptied();
    const found = async (query: string, call = alice): Promise<number> =>
      (await search.query(call, { query, in: "documents", limit: 10 })).results.length;
    const { id } = await documents.create(alice, { title: "Über Öfen", content: "warm" });
    expect([await found("uber"), await found("ÖFEN"), await found("warm", bob)]).toEqual([1, 1, 0]);
    await documents.patch(alice, id, { content: "cold" });
    expect([await found("warm"), await found("cold")]).toEqual([0, 1]);
    await documents.remove(alice, id);
    expect(await found("cold")).toBe(0);
    expect(await DB.prepare("SELECT count(*) AS n FROM document_words").first()).toEqual({ n: 0 });
  });
  it("do not show who owns what, whatever is asked", async () => {
    const { documents, search } = await emptied();
    await documents.create(alice, { content: "u626f62 owner" });
    for (const query of [
      "owner:u616c696365",
      "u616c696365",
      "NOT x",
      "owner",
      '"',
      "*",
      "{owner}:x",
      "a AND",
    ])
      expect((await search.query(bob, { query, in: "documents", limit: 10 })).results).toEqual([]);
  });
});

describe("what is asked for often", () => {
  const planOf = async (sql: string): Promise<string> => {
    const { results } = await DB.prepare(`EXPLAIN QUERY PLAN ${sql}`).all<{ detail: string }>();
    return results.map(({ detail }) => detail).join("; ");
  };
  it.each([
    "SELECT * FROM entities WHERE user_id = 'a' AND (type = 'task') ORDER BY seq LIMIT 10",
    "SELECT * FROM entities WHERE user_id = 'a' AND id = 'x'",
    `SELECT * FROM events WHERE user_id = 'a' AND (type = 'c' AND channel = 'd') ORDER BY date DESC, seq DESC LIMIT 6`,
    `SELECT * FROM events WHERE user_id = 'a' AND TRUE ORDER BY date DESC, seq DESC LIMIT 6`,
    `SELECT * FROM documents WHERE user_id = 'a' AND "storeId" = 's' ORDER BY seq LIMIT 10`,
    `SELECT * FROM documents WHERE user_id = 'a' AND "type" = 's' ORDER BY seq LIMIT 10`,
    "SELECT * FROM agents WHERE user_id = 'a' ORDER BY seq LIMIT 10",
  ])("is found and sorted by an index: %s", async (sql) => {
    const plan = await planOf(sql);
    expect(plan).toMatch(/SEARCH .* USING INDEX/);
    expect(plan).not.toMatch(/SCAN|TEMP B-TREE/);
  });
});
