import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { SpellRepository, VersionConflict } from "../../src/db/spells.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import { spellDocument } from "../../src/protocol/spell.ts";
import { echoSpell } from "../helpers/documents.ts";
import { thrownBy } from "../helpers/thrown.ts";

const { DB } = env as unknown as { DB: D1Database };
const spells = new SpellRepository(DB);
let owners = 0;
/** Storage is one per file, so each case has an owner of its own. */
const newOwner = (): string => `owner-${++owners}`;

describe("writing a spell", () => {
  it("gives the first version to a new spell and the next to each later write", async () => {
    const owner = newOwner();
    expect(await spells.put(owner, "io", echoSpell("io"))).toEqual({ version: 1, created: true });
    expect(await spells.put(owner, "io", echoSpell("io"))).toEqual({ version: 2, created: false });
    expect(await spells.put(owner, "io", echoSpell("io"), { expectedVersion: 2 })).toEqual({
      version: 3,
      created: false,
    });
  });

  it("stores the id that it was written under and the version that it got inside the document", async () => {
    const owner = newOwner();
    await spells.put(
      owner,
      "mine",
      echoSpell("theirs", { version: 99, name: 'A "quoted" \u00e9\u{1f600} name' }),
    );
    await spells.put(owner, "mine", echoSpell("theirs", { version: 99, state: { n: 1 } }));
    const first = await spells.getVersion(owner, "mine", 1);
    expect(first?.document).toEqual(
      echoSpell("mine", { version: 1, name: 'A "quoted" \u00e9\u{1f600} name' }),
    );
    const head = await spells.get(owner, "mine");
    expect(spellDocument.parse(head?.document)).toEqual(echoSpell("mine", { version: 2, state: { n: 1 } }));
  });

  it("refuses a stale write and tells the present version", async () => {
    const owner = newOwner();
    await spells.put(owner, "io", echoSpell("io"));
    await spells.put(owner, "io", echoSpell("io", { name: "newer" }));
    const error = await thrownBy(
      spells.put(owner, "io", echoSpell("io", { name: "older" }), { expectedVersion: 1 }),
    );
    expect(error).toBeInstanceOf(VersionConflict);
    expect(error).toMatchObject({ code: "conflict", version: 2 });
    expect((await spells.get(owner, "io"))?.document.name).toBe("newer");
    expect(await spells.getVersion(owner, "io", 3)).toBeNull();
  });

  it("says not_found when an expected version is given for a spell that is not there", async () => {
    const error = await thrownBy(spells.put(newOwner(), "io", echoSpell("io"), { expectedVersion: 1 }));
    expect(error).toMatchObject({ code: "not_found" });
  });

  it("lets one of two concurrent writers from the same version win and tells the other", async () => {
    const owner = newOwner();
    await spells.put(owner, "io", echoSpell("io"));
    const results = await Promise.allSettled(
      ["left", "right"].map((name) =>
        spells.put(owner, "io", echoSpell("io", { name }), { expectedVersion: 1 }),
      ),
    );
    const won = results.filter((result) => result.status === "fulfilled");
    const lost = results.filter((result) => result.status === "rejected");
    expect(won.map((result) => result.value)).toEqual([{ version: 2, created: false }]);
    expect(lost.map((result) => result.reason as unknown)).toMatchObject([{ code: "conflict", version: 2 }]);
    const winner = results[0]?.status === "fulfilled" ? "left" : "right";
    expect((await spells.getVersion(owner, "io", 2))?.document.name).toBe(winner);
  });

  it("gives each of many concurrent unconditional writers its own version and keeps every document", async () => {
    const owner = newOwner();
    const names = Array.from({ length: 8 }, (_, i) => `writer ${i}`);
    const results = await Promise.all(
      names.map((name) => spells.put(owner, "io", echoSpell("io", { name }))),
    );
    expect(results.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(results.filter(({ created }) => created)).toHaveLength(1);
    for (const [i, { version }] of results.entries())
      expect((await spells.getVersion(owner, "io", version))?.document).toMatchObject({
        name: names[i],
        version,
      });
  });

  it("creates an id once, also among concurrent creators", async () => {
    const owner = newOwner();
    const results = await Promise.allSettled(
      [1, 2, 3].map(() => spells.create(owner, "io", echoSpell("io"))),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await thrownBy(spells.create(owner, "io", echoSpell("io")))).toMatchObject({
      code: "conflict",
      version: 1,
    });
  });

  it("keeps the spells of two owners with the same id apart", async () => {
    const [one, two] = [newOwner(), newOwner()];
    await spells.put(one, "io", echoSpell("io", { name: "one" }));
    await spells.put(two, "io", echoSpell("io", { name: "two" }));
    expect((await spells.get(one, "io"))?.document).toMatchObject({ name: "one", version: 1 });
    await spells.remove(one, "io");
    expect((await spells.get(two, "io"))?.name).toBe("two");
  });

  it("tells the newest version's number, and by the time of its making a spell that was made anew", async () => {
    const owner = newOwner();
    expect(await spells.head(owner, "io")).toBeNull();
    await spells.put(owner, "io", echoSpell("io"));
    await spells.put(owner, "io", echoSpell("io"));
    const createdAt = (await spells.get(owner, "io"))?.createdAt;
    expect(await spells.head(owner, "io")).toEqual({ version: 2, createdAt });
    await spells.remove(owner, "io");
    expect(await spells.head(owner, "io")).toBeNull();
  });

  it("refuses a document above 1 MiB of JSON, counted in bytes", async () => {
    const owner = newOwner();
    const state = { text: "\u00e9".repeat(600_000) };
    expect(await thrownBy(spells.put(owner, "io", echoSpell("io", { state })))).toMatchObject({
      code: "too_large",
    });
    expect(await spells.exists(owner, "io")).toBe(false);
  });
});

describe("deleting a spell", () => {
  it("hides it, keeps its versions for pinned runs and never gives a number again", async () => {
    const owner = newOwner();
    await spells.put(owner, "io", echoSpell("io", { name: "first life" }));
    await spells.put(owner, "io", echoSpell("io", { name: "first life" }));
    expect(await spells.remove(owner, "io")).toEqual({ version: 2 });

    expect(await spells.get(owner, "io")).toBeNull();
    expect(await spells.exists(owner, "io")).toBe(false);
    expect(await spells.findByName(owner, "first life")).toBeNull();
    expect(await spells.listVersions(owner, "io", { limit: 10 })).toBeNull();
    expect(await spells.getLiveVersion(owner, "io", 1)).toBeNull();
    expect((await spells.list(owner, { limit: 10 })).data).toEqual([]);
    expect((await spells.getVersion(owner, "io", 1))?.document.version).toBe(1);
    expect(await spells.remove(owner, "io")).toBeNull();
    expect(await thrownBy(spells.put(owner, "io", echoSpell("io"), { expectedVersion: 2 }))).toMatchObject({
      code: "not_found",
    });

    expect(await spells.create(owner, "io", echoSpell("io"))).toEqual({ version: 3, created: true });
    expect(
      (await spells.listVersions(owner, "io", { limit: 10 }))?.data.map(({ version }) => version),
    ).toEqual([3]);
    expect(await spells.getLiveVersion(owner, "io", 2)).toBeNull();
    expect((await spells.getLiveVersion(owner, "io", 3))?.version).toBe(3);
  });

  it("counts a write without an expected version after a deletion as a creation", async () => {
    const owner = newOwner();
    await spells.put(owner, "io", echoSpell("io"));
    await spells.remove(owner, "io");
    expect(await spells.put(owner, "io", echoSpell("io"))).toEqual({ version: 2, created: true });
    expect(await spells.put(owner, "io", echoSpell("io"))).toEqual({ version: 3, created: false });
  });
});

describe("finding spells", () => {
  it("lists every spell once over its pages, the one written last first", async () => {
    const owner = newOwner();
    const ids = ["a", "b", "c", "d", "e"];
    for (const id of ids) await spells.put(owner, id, echoSpell(id));
    await spells.put(owner, "b", echoSpell("b", { name: "again" }));
    const seen: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await spells.list(owner, { limit: 2, cursor });
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined && ++pages < 10);
    expect(seen.toSorted()).toEqual(ids);
    const rows = (await spells.list(owner, { limit: 10 })).data;
    expect(rows.map(({ id }) => id)).toEqual(seen);
    expect(rows.map(({ updatedAt }) => updatedAt)).toEqual(
      rows.map((row) => row.updatedAt).toSorted((a, b) => b - a),
    );
  });

  it("orders by update and breaks ties by id, so that a page's end is a place and not a count", async () => {
    const owner = newOwner();
    for (const id of ["a", "b", "c", "d"]) await spells.put(owner, id, echoSpell(id));
    await DB.prepare("UPDATE spells SET updated_at = iif(id = 'a', 2000, 1000) WHERE owner = ?")
      .bind(owner)
      .run();
    const first = await spells.list(owner, { limit: 2 });
    expect(first.data.map(({ id }) => id)).toEqual(["a", "d"]);
    await spells.remove(owner, "d");
    await spells.put(owner, "new", echoSpell("new"));
    const second = await spells.list(owner, { limit: 2, cursor: first.nextCursor });
    expect(second.data.map(({ id }) => id)).toEqual(["c", "b"]);
    expect(second.nextCursor).toBeUndefined();
  });

  it("searches names and ids in any case, with a pattern's characters meaning themselves", async () => {
    const owner = newOwner();
    await spells.put(owner, "s1", echoSpell("s1", { name: "\u00c9cole 100%" }));
    await spells.put(owner, "s2", echoSpell("s2", { name: "School 100" }));
    await spells.put(owner, "Under_Score", echoSpell("Under_Score", { name: "x".repeat(120) }));
    const search = async (text: string) =>
      (await spells.list(owner, { limit: 10, search: text })).data.map(({ id }) => id);
    expect(await search("\u00e9COLE")).toEqual(["s1"]);
    expect(await search("100%")).toEqual(["s1"]);
    expect(await search("under_")).toEqual(["Under_Score"]);
    expect(await search("x".repeat(100))).toEqual(["Under_Score"]);
    expect(await search("no such")).toEqual([]);
  });

  it("finds the spell with exactly a name, of several the one written last", async () => {
    const owner = newOwner();
    await spells.put(owner, "a", echoSpell("a", { name: "Same" }));
    await spells.put(owner, "b", echoSpell("b", { name: "Same" }));
    await DB.prepare("UPDATE spells SET updated_at = iif(id = 'a', 2000, 1000) WHERE owner = ?")
      .bind(owner)
      .run();
    expect((await spells.findByName(owner, "Same"))?.id).toBe("a");
    expect(await spells.findByName(owner, "same")).toBeNull();
    expect(await spells.findByName(newOwner(), "Same")).toBeNull();
  });

  it("pages through versions, newest first", async () => {
    const owner = newOwner();
    for (let i = 0; i < 3; i += 1) await spells.put(owner, "io", echoSpell("io"));
    const first = await spells.listVersions(owner, "io", { limit: 2 });
    expect(first?.data.map(({ version }) => version)).toEqual([3, 2]);
    const second = await spells.listVersions(owner, "io", { limit: 2, cursor: first?.nextCursor });
    expect(second?.data.map(({ version }) => version)).toEqual([1]);
    expect(second?.nextCursor).toBeUndefined();
  });

  it("refuses a cursor that another list gave", async () => {
    const owner = newOwner();
    for (let i = 0; i < 2; i += 1) await spells.put(owner, "io", echoSpell("io"));
    const foreign = (await spells.listVersions(owner, "io", { limit: 1 }))?.nextCursor;
    expect(foreign).toBeTypeOf("string");
    for (const cursor of [foreign, "%%%", "AAAA"])
      expect(await thrownBy(spells.list(owner, { limit: 1, cursor }))).toMatchObject({ code: "bad_request" });
  });
});

describe("trouble in the database", () => {
  it("is told as overload, with the time to come back, when it passes by itself", async () => {
    const lost = {
      prepare: (sql: string) => DB.prepare(sql),
      batch: () => Promise.reject(new Error("D1_ERROR: Network connection lost.")),
    };
    const error = await thrownBy(
      new SpellRepository(lost as unknown as D1Database).put("anyone", "io", echoSpell("io")),
    );
    expect(error).toMatchObject({ code: "overloaded", retryAfter: 5 });
  });

  it("lets an error that is not D1's passing trouble through as it is", async () => {
    await DB.prepare("ALTER TABLE spells RENAME TO spells_away").run();
    try {
      const error = await thrownBy(spells.exists("anyone", "io"));
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(SpellError);
    } finally {
      await DB.prepare("ALTER TABLE spells_away RENAME TO spells").run();
    }
  });
});
