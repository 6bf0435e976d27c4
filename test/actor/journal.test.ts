import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runnerName } from "../../src/actor/address.ts";
import { Chunks } from "../../src/actor/chunks.ts";
import { type JournalOptions, RunnerJournal } from "../../src/actor/journal.ts";
import { type EncodedEvent, JournalStore } from "../../src/actor/journal-store.ts";
import { LargeValues } from "../../src/actor/large-values.ts";
import { replay } from "../../src/engine/index.ts";
import type { Env } from "../../src/env.ts";
import type { RunEvent } from "../../src/protocol/events.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import { planOf, run, spell, type TestComponent, withComponents } from "../helpers/spells.ts";
import { randomSpell } from "../helpers/random-spells.ts";
import { workshop } from "../helpers/workshop.ts";

/** A journal on the database of a runner that does nothing else. */
async function withJournal(
  name: string,
  use: (
    make: (options?: JournalOptions) => {
      store: JournalStore;
      journal: RunnerJournal;
      published: EncodedEvent[][];
      sql: SqlStorage;
    },
  ) => void | Promise<void>,
): Promise<void> {
  const address = { caller: name, owner: name, spellId: "journal", session: "main" };
  const stub = (env as unknown as Env).SPELL_RUNNER.getByName(runnerName(address));
  await runInDurableObject(stub, async (_instance, { storage: { sql } }) => {
    await use((options) => {
      const published: EncodedEvent[][] = [];
      const store = new JournalStore(sql, new LargeValues(new Chunks(sql)));
      const journal = new RunnerJournal(
        store,
        { now: () => 7 },
        (events) => void published.push([...events]),
        options,
      );
      return { store, journal, published, sql };
    });
  });
}

/** Beside the rows. */
const nothing = {};

const timeless = (events: readonly RunEvent[]) =>
  events.map((event) => ({ ...event, seq: 0, at: 0, ...("ms" in event ? { ms: 0 } : {}) }));

describe("the journal in SQLite", () => {
  it("gives a random run back as it was, so that its replay is the run", async () => {
    await withJournal("random", async (make) => {
      const { store, journal } = make();
      let count = 0;
      await fc.assert(
        fc.asyncProperty(
          randomSpell(10),
          fc.array(fc.nat(5), { minLength: 1, maxLength: 9 }),
          async (drawn, picks) => {
            const shop = workshop();
            const plan = planOf(drawn, { catalogue: shop.catalogue });
            const runId = `run-${(count += 1)}`;
            const seen: RunEvent[] = [];
            const port = journal.of(runId, () => nothing);
            const test = run(plan, {
              catalogue: shop.catalogue,
              inputs: { list: [1, "two"] },
              limits: { maxVisits: 120 },
              ports: {
                journal: {
                  append: (event) => (seen.push(event), port.append(event)),
                  commit: () => port.commit(),
                },
              },
            });
            for (let i = 0; test.execution.end === null && shop.pending.length > 0; i++) {
              const [next] = shop.pending.splice((picks[i % picks.length] ?? 0) % shop.pending.length, 1);
              next?.resolve();
              for (let turn = 0; turn < 4; turn++) await Promise.resolve();
            }
            const kept = store.eventsOf(runId) as RunEvent[];
            expect(timeless(kept)).toEqual(timeless(seen));
            expect(timeless(replay(plan, kept, { limits: { maxVisits: 120 } }).events)).toEqual(
              timeless(seen),
            );
          },
        ),
        { numRuns: 60 },
      );
    });
  });

  it("writes one row a turn, publishes after the row is written, and goes on counting after a restart", async () => {
    await withJournal("rows", (make) => {
      const first = make();
      const rows = () => first.sql.exec<{ n: number }>("SELECT count(*) AS n FROM journal").one().n;
      const port = first.journal.of("r", () => ({
        write: () => expect(first.published).toEqual([]),
      }));
      port.append({ type: "node.started", runId: "r", nodeId: "a", visit: "1", attempt: 1 });
      port.append({ type: "node.started", runId: "r", nodeId: "b", visit: "1", attempt: 1 });
      expect(rows()).toBe(0);
      port.commit();
      expect(rows()).toBe(1);
      expect(first.published.map((events) => events.map(({ seq }) => seq))).toEqual([[1, 2]]);
      const second = make();
      expect(second.journal.lastSeq).toBe(2);
      second.journal.record({ type: "run.cancelled", runId: "r", ms: 0 });
      expect([...second.store.after(1)].map(({ seq }) => seq)).toEqual([2, 3]);
    });
  });

  it("shows what was held back once it is written, all of it in one go and before what comes next", async () => {
    await withJournal("held", (make) => {
      const waits: number[] = [];
      let flushLater = (): void => {};
      let isSeen = true;
      const { journal, published, sql } = make({
        isSeen: () => isSeen,
        later: (flush, ms) => {
          waits.push(ms);
          flushLater = flush;
        },
      });
      const written: number[] = [];
      const rows = () => sql.exec<{ n: number }>("SELECT count(*) AS n FROM journal").one().n;
      const whole = (runId: string): void => {
        const beside = {
          whole: { startedAt: 7, status: "cancelled" as const },
          write: () => written.push(published.length),
        };
        const port = journal.of(
          runId,
          () => beside,
          [],
          () => true,
        );
        port.append({ type: "node.started", runId, nodeId: "a", visit: "1", attempt: 1 });
        port.append({ type: "run.cancelled", runId, ms: 0 });
        port.commit();
      };
      const seen = () => published.map((events) => events.map(({ seq }) => seq));
      whole("a");
      whole("b");
      expect([rows(), seen(), waits]).toEqual([0, [], [8]]);
      flushLater();
      expect([rows(), seen()]).toEqual([2, [[1, 2, 3, 4]]]);
      whole("c");
      journal.record({ type: "run.cancelled", runId: "d", ms: 0 });
      expect([rows(), seen().slice(1)]).toEqual([4, [[5, 6], [7]]]);
      // Nobody looks on: nothing is kept to be shown, and there is more time.
      isSeen = false;
      whole("e");
      flushLater();
      expect([rows(), seen().length, waits]).toEqual([5, 3, [8, 8, 900]]);
      // Written before anything of it was shown.
      expect(written).toEqual([0, 0, 1, 3]);
    });
  });

  it("keeps every row below 256 KB whatever a turn holds, and gives all of it back", async () => {
    const big = (n: number): JsonObject =>
      Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, "ü\u{1f600}".repeat(4000)]));
    const burst: TestComponent = {
      name: "Burst",
      aliases: [],
      inputs: [{ name: "trigger", type: "trigger" }],
      outputs: [{ name: "trigger", type: "trigger" }],
      execute: (context) => ({
        outputs: {
          ...big(Number(context.data.members)),
          ["__proto__x"]: { $value: { id: "x", bytes: 1, preview: "" } },
        },
        state: { [context.node.id]: "é".repeat(Number(context.data.length)) },
      }),
    };
    const catalogue = withComponents([burst]);
    const drawn = spell(
      {
        start: "Trigger In",
        a: { is: "Burst", data: { members: 3, length: 10 } },
        b: { is: "Burst", data: { members: 40, length: 10 } },
        c: { is: "Burst", data: { members: 1, length: 400_000 } },
      },
      `
      start.trigger > a.trigger
      a.trigger > b.trigger
      b.trigger > c.trigger`,
    );
    await withJournal("bytes", (make) => {
      const { store, journal, sql } = make();
      const seen: RunEvent[] = [];
      const port = journal.of("r", () => nothing);
      run(planOf(drawn, { catalogue }), {
        catalogue,
        ports: {
          journal: { append: (event) => (seen.push(event), port.append(event)), commit: () => port.commit() },
        },
      });
      expect(seen.at(-1)?.type).toBe("run.completed");
      expect(
        sql.exec<{ n: number }>("SELECT max(length(CAST(body AS BLOB))) AS n FROM journal").one().n,
      ).toBeLessThanOrEqual(256 * 1024);
      expect(timeless(store.eventsOf("r") as RunEvent[])).toEqual(timeless(seen));
    });
  });
});
