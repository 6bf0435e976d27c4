/** What one user may have at once, over all runners: by leases, which come back after a crash. And what his runs have used. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { managerName } from "../../src/actor/address.ts";
import { leaseMs, Leases } from "../../src/actor/leases.ts";
import { RunPermits } from "../../src/actor/run-permits.ts";
import { StartRate } from "../../src/actor/start-rate.ts";
import { UsageBook } from "../../src/actor/usage-book.ts";
import { userLimitsOf } from "../../src/actor/user-limits.ts";
import type { Env } from "../../src/env.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { userUsage } from "../../src/protocol/runners.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { held } from "../helpers/provider.ts";
import { cutOff, demoRunner } from "../helpers/runners.ts";
import { spell } from "../helpers/spells.ts";

const bindings = env as unknown as Env;
const managerOf = (user: string) => bindings.SPELL_MANAGER.getByName(managerName(user));
const patience = { timeout: 15_000 };

/** The Worker, the runners and the managers of a test file share one `env`. */
async function limit(
  settings: Partial<Pick<Env, "USER_MAX_RUNS" | "USER_MAX_CONNECTIONS" | "USER_MAX_JOURNAL_BYTES">>,
) {
  const set = (target: object): void => {
    for (const name of ["USER_MAX_RUNS", "USER_MAX_CONNECTIONS", "USER_MAX_JOURNAL_BYTES"] as const)
      Object.assign(target, { [name]: settings[name] });
  };
  set(bindings);
  await runInDurableObject(managerOf("limits-env"), (manager) =>
    set((manager as unknown as { env: Env }).env),
  );
}
afterEach(() => limit({}));

const asking: SpellDocument = spell(
  {
    start: "Trigger In",
    text: { is: "Universal Input", data: { name: "text", text: "x" } },
    g: { is: "Generator", data: { fewshot: "{{prompt}}" }, inputs: [{ name: "prompt", type: "any" }] },
    out: "Output:said",
  },
  `start.trigger > g.trigger
   text.output > g.prompt
   g.trigger > out.trigger
   g.result > out.input`,
);

let count = 0;
async function saved(document = asking) {
  const user = userNamed(`limits-${(count += 1)}`);
  expect((await user.ask("/spells/demo", { method: "PUT", body: document })).status).toBe(201);
  const run = (text: string, session = "main") =>
    user.ask(`/spells/demo/run?session=${session}`, { body: { inputs: { text } } });
  /** A run that its provider holds. */
  const holding = async (session = "main") => {
    const text = `!hang:1 limits ${Math.random()}`;
    const answer = run(text, session).catch(() => null);
    await held(text);
    return { answer };
  };
  return { user, run, holding, usage: async () => userUsage.parse(await bodyOf(await user.ask("/usage"))) };
}

describe("Leases", () => {
  const withLeases = (name: string, use: (leases: Leases, clock: { at: number }) => void): Promise<void> =>
    runInDurableObject(managerOf(name), (_, { storage }) => {
      const clock = { at: 0 };
      storage.sql.exec("DELETE FROM leases");
      use(new Leases(storage.sql, () => clock.at), clock);
    });

  it("give what is needed and a quarter of what is left, and nothing beyond the limit", () =>
    withLeases("leases-1", (leases) => {
      expect(leases.take("a", 1, 9).runs).toBe(3);
      expect(leases.take("b", 4, 9).runs).toBe(4);
      expect(leases.take("c", 1, 9).runs).toBe(1);
      expect(leases.take("d", 5, 9).runs).toBe(1);
      expect(leases.take("e", 1, 9).runs).toBe(0);
      expect(leases.held()).toBe(9);
      expect(leases.take("b", 0, 9).runs).toBe(0);
      expect(leases.take("e", 1, 9).runs).toBe(1);
    }));
  it("come back when their time is over", () =>
    withLeases("leases-2", (leases, clock) => {
      leases.take("crashed", 2, 2);
      expect(leases.take("b", 1, 2).runs).toBe(0);
      clock.at = leaseMs;
      expect(leases.take("b", 2, 2).runs).toBe(2);
    }));
  it("are together never more than the limit, whoever asks for what and when", () =>
    withLeases("leases-3", (leases, clock) => {
      const step = fc.record({
        name: fc.constantFrom("a", "b", "c", "d"),
        needed: fc.nat({ max: 12 }),
        later: fc.nat({ max: leaseMs / 2 }),
      });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 20 }), (steps, most) => {
          clock.at += leaseMs;
          for (const { name, needed, later } of steps) {
            clock.at += later;
            const { runs } = leases.take(name, needed, most);
            expect(runs).toBeLessThanOrEqual(most);
            expect(leases.held()).toBeLessThanOrEqual(most);
          }
        }),
        { numRuns: 100 },
      );
    }));
});

describe("The rate of runs", () => {
  it("is never exceeded by more than two seconds' worth, whoever asks when", () => {
    const step = fc.record({ later: fc.nat({ max: 300 }), asks: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 100 }),
        fc.integer({ min: 1, max: 200 }),
        (steps, perSecond) => {
          const rate = new StartRate();
          const granted: { at: number; runs: number }[] = [];
          let at = 0;
          for (const { later, asks } of steps) {
            at += later;
            for (let i = 0; i < asks; i++) {
              const { runs, waitMs } = rate.take(perSecond, at);
              expect(runs > 0).toBe(waitMs === 0);
              granted.push({ at, runs });
            }
          }
          for (const [i, first] of granted.entries()) {
            let sum = 0;
            for (const { at: then, runs } of granted.slice(i)) {
              sum += runs;
              // Granted a second before its end, a run may begin at its end.
              expect(sum).toBeLessThanOrEqual(perSecond * ((then - first.at) / 1000 + 1) + 1e-6);
            }
          }
        },
      ),
      { numRuns: 50 },
    );
  });
  it("says when to come again, and keeps it", () => {
    const rate = new StartRate();
    while (rate.take(50, 0).runs > 0);
    const { waitMs } = rate.take(50, 0);
    expect(waitMs).toBeLessThanOrEqual(100);
    expect(rate.take(50, waitMs - 1).runs).toBe(0);
    expect(rate.take(50, waitMs + 1).runs).toBe(5);
    // A clock that goes back gives nothing twice.
    expect(rate.take(50, 0).runs).toBe(0);
  });
});

describe("A runner's permits", () => {
  const infinite = Number.POSITIVE_INFINITY;
  const unlimited = {
    runs: infinite,
    runsPerSecond: infinite,
    connections: infinite,
    journalBytes: infinite,
  };
  function permits(limits: Partial<typeof unlimited>) {
    const asked: number[] = [];
    const rate = new StartRate();
    const state = { at: 0, underway: 0, isBroken: false, grant: 3, isFull: false };
    const soon: (() => Promise<void>)[] = [];
    const made = new RunPermits({
      limits: () => ({ ...unlimited, ...limits }),
      underway: () => state.underway,
      lease: async (wanted, wantsStarts) => {
        asked.push(wanted);
        if (state.isBroken) throw new Error("gone");
        const lease = { runs: state.grant, expiresAt: state.at + leaseMs, isFull: state.isFull };
        return wantsStarts
          ? { ...lease, starts: rate.take(limits.runsPerSecond ?? infinite, state.at) }
          : lease;
      },
      now: () => state.at,
      soon: (work) => soon.push(work),
    });
    return { made, asked, state, soon };
  }
  it("ask nothing where there is no limit", () => {
    const { made, asked } = permits({});
    expect([made.pass(), asked]).toEqual([true, []]);
  });
  it("ask once, and renew in the background from half of the time on", async () => {
    const { made, asked, state, soon } = permits({ runs: 10 });
    expect(made.pass()).toBe(false);
    await made.take();
    state.underway = 2;
    expect([made.pass(), asked, soon.length]).toEqual([true, [1], 0]);
    state.at = leaseMs / 2 + 1;
    expect([made.pass(), soon.length]).toEqual([true, 1]);
    await soon[0]?.();
    expect(asked).toEqual([1, 2]);
    state.underway = 3;
    expect(made.pass()).toBe(false);
    await expect(made.take()).rejects.toMatchObject({ code: "rate_limited" });
  });
  it("are given for one run where the manager cannot be reached", async () => {
    const { made, asked, state } = permits({ runs: 10 });
    state.isBroken = true;
    await made.take();
    expect(made.pass()).toBe(true);
    state.underway = 1;
    expect(made.pass()).toBe(false);
    state.underway = 0;
    state.at += 60_000;
    expect([made.pass(), asked]).toEqual([false, [1]]);
  });
  it("are refused while too much is kept", async () => {
    const { made, state } = permits({ runs: 10 });
    state.isFull = true;
    await expect(made.take()).rejects.toMatchObject({ code: "budget_exceeded" });
  });
  it("for a rate are had in handfuls, and whoever is too fast asks nobody", async () => {
    const { made, asked, state } = permits({ runsPerSecond: 50 });
    let begun = 0;
    const begin = async () => {
      while (!made.pass()) await made.take();
      begun += 1;
    };
    for (let ms = 0; ms < 10_000; ms += 1) {
      state.at = ms;
      await begin().catch((error: unknown) => expect(error).toMatchObject({ code: "rate_limited" }));
    }
    expect(begun).toBeGreaterThanOrEqual(490);
    expect(begun).toBeLessThanOrEqual(600);
    // Some ten questions a second for a thousand runs that were asked for.
    expect(asked.length).toBeLessThan(250);
    state.at += 5000;
    await begin();
    expect(begun).toBeGreaterThan(490);
  });
  it("for a rate are given for one run where the manager cannot be reached, or knows of no rate", async () => {
    const { made, state } = permits({ runsPerSecond: 50 });
    state.isBroken = true;
    await made.take();
    expect([made.pass(), made.pass()]).toEqual([true, false]);
  });
});

describe("The limits of a user", () => {
  it("are read from settings, and a wrong one is named", () => {
    expect(userLimitsOf({ USER_MAX_RUNS: " 5 " })).toEqual({
      runs: 5,
      runsPerSecond: Number.POSITIVE_INFINITY,
      connections: Number.POSITIVE_INFINITY,
      journalBytes: Number.POSITIVE_INFINITY,
    });
    for (const wrong of ["0", "-1", "many", "1.5"])
      expect(() => userLimitsOf({ USER_MAX_CONNECTIONS: wrong })).toThrow(/USER_MAX_CONNECTIONS/);
  });

  it("hold for runs of all sessions together, and for nobody else", async () => {
    await limit({ USER_MAX_RUNS: "2" });
    const one = await saved();
    const holding = [await one.holding("a"), await one.holding("b")];
    const refused = await one.run("now", "c");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(await bodyOf(refused)).toMatchObject({
      code: "rate_limited",
      detail: expect.stringContaining("USER_MAX_RUNS") as string,
    });
    expect((await (await saved()).run("other")).status).toBe(200);
    for (const session of ["a", "b"]) {
      const { data } = await bodyOf(await one.user.ask(`/spells/demo/runs?session=${session}`));
      await one.user.ask(`/spells/demo/runs/${data[0].runId}?session=${session}`, { method: "DELETE" });
    }
    await Promise.all(holding.map(({ answer }) => answer));
    expect((await one.run("after", "a")).status).toBe(200);
  });

  it("hold for connections, also after a runner that never said that its own are gone", async () => {
    await limit({ USER_MAX_CONNECTIONS: "2" });
    const { user } = await saved();
    const tabs = [
      await TestConnection.open(user, "demo"),
      await TestConnection.open(user, "demo", "?session=b"),
    ];
    const open = () => user.ask("/spells/demo/connect?session=c", { headers: { upgrade: "websocket" } });
    const refused = await open();
    expect(refused.status).toBe(429);
    expect(await bodyOf(refused)).toMatchObject({ code: "rate_limited" });
    await cutOff(demoRunner(user.name));
    await tabs[0]?.wait(() => tabs[0]?.closed, "the end of a connection that was cut off");
    expect((await open()).status).toBe(101);
  });

  it("hold for what is kept, until something is deleted", async () => {
    const { user, run, usage } = await saved(
      spell(
        { start: "Trigger In", text: { is: "Universal Input", data: { name: "text" } }, out: "Output:said" },
        `start.trigger > out.trigger
         text.output > out.input`,
      ),
    );
    expect((await run("x".repeat(300_000))).status).toBe(200);
    expect((await usage()).journalBytes).toBeGreaterThan(100_000);
    await limit({ USER_MAX_JOURNAL_BYTES: "100000" });
    const refused = await run("more");
    expect(refused.status).toBe(422);
    expect(await bodyOf(refused)).toMatchObject({ code: "budget_exceeded" });
    await user.ask("/spells/demo", { method: "DELETE" });
    expect((await usage()).journalBytes).toBe(0);
  });
});

describe("Usage", () => {
  it("counts each run once, through evictions and crashes", async () => {
    const { user, run, usage } = await saved();
    for (let i = 0; i < 3; i++) await run(`use ${i}`);
    const once = await usage();
    expect(once).toMatchObject({ runs: 3, calls: 3, limits: {} });
    expect(once.nodes).toBeGreaterThanOrEqual(9);
    expect(once.outputTokens).toBeGreaterThan(0);
    expect(await usage()).toEqual(once);
    await evictDurableObject(demoRunner(user.name));
    expect(await usage()).toEqual(once);
    await run("one more");
    await cutOff(demoRunner(user.name));
    await vi.waitFor(async () => expect((await usage()).runs).toBe(4), patience);
    const other = await saved();
    expect((await other.usage()).runs).toBe(0);
  });

  it("goes to the month in which it was told, and only what is more", () =>
    runInDurableObject(managerOf("usage-book"), (_, { storage }) => {
      const book = new UsageBook(storage.sql);
      const usage = { runs: 2, nodes: 20, inputTokens: 5, outputTokens: 7, calls: 1 };
      const november = Date.UTC(2026, 10, 30, 23, 59);
      const december = Date.UTC(2026, 11, 1);
      book.put("a", { usage, bytes: 10 }, november);
      book.put("a", { usage, bytes: 11 }, november);
      book.put("b", { usage, bytes: 5 }, november);
      book.put("a", { usage: { ...usage, runs: 5 }, bytes: 12 }, december);
      // One that comes late takes nothing back.
      book.put("a", { usage, bytes: 12 }, december);
      expect(book.month(november)).toEqual({
        month: "2026-11",
        ...usage,
        runs: 4,
        nodes: 40,
        inputTokens: 10,
        outputTokens: 14,
        calls: 2,
      });
      expect(book.month(december)).toMatchObject({ month: "2026-12", runs: 3, nodes: 0 });
      expect([book.bytes(), book.bytesOf("b"), book.bytesOf("none")]).toEqual([17, 5, 0]);
    }));
});

it("A spell that is played is told in the list of runners, loaded or not", async () => {
  const { user } = await saved(
    spell({ in: { is: "Client In", data: { name: "feed" } }, out: "Output:o" }, "in.trigger > out.trigger"),
  );
  await user.ask("/spells/demo/play", { method: "POST" });
  await user.ask("/spells/demo/runner", { method: "DELETE" });
  const listed = async () => (await bodyOf(await user.ask("/runners"))).data;
  await vi.waitFor(
    async () => expect(await listed()).toMatchObject([{ spellId: "demo", loaded: false, playing: true }]),
    patience,
  );
  await user.ask("/spells/demo/pause", { method: "POST" });
  await vi.waitFor(async () => expect(await listed()).toMatchObject([{ playing: false }]), patience);
});
