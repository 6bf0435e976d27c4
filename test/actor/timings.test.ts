/** How long things took, from the journals of a user's runners. */
import { runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { timingsOf } from "../../src/actor/timings.ts";
import type { Env } from "../../src/env.ts";
import type { Timing } from "../../src/protocol/services.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { spell } from "../helpers/spells.ts";

const env = bindings as unknown as Env;
let count = 0;
const writer = (fewshot: string) =>
  spell(
    { start: "Trigger In", say: { is: "Generator", data: { fewshot } }, out: "Output:said" },
    "start.trigger > say.trigger\nsay.trigger > out.trigger\nsay.result > out.input",
  );

function someone() {
  const user = userNamed(`timings-${(count += 1)}`);
  return {
    ...user,
    save: (id: string, fewshot: string) =>
      user.ask(`/spells/${id}`, { method: "PUT", body: writer(fewshot) }),
    run: (id: string, session = "main") => user.ask(`/spells/${id}/run?session=${session}`, { body: {} }),
    timings: async (body: object = {}): Promise<{ data: Timing[]; isPartial: boolean }> =>
      bodyOf(await user.ask("/services/speech/timings", { body })),
  };
}

const byName = (data: readonly Timing[]) =>
  Object.fromEntries(data.map((one) => [`${one.kind} ${one.name}`, one]));

describe("timings", () => {
  it("count what nodes, spells and providers did over all sessions, failures among them", async () => {
    const user = someone();
    await user.save("good", "hello");
    await user.save("bad", "!400 no");
    for (const session of ["main", "main", "other"])
      expect((await user.run("good", session)).status).toBe(200);
    expect((await user.run("bad")).status).toBe(422);
    const { data, isPartial } = await user.timings();
    expect(isPartial).toBe(false);
    const told = byName(data);
    expect(told["spell good"]).toMatchObject({ count: 3, failures: 0 });
    expect(told["spell bad"]).toMatchObject({ count: 1, failures: 1, p50: 0, p95: 0 });
    expect(told["node good/say"]).toMatchObject({ count: 3, failures: 0, p50: expect.any(Number) });
    expect(told["node bad/say"]).toMatchObject({ count: 1, failures: 1 });
    expect(told["provider unknown"]).toMatchObject({ count: 1, failures: 1 });
    const provider = data.find(({ kind, name }) => kind === "provider" && name !== "unknown");
    expect(provider).toMatchObject({ name: expect.stringMatching(/^127\.0\.0\.1:\d+$/), count: 3 });
    expect(provider?.p95).toBeGreaterThanOrEqual(provider?.p50 ?? Infinity);
  });

  it("are of one spell, or since a time, where that is asked", async () => {
    const user = someone();
    await user.save("one", "a");
    await user.save("two", "b");
    await user.run("one");
    await user.run("two");
    const names = async (body: object) =>
      (await user.timings(body)).data.filter(({ kind }) => kind === "spell").map(({ name }) => name);
    expect((await names({})).toSorted()).toEqual(["one", "two"]);
    expect(await names({ spellId: "two" })).toEqual(["two"]);
    expect(await names({ since: Date.now() + 60_000 })).toEqual([]);
  });

  it("are of one session where that is asked", async () => {
    const user = someone();
    await user.save("one", "a");
    for (const session of ["main", "main", "other"]) await user.run("one", session);
    const countOf = async (body: object) => byName((await user.timings(body)).data)["spell one"]?.count;
    expect([
      await countOf({}),
      await countOf({ session: "main" }),
      await countOf({ session: "other" }),
    ]).toEqual([3, 2, 1]);
    expect(await countOf({ session: "none" })).toBe(undefined);
    expect((await user.ask("/services/speech/timings", { body: { session: "a b" } })).status).toBe(400);
  });

  it("are of the others, where a runner cannot tell", async () => {
    const user = someone();
    await user.save("good", "a");
    await user.run("good");
    await user.save("lost", "b");
    await user.run("lost");
    const runner = env.SPELL_RUNNER.getByName(JSON.stringify([1, user.name, user.name, "lost", "main"]));
    const rename = async (from: string, to: string) =>
      runInDurableObject(runner, (_, { storage }) => {
        storage.sql.exec(`ALTER TABLE ${from} RENAME TO ${to}`);
      });
    await rename("journal", "lost_journal");
    const { data, isPartial } = await user.timings();
    await rename("lost_journal", "journal");
    expect(isPartial).toBe(true);
    expect(data.filter(({ kind }) => kind === "spell").map(({ name }) => name)).toEqual(["good"]);
    expect((await user.timings()).isPartial).toBe(false);
  });

  it("are the caller's own", async () => {
    expect(await someone().timings()).toEqual({ data: [], isPartial: false });
    expect((await someone().ask("/services/speech/timings", { body: { since: "now" } })).status).toBe(400);
  });

  it("of many runners are percentiles of all their times, by the nearest rank", () => {
    const of = (ms: number[]) => ({
      samples: { "node n": { kind: "node" as const, name: "n", count: ms.length + 1, failures: 1, ms } },
      isPartial: false,
    });
    const low = Array.from({ length: 50 }, (_, i) => i + 1);
    const high = Array.from({ length: 50 }, (_, i) => i + 51);
    expect(timingsOf([of(high), of(low)])).toEqual([
      { kind: "node", name: "n", count: 102, failures: 2, p50: 50, p95: 95 },
    ]);
  });
});
