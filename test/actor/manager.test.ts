import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { managerName } from "../../src/actor/address.ts";
import { managerSteps, migrate } from "../../src/actor/migrations.ts";
import type { Env } from "../../src/env.ts";
import { runnerList } from "../../src/protocol/runners.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { spell } from "../helpers/spells.ts";

const bindings = env as unknown as Env;
const nothing = spell({ start: "Trigger In" }, "");

async function runnersOf(user: ReturnType<typeof userNamed>) {
  return runnerList.parse(await bodyOf(await user.ask("/runners"))).data;
}

/** Counts are told off the path of everything, so they come in a moment. */
async function eventually<T>(look: () => Promise<T>, fits: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const value = await look();
    if (fits(value) || Date.now() > deadline) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("the SpellManager", () => {
  it("knows which runners are loaded and by how many connections, sessions apart", async () => {
    const user = userNamed("manager-1");
    await user.ask("/spells/demo", { method: "PUT", body: nothing });
    expect(await runnersOf(user)).toEqual([]);
    const tabs = [
      await TestConnection.open(user, "demo"),
      await TestConnection.open(user, "demo"),
      await TestConnection.open(user, "demo", "?session=other"),
    ];
    const counted = await eventually(
      () => runnersOf(user),
      (list) => list.length === 2 && list.some(({ connections }) => connections === 2),
    );
    expect(counted).toMatchObject([
      { spellId: "demo", owner: "manager-1", session: "main", connections: 2, loaded: false },
      { spellId: "demo", owner: "manager-1", session: "other", connections: 1, loaded: false },
    ]);
    await tabs[0]?.hello();
    expect((await runnersOf(user))[0]).toMatchObject({ loaded: true, loadedAt: expect.any(Number) });
    for (const tab of tabs) tab.close();
    const left = await eventually(
      () => runnersOf(user),
      (list) => list.length === 1 && list[0]?.connections === 0,
    );
    expect(left).toMatchObject([{ session: "main", connections: 0, loaded: true }]);
  });

  it("starts and ends runners", async () => {
    const user = userNamed("manager-2");
    await user.ask("/spells/demo", { method: "PUT", body: nothing });
    expect(await bodyOf(await user.ask("/spells/demo/runner", { method: "POST" }))).toMatchObject({
      loaded: true,
    });
    expect(await runnersOf(user)).toHaveLength(1);
    expect(await bodyOf(await user.ask("/spells/demo/runner", { method: "DELETE" }))).toMatchObject({
      loaded: false,
    });
    expect(await runnersOf(user)).toEqual([]);
    expect((await user.ask("/spells/none/runner", { method: "POST" })).status).toBe(404);
  });

  it("shows nobody another user's runners", async () => {
    expect(await runnersOf(userNamed("manager-3"))).toEqual([]);
  });
});

it("A manager of before there were limits gets their tables, and keeps what it knew", () =>
  runInDurableObject(bindings.SPELL_MANAGER.getByName(managerName("manager-old")), (_, { storage }) => {
    const { sql } = storage;
    for (const table of ["runners", "tickets", "leases", "reports", "months", "guests", "migrations"])
      sql.exec(`DROP TABLE ${table}`);
    sql.exec(
      "CREATE TABLE runners (name TEXT PRIMARY KEY, spell_id TEXT NOT NULL, connections INTEGER NOT NULL DEFAULT 0, loaded_at INTEGER) WITHOUT ROWID",
    );
    sql.exec("INSERT INTO runners (name, spell_id) VALUES ('n', 's')");
    for (let i = 0; i < 2; i++) migrate(sql, managerSteps);
    expect(sql.exec("SELECT name, playing FROM runners").toArray()).toEqual([{ name: "n", playing: 0 }]);
    expect(sql.exec("SELECT count(*) AS n FROM leases").one()).toEqual({ n: 0 });
  }));
