/** What a runner gives up of runs that have ended, and what that must not change. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { runnerName } from "../../src/actor/address.ts";
import { Chunks } from "../../src/actor/chunks.ts";
import { helloFrames } from "../../src/actor/hello.ts";
import { Disclosure } from "../../src/actor/published/disclosure.ts";
import { RunnerJournal } from "../../src/actor/journal.ts";
import { JournalStore } from "../../src/actor/journal-store.ts";
import { LargeValues } from "../../src/actor/large-values.ts";
import { defaultRetention, Retention, retentionOf } from "../../src/actor/retention.ts";
import { RunTable } from "../../src/actor/run-table.ts";
import { Sweeper } from "../../src/actor/sweeper.ts";
import type { Env } from "../../src/env.ts";
import { engineVersion, type RunEvent } from "../../src/protocol/events.ts";
import type { RunStatus } from "../../src/protocol/runs.ts";
import { spellSettings } from "../../src/protocol/spell.ts";
import { PROTOCOL_VERSION } from "../../src/protocol/version.ts";
import { demoRunner } from "../helpers/runners.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { spell } from "../helpers/spells.ts";

const bindings = env as unknown as Env;
const day = 86_400_000;
const none = { maxRuns: 1e6, maxAgeMs: 1e12, maxBytes: 1e12 };

interface Told {
  status?: RunStatus;
  /** Characters of what its node gave; above 256 KB they lie in chunks. */
  length?: number;
  startedAt?: number;
  endedAt?: number;
  parent?: string;
  /** All of it in one turn. */
  isWhole?: boolean;
}

/** Ids of runs sort as the runs began. A journal as one start of the runner has it, on the database that it had before. */
function journalOn(storage: DurableObjectStorage) {
  const { sql } = storage;
  const clock = { at: 0, now: () => clock.at };
  const held = new Set<string>();
  const chunks = new Chunks(sql);
  const store = new JournalStore(sql, new LargeValues(chunks));
  const journal = new RunnerJournal(store, clock, () => {});
  const table = new RunTable(sql, store, "main");
  const retention = new Retention({
    storage,
    isHeld: (runId) => held.has(runId) || journal.isHeard(runId),
  });
  const one = (query: string, ...given: SqlStorageValue[]) =>
    Object.values(sql.exec(query, ...given).one())[0] as number;

  const started = (runId: string, parent?: string): RunEvent => ({
    type: "run.started",
    runId,
    trigger: "start",
    inputs: {},
    state: {},
    spell: { id: "s", version: 1 },
    engineVersion,
    ...(parent === undefined ? {} : { parent: { runId: parent } }),
  });
  const given = (runId: string, length: number): RunEvent => ({
    type: "node.completed",
    runId,
    nodeId: "n",
    visit: "1",
    attempt: 1,
    outputs: { text: "x".repeat(length) },
    fired: [],
    ms: 0,
  });
  const ended = (runId: string): RunEvent => ({ type: "run.completed", runId, ms: 0 });

  const begin = (runId: string, { startedAt = 0, status = "completed", parent }: Told = {}): void => {
    clock.at = startedAt;
    table.put({ runId, status, firstSeq: journal.lastSeq + 1, startedAt });
    journal.record(started(runId, parent));
  };
  const end = (runId: string, endedAt = 0): void => {
    clock.at = endedAt;
    journal.record(ended(runId));
  };
  /** A run that goes through in one turn. */
  const addWhole = (runId: string, { startedAt = 0, length = 10, parent }: Told): void => {
    clock.at = startedAt;
    const firstSeq = journal.lastSeq + 1;
    const port = journal.of(runId, (rows) => {
      expect(rows.map(({ first }) => first)).toEqual([firstSeq]);
      return { whole: { startedAt, status: "completed" } };
    });
    for (const event of [started(runId, parent), given(runId, length), ended(runId)]) port.append(event);
    port.commit();
  };
  return {
    sql,
    clock,
    held,
    chunks,
    store,
    journal,
    table,
    retention,
    one,
    begin,
    end,
    /** Writes a run, the end too where its status is that of an end. */
    add: (runId: string, told: Told = {}): void => {
      const { status = "completed", length = 10, startedAt = 0, endedAt = startedAt } = told;
      if (told.isWhole === true) return addWhole(runId, told);
      begin(runId, told);
      journal.record(given(runId, length));
      if (status === "completed") end(runId, endedAt);
    },
    runIds: () =>
      sql
        .exec<{ run_id: string }>("SELECT run_id FROM runs ORDER BY first_seq")
        .toArray()
        .map((row) => row.run_id),
    /** Measured anew, all of it. */
    bytes: () =>
      one(`SELECT (SELECT coalesce(sum(octet_length(body)), 0) FROM journal WHERE run_id <> '') +
                  (SELECT coalesce(sum(octet_length(body)), 0) FROM chunks WHERE run_id <> '')`),
    fact: (name: string) => one("SELECT coalesce((SELECT value FROM facts WHERE name = ?), -1)", name),
    hello: (lastSeq: number) => {
      const welcome = {
        type: "welcome" as const,
        protocolVersion: PROTOCOL_VERSION,
        userId: "u",
        session: "main",
        spell: { id: "s", version: 1 },
        playing: false,
        lastSeq: journal.lastSeq,
        runs: [],
      };
      const recent = (runs: number) => table.list(runs, undefined, undefined).runs.map(({ runId }) => runId);
      const [, ...frames] = [...helloFrames(welcome, lastSeq, store, new Disclosure("s", true), recent)];
      const [first] = frames.map((frame) => JSON.parse(frame) as { events?: unknown[]; snapshot?: unknown });
      return first ?? {};
    },
  };
}

type TestJournal = ReturnType<typeof journalOn>;

async function withJournal(
  name: string,
  use: (make: () => TestJournal, storage: DurableObjectStorage) => void | Promise<void>,
): Promise<void> {
  const address = { caller: name, owner: name, spellId: "retention", session: "main" };
  const stub = bindings.SPELL_RUNNER.getByName(runnerName(address));
  await runInDurableObject(stub, async (_instance, { storage }) => use(() => journalOn(storage), storage));
}

describe("a sweep", () => {
  it("keeps the newest runs by count, and nothing of the others", async () => {
    await withJournal("count", (make) => {
      const { add, retention, runIds, one, chunks } = make();
      chunks.put("session-state", "", "{}");
      for (const runId of ["a", "b", "c", "d"]) add(runId, { length: runId === "c" ? 10 : 600_000 });
      const orphans = (table: string) =>
        one(`SELECT count(*) FROM ${table} WHERE run_id <> '' AND run_id NOT IN (SELECT run_id FROM runs)`);
      expect(one("SELECT count(DISTINCT run_id) FROM chunks")).toBe(4);
      expect(retention.sweep(0, { ...none, maxRuns: 2 })).toEqual({ runs: 2, more: false });
      expect(runIds()).toEqual(["c", "d"]);
      expect([orphans("journal"), orphans("chunks")]).toEqual([0, 0]);
      expect(one("SELECT count(DISTINCT run_id) FROM chunks")).toBe(2);
      expect(chunks.get("session-state")).toBe("{}");
      expect(retention.sweep(0, { ...none, maxRuns: 2 })).toEqual({ runs: 0, more: false });
    });
  });

  it("counts a run's age from its end, so that one that waited long stays", async () => {
    await withJournal("age", (make) => {
      const { add, begin, end, retention, runIds } = make();
      begin("waited", { startedAt: 0 });
      add("old", { startedAt: day });
      end("waited", 9 * day);
      add("young", { startedAt: 8 * day });
      const limits = { ...none, maxAgeMs: 3 * day };
      expect(retention.sweep(4 * day, limits).runs).toBe(0);
      expect(retention.sweep(10 * day, limits).runs).toBe(1);
      expect(runIds()).toEqual(["waited", "young"]);
      expect(retention.sweep(20 * day, limits).runs).toBe(2);
      expect(runIds()).toEqual([]);
    });
  });

  it("gives up no more runs than the bytes ask for, values that were put apart included", async () => {
    await withJournal("bytes", (make) => {
      const { add, retention, runIds, bytes, fact } = make();
      for (const runId of ["a", "b", "c", "d"]) add(runId, { length: 1_000_000 });
      expect(bytes()).toBeGreaterThan(4_000_000);
      expect(retention.sweep(0, { ...none, maxBytes: 5_000_000 }).runs).toBe(0);
      expect(fact("kept_bytes")).toBe(bytes());
      add("e", { length: 300_000 });
      expect(retention.sweep(0, { ...none, maxBytes: 2_500_000 }).runs).toBe(2);
      expect(runIds()).toEqual(["c", "d", "e"]);
      expect(fact("kept_bytes")).toBe(bytes());
      expect(make().retention.sweep(0, { ...none, maxBytes: 1 }).runs).toBe(3);
      expect([bytes(), fact("kept_bytes")]).toEqual([0, 0]);
    });
  });

  it("never takes a run that is queued, runs or waits, nor one that is held or being read", async () => {
    await withJournal("open", (make) => {
      const { add, retention, runIds, held, journal, store } = make();
      for (const status of ["queued", "running", "waiting"] as const) add(status, { status });
      for (const runId of ["held", "read", "gone"]) add(runId);
      held.add("held");
      const stop = journal.listen("read", () => {});
      const hard = { maxRuns: 1, maxAgeMs: 1, maxBytes: 1 };
      expect(retention.sweep(day, hard)).toEqual({ runs: 1, more: false });
      expect(runIds()).toEqual(["queued", "running", "waiting", "held", "read"]);
      for (const runId of runIds()) expect([...store.after(0, runId)].length).toBeGreaterThan(1);
      stop();
      held.clear();
      expect(retention.sweep(day, hard).runs).toBe(2);
      expect(runIds()).toEqual(["queued", "running", "waiting"]);
    });
  });

  it("keeps what an open run was forked from, until that has ended", async () => {
    await withJournal("forks", (make) => {
      const { add, retention, runIds, sql } = make();
      for (const runId of ["parent", "other"]) add(runId);
      add("fork", { status: "waiting", parent: "parent" });
      add("done", { parent: "other" });
      expect(retention.sweep(0, { ...none, maxBytes: 1 }).runs).toBe(2);
      expect(runIds()).toEqual(["parent", "fork"]);
      sql.exec("UPDATE runs SET status = 'cancelled' WHERE run_id = 'fork'");
      expect(retention.sweep(0, { ...none, maxBytes: 1 }).runs).toBe(2);
    });
  });

  it("does a bounded part, and says that there is more", async () => {
    await withJournal("parts", (make) => {
      const { add, retention, runIds } = make();
      for (let i = 0; i < 250; i++) add(`r${1000 + i}`, { length: 1 });
      expect(retention.sweep(0, { ...none, maxRuns: 10 })).toEqual({ runs: 100, more: true });
      expect(retention.sweep(0, { ...none, maxRuns: 10 })).toEqual({ runs: 100, more: true });
      expect(retention.sweep(0, { ...none, maxRuns: 10 })).toEqual({ runs: 40, more: false });
      expect(runIds()).toEqual(Array.from({ length: 10 }, (_, i) => `r${1240 + i}`));
      for (let i = 0; i < 4; i++) add(`s-large-${i}`, { length: 5_000_000 });
      expect(retention.sweep(0, { ...none, maxBytes: 1 })).toEqual({ runs: 12, more: true });
      expect(retention.sweep(0, { ...none, maxBytes: 1 })).toEqual({ runs: 2, more: false });
    });
  });

  it("writes nothing while all is within the limits and little is new", async () => {
    await withJournal("cheap", (make) => {
      const { add, retention, one } = make();
      add("a");
      retention.sweep(0, defaultRetention);
      expect(one("SELECT count(*) FROM facts WHERE name <> 'wake_at'")).toBe(0);
    });
  });

  it("gives up events of no run when they are old and older than every run that is kept", async () => {
    await withJournal("runless", (make) => {
      const { add, clock, journal, retention, one, fact } = make();
      const play = (at: number) => {
        clock.at = at;
        journal.record({ type: "runner.played" });
      };
      const left = () => one("SELECT count(*) FROM journal WHERE run_id = ''");
      play(0);
      play(2 * day);
      add("kept", { startedAt: 3 * day });
      play(4 * day);
      retention.sweep(4 * day, { ...none, maxAgeMs: 3 * day });
      expect([left(), fact("kept_after")]).toEqual([2, 1]);
      // The one after the run stays as long as the run does, however old.
      retention.sweep(9 * day, none);
      expect(left()).toBe(2);
      retention.sweep(9 * day, { ...none, maxAgeMs: 3 * day });
      expect(left()).toBe(0);
      expect(make().journal.lastSeq).toBe(journal.lastSeq);
    });
  });

  it("leaves seq where it was, also when the newest events went", async () => {
    await withJournal("seq", (make) => {
      const { add, retention, journal } = make();
      for (const runId of ["a", "b"]) add(runId);
      const { lastSeq } = journal;
      expect(retention.sweep(9, { ...none, maxBytes: 1 }).runs).toBe(2);
      const next = make();
      expect(next.journal.lastSeq).toBe(lastSeq);
      next.add("c");
      expect(next.table.get("c")).toMatchObject({ status: "completed" });
      expect([...next.store.after(0)].map(({ seq }) => seq)).toEqual([1, 2, 3].map((n) => lastSeq + n));
      expect(make().journal.lastSeq).toBe(lastSeq + 3);
    });
  });

  it("leaves no gap with holes: below what went there is a snapshot, after it every event", async () => {
    await withJournal("gap", (make) => {
      const { begin, end, add, retention, journal, hello } = make();
      // The first run ends within the second: its events lie on both sides of those that stay.
      begin("1-gone");
      begin("2-stays");
      end("1-gone");
      const keptAfter = journal.lastSeq;
      end("2-stays");
      add("3-later");
      expect(hello(0).events).toHaveLength(7);
      expect(retention.sweep(0, { ...none, maxRuns: 2 }).runs).toBe(1);
      for (const lastSeq of [0, 1, keptAfter - 1])
        expect(hello(lastSeq)).toMatchObject({
          snapshot: { seq: journal.lastSeq, runs: [{ runId: "3-later" }, { runId: "2-stays" }] },
        });
      for (let lastSeq = keptAfter; lastSeq <= journal.lastSeq; lastSeq++)
        expect(hello(lastSeq).events).toHaveLength(journal.lastSeq - lastSeq);
    });
  });

  it("of any runs keeps the newest that fit, every open one, and the count of bytes", async () => {
    const drawn = fc.record({
      status: fc.constantFrom<RunStatus>("completed", "completed", "completed", "running", "waiting"),
      length: fc.oneof(fc.nat(2000), fc.constant(300_000)),
      days: fc.nat(3),
      isWhole: fc.boolean(),
    });
    const drawnLimits = fc.record({
      maxRuns: fc.integer({ min: 1, max: 8 }),
      maxAgeMs: fc.integer({ min: 1, max: 20 }).map((days) => days * day),
      maxBytes: fc.integer({ min: 1, max: 2_000_000 }),
    });
    await withJournal("any", async (make, storage) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.array(drawn, { maxLength: 6 }), drawnLimits), { minLength: 1, maxLength: 4 }),
          async (rounds) => {
            for (const table of ["journal", "runs", "chunks", "facts"])
              storage.sql.exec(`DELETE FROM ${table}`);
            let now = 0;
            let lastSeq = 0;
            const ended: { runId: string; at: number }[] = [];
            for (const [round, [runs, limits]] of rounds.entries()) {
              const { add, retention, runIds, bytes, journal, store, fact, sql } = make();
              expect(journal.lastSeq).toBe(lastSeq);
              for (const [i, { status, length, days, isWhole }] of runs.entries()) {
                now += days * day;
                add(`${round}-${i}`, {
                  status,
                  length,
                  startedAt: now,
                  isWhole: isWhole && status === "completed",
                });
                if (status === "completed") ended.push({ runId: `${round}-${i}`, at: now });
              }
              ({ lastSeq } = journal);
              const before = runIds();
              while (retention.sweep(now, limits).more);
              const left = runIds();
              const kept = ended.filter(({ runId }) => left.includes(runId));
              const isOpen = (runId: string) => !ended.some((run) => run.runId === runId);
              expect(left.filter(isOpen)).toEqual(before.filter(isOpen));
              // The newest of those that have ended, and as many as fit.
              expect(kept).toEqual(kept.length === 0 ? [] : ended.slice(-kept.length));
              expect(kept.length).toBeLessThanOrEqual(limits.maxRuns);
              expect(kept.every(({ at }) => at >= now - limits.maxAgeMs)).toBe(true);
              expect(kept.length === 0 || bytes() <= limits.maxBytes).toBe(true);
              if (left.length < before.length) expect(fact("kept_bytes")).toBe(bytes());
              // After what went every event is there.
              const seqs = [...store.after(store.keptAfter())].map(({ seq }) => seq);
              expect(seqs).toEqual(
                Array.from({ length: lastSeq - store.keptAfter() }, (_, i) => store.keptAfter() + 1 + i),
              );
              const strays = sql.exec(
                "SELECT 1 FROM (SELECT run_id FROM journal UNION SELECT run_id FROM chunks) WHERE run_id NOT IN (SELECT run_id FROM runs)",
              );
              expect(strays.toArray()).toEqual([]);
            }
          },
        ),
        { numRuns: 60 },
      );
    });
  });
});

describe("the limits of a spell", () => {
  it("stand in for the usual ones, each by itself, within bounds", () => {
    expect(retentionOf(undefined)).toEqual(defaultRetention);
    expect(retentionOf({ maxRuns: 5 })).toEqual({ ...defaultRetention, maxRuns: 5 });
    for (const name of ["maxRuns", "maxAgeMs", "maxBytes"]) {
      for (const wrong of [0, -1, 1.5, 1e15, "7", null])
        expect(spellSettings.safeParse({ retention: { [name]: wrong } }).success).toBe(false);
      expect(spellSettings.safeParse({ retention: { [name]: 100_000 } }).success).toBe(true);
    }
  });
});

describe("the sweeper", () => {
  /** Does what is to be done soon when told so, on a journal that only counts. */
  function bench(limits: typeof none | null = none) {
    const soon: (() => void)[] = [];
    const woken: number[] = [];
    const facts = new Map<string, number>();
    const left = {
      sweeps: 0,
      more: 0,
      written: 0,
      faults: 0,
      isBroken: false,
      oldest: undefined as number | undefined,
      uncounted: 0,
      told: 0,
      now: 0,
    };
    const sweeper = new Sweeper({
      retention: {
        sweep: () => {
          if (left.isBroken) throw new Error("broken");
          left.sweeps += 1;
          return { runs: 0, more: (left.more -= 1) >= 0 };
        },
        oldest: () => left.oldest,
      },
      facts: { get: (name) => facts.get(name) ?? 0, set: (name, value) => void facts.set(name, value) },
      wakeBy: (at) => woken.push(at),
      before: () => (left.uncounted -= 1) >= 0,
      after: () => (left.told += 1),
      limits: () => limits ?? undefined,
      written: () => left.written,
      soon: (work) => soon.push(work),
      clock: { now: () => left.now },
      fault: () => (left.faults += 1),
    });
    return { sweeper, soon, left, woken, next: () => soon.shift()?.() };
  }

  it("has the alarm come when the oldest run is of age, and sweeps by it though no spell is loaded", () => {
    const limits = { ...none, maxAgeMs: 86_400_000 };
    const { sweeper, left, woken, next } = bench(limits);
    sweeper.alarm();
    sweeper.runEnded();
    next();
    // Nothing was ever kept.
    expect([left.sweeps, woken]).toEqual([1, []]);
    left.oldest = 5;
    for (let i = 0; i < 256; i++) sweeper.runEnded();
    next();
    expect(woken).toEqual([86_400_005]);
    // One that comes for something else sweeps nothing, and leaves its own to come.
    sweeper.alarm();
    expect([left.sweeps, woken]).toEqual([2, [86_400_005, 86_400_005]]);
    left.now = 86_400_005;
    sweeper.alarm();
    expect(left.sweeps).toBe(3);
    // One that is of age and stays, since it took long, is not asked for again and again.
    left.oldest = 0;
    left.now += 86_400_000;
    sweeper.alarm();
    expect(woken.at(-1)).toBe(left.now + 3_600_000);
  });

  it("sweeps after the first run of a start, then when a quarter more than is kept has ended, or when much was written", () => {
    const { sweeper, soon, left, next } = bench();
    sweeper.runEnded();
    expect([soon.length, left.sweeps]).toEqual([1, 0]);
    sweeper.runEnded();
    expect(soon).toHaveLength(1);
    next();
    for (let i = 0; i < 255; i++) sweeper.runEnded();
    expect([soon.length, left.sweeps]).toEqual([0, 1]);
    sweeper.runEnded();
    next();
    left.written = 1024 * 1024;
    sweeper.runEnded();
    next();
    sweeper.runEnded();
    expect([soon.length, left.sweeps]).toEqual([0, 3]);
    for (const [maxRuns, every] of [
      [1, 16],
      [400, 100],
      [1e6, 256],
    ] as const) {
      const one = bench({ ...none, maxRuns });
      for (let runs = 0; one.left.sweeps < 2; runs++) {
        expect(runs).toBeLessThanOrEqual(every);
        one.sweeper.runEnded();
        one.next();
        if (one.left.sweeps === 2) expect(runs).toBe(every);
      }
    }
  });

  it("goes on until nothing is left, and then plans nothing more", () => {
    const { sweeper, soon, left, next } = bench();
    left.more = 3;
    sweeper.runEnded();
    while (soon.length > 0) next();
    expect(left.sweeps).toBe(4);
  });

  it("has all counted before it gives anything up, and tells when it is done", () => {
    const { sweeper, soon, left, next } = bench();
    left.uncounted = 2;
    sweeper.runEnded();
    next();
    next();
    expect([left.sweeps, left.told]).toEqual([0, 0]);
    next();
    expect([left.sweeps, left.told, soon.length]).toEqual([1, 1, 0]);
  });

  it("gives nothing up while the limits are not known, and tries again after a fault", () => {
    const unknown = bench(null);
    const { sweeper, left, next } = bench();
    left.isBroken = true;
    for (const each of [unknown, { sweeper, next }]) {
      each.sweeper.runEnded();
      each.next();
    }
    expect([unknown.left.sweeps, left.sweeps, left.faults]).toEqual([0, 0, 1]);
    left.isBroken = false;
    sweeper.runEnded();
    next();
    expect(left.sweeps).toBe(1);
  });
});

describe("a runner", () => {
  let count = 0;
  const asked = spell(
    { start: "Trigger In", text: "Universal Input:text", e: "Echo", out: "Output:said" },
    `
  start.trigger > e.trigger
  text.output > e.source
  e.trigger > out.trigger
  e.output > out.input`,
  );
  /** Enough to be swept after each run. */
  const text = "x".repeat(400_000);

  async function saved(retention: Partial<typeof none>) {
    const user = userNamed(`retention-${(count += 1)}`);
    const body = { ...asked, settings: { retention } };
    expect((await user.ask("/spells/demo", { method: "PUT", body })).status).toBe(201);
    const run = async (): Promise<string> =>
      (await bodyOf(await user.ask("/spells/demo/run", { body: { inputs: { text } } }))).runId;
    const listed = async (): Promise<string[]> =>
      (await bodyOf(await user.ask("/spells/demo/runs"))).data.map(({ runId }: { runId: string }) => runId);
    return { user, run, listed, stub: demoRunner(user.name) };
  }

  it("keeps to its spell's limits, and goes on counting after an eviction", async () => {
    const { user, run, listed, stub } = await saved({ maxRuns: 2 });
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    const runs: string[] = [];
    for (let i = 0; i < 5; i++) runs.push(await run());
    await expect.poll(listed, { timeout: 10_000 }).toEqual(runs.slice(-2).toReversed());
    for (const path of [`/${runs[0]}`, `/${runs[0]}/events`])
      expect((await user.ask(`/spells/demo/runs${path}`)).status).toBe(404);
    const sse = { headers: { accept: "text/event-stream" } };
    expect((await user.ask(`/spells/demo/runs/${runs[0]}/events`, sse)).status).toBe(404);
    await tab.end(runs[4] ?? "");
    const lastOf = (runId = "") =>
      Math.max(
        ...tab.events.flatMap((event) => ("runId" in event && event.runId === runId ? [event.seq] : [])),
      );
    const lastSeq = lastOf(runs[4]);
    await evictDurableObject(stub);
    const [missed, kept] = [await TestConnection.open(user, "demo"), await TestConnection.open(user, "demo")];
    await missed.hello(lastOf(runs[1]));
    expect(await missed.until(({ type }) => type === "replay", "the snapshot")).toMatchObject({
      snapshot: { seq: lastSeq, runs: [{ runId: runs[4] }, { runId: runs[3] }] },
    });
    await kept.hello(lastOf(runs[2]));
    await kept.wait(() => kept.events.at(-1)?.seq === lastSeq, "the gap");
    expect(kept.events).toEqual(tab.events.filter(({ seq }) => seq > lastOf(runs[2])));
    const next = await run();
    await kept.end(next);
    expect(kept.events.find(({ seq }) => seq > lastSeq)).toMatchObject({
      type: "run.started",
      seq: lastSeq + 1,
    });
  });

  it("wakes for what is of age by the alarm alone", async () => {
    const { run, stub } = await saved({ maxAgeMs: 7_200_000 });
    await run();
    const alarm = (): Promise<number | null> =>
      runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
    await expect.poll(alarm, { timeout: 10_000 }).not.toBe(null);
    const hours = (((await alarm()) ?? 0) - Date.now()) / 3_600_000;
    expect(Math.round(hours)).toBe(2);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("UPDATE runs SET started_at = 1");
      storage.sql.exec("UPDATE facts SET value = 1 WHERE name = 'sweep_at'");
      storage.sql.exec(`UPDATE journal SET body = replace(body, '"at":', '"at":1,"was":')`);
    });
    await evictDurableObject(stub);
    await runDurableObjectAlarm(stub);
    const left = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("SELECT count(*) AS n FROM runs").one(),
    );
    expect(left).toEqual({ n: 0 });
  });

  it("forgets the runs of a spell that is deleted, and gives no seq again", async () => {
    const { user, run, listed, stub } = await saved({});
    await run();
    const seqs = () =>
      runInDurableObject(stub, (_, { storage }) =>
        storage.sql
          .exec(
            "SELECT (SELECT count(*) FROM journal) AS n, (SELECT count(*) FROM chunks WHERE run_id <> '') AS c",
          )
          .one(),
      );
    const tab = await TestConnection.open(user, "demo");
    const { lastSeq } = (await tab.hello()) as { lastSeq: number };
    expect((await user.ask("/spells/demo", { method: "DELETE" })).status).toBe(204);
    await expect.poll(seqs, { timeout: 10_000 }).toEqual({ n: 0, c: 0 });
    expect((await user.ask("/spells/demo", { method: "PUT", body: asked })).status).toBe(201);
    expect(await listed()).toEqual([]);
    const again = await TestConnection.open(user, "demo");
    expect(await again.hello(lastSeq)).toMatchObject({ lastSeq });
    await again.end(await run());
    expect(again.events[0]?.seq).toBe(lastSeq + 1);
  });

  it("that slept through its spell's deletion begins anew when it is made anew", async () => {
    const { user, run, listed, stub } = await saved({});
    await run();
    await user.ask("/spells/demo/runner", { method: "DELETE" });
    await evictDurableObject(stub);
    await user.ask("/spells/demo", { method: "DELETE" });
    expect((await user.ask("/spells/demo", { method: "PUT", body: asked })).status).toBe(201);
    const next = await run();
    expect(await listed()).toEqual([next]);
  });

  it("is not kept awake by it: no timer is left when it has swept", async () => {
    const { run, listed, stub } = await saved({ maxRuns: 1 });
    const [timers, waits] = [vi.spyOn(globalThis, "setTimeout"), vi.spyOn(scheduler, "wait")];
    const cleared = vi.spyOn(globalThis, "clearTimeout");
    try {
      await run();
      const last = await run();
      await expect.poll(listed, { interval: 0 }).toEqual([last]);
      // Nothing but the turn that a sweep waits for, and each of those has come.
      expect(waits.mock.calls.length).toBeGreaterThan(0);
      expect(waits.mock.calls.every(([ms]) => ms === 0)).toBe(true);
      await Promise.all(waits.mock.results.map(({ value }) => value as Promise<void>));
      const planned = waits.mock.calls.length;
      await listed();
      expect(waits.mock.calls).toHaveLength(planned);
      // A question to the database has a timer until it is answered.
      const gone = new Set(cleared.mock.calls.map(([timer]) => timer));
      expect(timers.mock.results.filter(({ value }) => !gone.has(value))).toEqual([]);
    } finally {
      timers.mockRestore();
      waits.mockRestore();
      cleared.mockRestore();
    }
    await evictDurableObject(stub);
    expect(await listed()).toHaveLength(1);
  });
});
