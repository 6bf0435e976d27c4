/** Runners that start again with a copy of their spell: no run is of another version than the writer was told. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { managerName, runnerName } from "../../src/actor/address.ts";
import { RunnerParts } from "../../src/actor/runner-parts.ts";
import { maxCopyLength, SpellCopy } from "../../src/actor/spell-copy.ts";
import { SpellManager } from "../../src/actor/spell-manager.ts";
import { SpellRepository } from "../../src/db/spells.ts";
import type { Env } from "../../src/env.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { publish } from "../helpers/published.ts";
import { demoRunner } from "../helpers/runners.ts";
import { any, spell, trigger } from "../helpers/spells.ts";
import { always, troubled } from "../helpers/troubled-d1.ts";

const bindings = env as unknown as Env;
type User = ReturnType<typeof userNamed>;
let count = 0;

/** Gives that word. */
const saying = (word: string, rest: Partial<SpellDocument> = {}): SpellDocument =>
  spell(
    {
      go: "Trigger In",
      word: { is: "Universal Input:word", data: { useDefault: true, defaultValue: word } },
      said: "Output:said",
    },
    `go.trigger > said.trigger
     word.output > said.input`,
    rest,
  );

/** Gives what the spell of that name, or id, gives. */
const passing = (ref: string): SpellDocument =>
  spell(
    {
      go: "Trigger In",
      inner: { is: "Spell", data: { spellId: ref }, outputs: [any("said"), trigger] },
      said: "Output:said",
    },
    `go.trigger > inner.trigger
     inner.trigger > said.trigger
     inner.said > said.input`,
  );

async function put(user: User, id: string, document: SpellDocument): Promise<void> {
  expect([200, 201]).toContain((await user.ask(`/spells/${id}`, { method: "PUT", body: document })).status);
}

const run = async (user: User, session = "main"): Promise<JsonObject> =>
  (await bodyOf(await user.ask(`/spells/demo/run?session=${session}`, { body: {} }))) as JsonObject;
const saidBy = async (user: User, session = "main"): Promise<unknown> =>
  ((await run(user, session)).outputs as JsonObject | undefined)?.said;

/** Bodies of the copies that a runner has. */
const copiesOf = (user: User, session = "main"): Promise<string[]> =>
  runInDurableObject(demoRunner(user.name, session), (_, { storage }) =>
    storage.sql
      .exec<{ body: string }>("SELECT body FROM spell_copies")
      .toArray()
      .map(({ body }) => body),
  );

/** A copy is made when nobody waits any more. */
const copied = (user: User, session = "main"): Promise<void> =>
  vi.waitFor(async () => expect(await copiesOf(user, session)).toHaveLength(1), { timeout: 15_000 });

/** Asleep, with a copy. */
async function asleep(user: User, session = "main"): Promise<void> {
  await copied(user, session);
  await evictDurableObject(demoRunner(user.name, session));
}

/** A user whose spell has run once, and whose runner sleeps with a copy. */
async function saved(document: SpellDocument, also: Record<string, SpellDocument> = {}): Promise<User> {
  const user = userNamed(`copies-${(count += 1)}`);
  for (const [id, other] of Object.entries(also)) await put(user, id, other);
  await put(user, "demo", document);
  await run(user);
  await asleep(user);
  return user;
}

/** A version that no runner is told of. */
const putUntold = (user: User, id: string, document: SpellDocument) =>
  new SpellRepository(bindings.DB).put(user.name, id, document);

/** What a run gives once what was missed has been found. */
const comesToSay = (user: User, word: unknown): Promise<void> =>
  vi.waitFor(async () => expect(await saidBy(user)).toBe(word), { timeout: 15_000 });

describe("A runner that starts again with a copy of its spell", () => {
  it("runs while database and manager are away, and keeps the copy", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const user = await saved(saying("one"));
    const away = troubled(bindings.DB, always({ is: "refused", message: "D1_ERROR: D1 DB is overloaded." }));
    let asked = 0;
    const deaf = new Proxy(
      {},
      {
        get: () => async () => {
          asked += 1;
          throw new Error("away");
        },
      },
    );
    const SPELL_MANAGER = { getByName: () => deaf } as never;
    await runInDurableObject(demoRunner(user.name), async (_, state) => {
      const parts = new RunnerParts(state, { ...bindings, DB: away, SPELL_MANAGER });
      const answer = await parts.answers.run({});
      expect(answer).toMatchObject({ ok: true, json: expect.stringContaining("one") });
      expect([away.asked, asked]).toEqual([0, 0]);
      const unseen = expect.stringContaining("the copy of a spell was not seen to");
      await vi.waitFor(() => expect(warn).toHaveBeenCalledWith(unseen), { timeout: 15_000 });
      expect(away.asked + asked).toBeGreaterThan(0);
      expect(await parts.answers.run({})).toMatchObject({ ok: true });
    });
    expect(await copiesOf(user)).toHaveLength(1);
    warn.mockRestore();
  });

  it("runs the version of a PUT that was answered while it slept", async () => {
    const user = await saved(saying("one"));
    for (const word of ["two", "three"]) {
      await put(user, "demo", saying(word));
      expect(await saidBy(user)).toBe(word);
      await asleep(user);
      expect(await saidBy(user)).toBe(word);
    }
  });

  it("does so in each of two sessions", async () => {
    const user = await saved(saying("one"));
    expect(await saidBy(user, "other")).toBe("one");
    await asleep(user, "other");
    await put(user, "demo", saying("two"));
    expect(await saidBy(user, "other")).toBe("two");
    expect(await saidBy(user)).toBe("two");
  });

  it("runs what was edited over a connection of another session", async () => {
    const user = await saved(saying("one"));
    const tab = await TestConnection.open(user, "demo", "?session=other");
    await tab.hello();
    const patch = [{ op: "replace", path: "/nodes/word/data/defaultValue", value: "edited" }];
    tab.say({ type: "edit", requestId: "e", baseVersion: 1, patch } as never);
    await tab.until(({ type }) => type === "spell.saved", "the edit's answer");
    expect(await saidBy(user)).toBe("edited");
    tab.close();
  });

  it("runs the spell that was made anew under its id, with a state of its own", async () => {
    const keeping = (word: string): SpellDocument => ({ ...saying(word), state: { of: word } });
    const user = await saved(keeping("one"));
    expect((await user.ask("/spells/demo", { method: "DELETE" })).status).toBe(204);
    expect(await copiesOf(user)).toEqual([]);
    expect((await user.ask("/spells/demo/run", { body: {} })).status).toBe(404);
    await put(user, "demo", keeping("two"));
    expect(await run(user)).toMatchObject({ outputs: { said: "two" }, state: { of: "two" } });
    await asleep(user);
    expect(await run(user)).toMatchObject({ outputs: { said: "two" }, state: { of: "two" } });
  });

  it("runs the newest of a spell that it uses, and one that has come by the name that it uses", async () => {
    const user = await saved(passing("inner"), { inner: saying("one") });
    expect(await saidBy(user)).toBe("one");
    await asleep(user);
    await put(user, "inner", saying("two"));
    expect(await copiesOf(user)).toEqual([]);
    expect(await saidBy(user)).toBe("two");

    const none = await saved(passing("a name"));
    await put(none, "some-id", saying("found", { name: "a name" }));
    expect(await saidBy(none)).toBe("found");
  });

  it("keeps its copy where a spell changes that it does not use", async () => {
    const user = await saved(saying("one"));
    await put(user, "stranger", saying("x"));
    expect(await copiesOf(user)).toHaveLength(1);
  });

  it.each([
    ["its own", saying("one"), "demo"],
    ["one that it uses", passing("inner"), "inner"],
  ])("finds by itself a version that it was not told of, of %s", async (_, document, changed) => {
    const user = await saved(document, { inner: saying("one") });
    await putUntold(user, changed, saying("two"));
    expect(await saidBy(user)).toBe("one");
    await comesToSay(user, "two");
    await asleep(user);
    expect(await saidBy(user)).toBe("two");
  });

  it("finds by itself that its spell is gone, and tells connections of a version that they were not told of", async () => {
    const gone = await saved(saying("one"));
    await new SpellRepository(bindings.DB).remove(gone.name, "demo");
    expect(await saidBy(gone)).toBe("one");
    await comesToSay(gone, undefined);
    expect(await copiesOf(gone)).toEqual([]);

    const user = await saved(saying("one"));
    await putUntold(user, "demo", saying("two"));
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    const told = await tab.until(({ type }) => type === "spell.changed", "the missed version");
    expect(told).toMatchObject({ version: 2 });
    tab.close();
  });

  it("counts its copy for nothing where the manager does not know it", async () => {
    const user = await saved(saying("one"));
    await runInDurableObject(bindings.SPELL_MANAGER.getByName(managerName(user.name)), (_, { storage }) =>
      storage.sql.exec("DELETE FROM runners"),
    );
    expect(await saidBy(user)).toBe("one");
    await vi.waitFor(async () => expect(await copiesOf(user)).toEqual([]), { timeout: 15_000 });
    await saidBy(user);
    await copied(user);
  });

  it.each([
    ["is cut off", (body: string) => body.slice(0, -20)],
    ["is another thing", () => "[1]"],
    ["has no nodes", (body: string) => body.replace('"nodes"', '"nothing"')],
    [
      "says nothing of a spell that this release looks for",
      (body: string) => JSON.stringify({ ...(JSON.parse(body) as JsonObject), others: [] }),
    ],
  ])("reads its spell anew where the copy %s", async (_, damage) => {
    const user = await saved(passing("inner"), { inner: saying("one") });
    await runInDurableObject(demoRunner(user.name), (_runner, { storage }) => {
      const { body } = storage.sql.exec<{ body: string }>("SELECT body FROM spell_copies").one();
      storage.sql.exec("UPDATE spell_copies SET body = ?", damage(body));
    });
    await evictDurableObject(demoRunner(user.name));
    await putUntold(user, "inner", saying("two"));
    expect(await saidBy(user)).toBe("two");
  });

  it("makes one graph of a spell that is used by its name and by its id, as without a copy", async () => {
    const twice = spell(
      {
        go: "Trigger In",
        a: { is: "Spell", data: { spellId: "inner" }, outputs: [any("said"), trigger] },
        b: { is: "Spell", data: { spellId: "by name" }, outputs: [any("said"), trigger] },
        said: "Output:said",
      },
      `go.trigger > a.trigger
       a.trigger > b.trigger
       b.trigger > said.trigger
       b.said > said.input`,
    );
    const user = await saved(twice, { inner: saying("one", { name: "by name" }) });
    const plans = await runInDurableObject(demoRunner(user.name), async (_, state) => {
      const parts = new RunnerParts(state, bindings);
      const kept = await parts.loader.copied();
      return [kept?.spell, (await parts.loader.newest()).spell];
    });
    expect(plans[0]).toEqual(plans[1]);
    expect(plans[0]?.plan.graphs).toHaveLength(2);
  });
});

describe("No copy", () => {
  it("is kept of a spell that is large", async () => {
    const user = userNamed(`copies-${(count += 1)}`);
    await put(user, "demo", saying("one"));
    await runInDurableObject(demoRunner(user.name), async (_, state) => {
      const parts = new RunnerParts(state, bindings);
      const copy = new SpellCopy(state.storage.sql, "demo");
      const { sources } = await parts.loader.newest();
      if (sources === undefined) throw new Error("Nothing was read.");
      for (const [length, isKept] of [
        [10, true],
        [maxCopyLength, false],
      ] as const) {
        const text = { ...sources.main, name: "x".repeat(length) };
        copy.put({ ...sources, main: text });
        expect((await copy.get()) !== null).toBe(isKept);
      }
    });
  });

  it("is left of a runner that was unloaded", async () => {
    const user = await saved(saying("one"));
    expect((await user.ask("/spells/demo/runner", { method: "DELETE" })).status).toBe(200);
    expect(await copiesOf(user)).toEqual([]);
    await putUntold(user, "demo", saying("two"));
    expect(await saidBy(user)).toBe("two");
  });

  it("is left of a runner that loaded its spell before its manager heard that it was unloaded", async () => {
    const user = await saved(saying("one"));
    const late = vi.spyOn(SpellManager.prototype, "runnerUnloaded");
    let calls = 0;
    late.mockImplementation(async function (this: SpellManager, name) {
      calls += 1;
      expect(await saidBy(user)).toBe("one");
      late.mockRestore();
      await this.runnerUnloaded(name);
    });
    expect((await user.ask("/spells/demo/runner", { method: "DELETE" })).status).toBe(200);
    expect(calls).toBe(1);
    await put(user, "demo", saying("two"));
    expect(await saidBy(user)).toBe("two");
  });

  it("is kept of a published spell", async () => {
    const [author, guest] = [userNamed(`copies-${(count += 1)}`), userNamed(`copies-${(count += 1)}`)];
    await put(author, "demo", saying("one"));
    const { publicId } = await publish(author, "demo", { share: "source" });
    const id = `@${publicId}`;
    const answer = await guest.ask(`/spells/${id}/run`, { body: {} });
    expect(answer.status).toBe(200);
    const name = runnerName({ caller: guest.name, owner: author.name, spellId: id, session: "main" });
    await runInDurableObject(bindings.SPELL_RUNNER.getByName(name), async (_, state) => {
      const parts = new RunnerParts(state, bindings);
      expect((await parts.loader.newest()).sources).toBeUndefined();
    });
  });
});

describe("A manager", () => {
  /** Deletes the spell with runners that meet the news as `hear` has it. */
  const deleteWith = async (user: User, hear: (manager: SpellManager, name: string) => Promise<void>) => {
    await new SpellRepository(bindings.DB).remove(user.name, "demo");
    const manager = bindings.SPELL_MANAGER.getByName(managerName(user.name));
    await runInDurableObject(manager, async (instance: SpellManager) => {
      const inside = instance as unknown as { env: Env };
      const whole = inside.env;
      const getByName = (name: string) => ({ spellDeleted: () => hear(instance, name) });
      inside.env = { ...whole, SPELL_RUNNER: { getByName } as never };
      await instance.spellDeleted("demo").finally(() => {
        inside.env = whole;
      });
    });
    return manager;
  };

  it("keeps a runner that it could not tell of a deletion, and tells it when the spell is made anew", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    const user = await saved(saying("one"));
    await deleteWith(user, () => Promise.reject(new Error("not reached")));
    await put(user, "demo", saying("two"));
    expect(await saidBy(user)).toBe("two");
    error.mockRestore();
  });

  it("keeps a runner that has loaded the spell that was made anew while it told of the deletion", async () => {
    const user = await saved(saying("one"));
    let wasKnown: boolean | undefined;
    let known = "";
    const manager = await deleteWith(user, async (instance, name) => {
      known = name;
      wasKnown = await instance.runnerLoaded(name);
    });
    expect(wasKnown).toBe(false);
    expect(await manager.runnerLoaded(known)).toBe(true);
  });
});
