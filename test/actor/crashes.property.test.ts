/** A journal that dies after its n-th commit, for every n: the run goes on from what was written, to the same end. */
import { runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Chunks } from "../../src/actor/chunks.ts";
import { RunnerJournal } from "../../src/actor/journal.ts";
import { type BesideRows, JournalStore } from "../../src/actor/journal-store.ts";
import { LargeValues } from "../../src/actor/large-values.ts";
import type { LoadedSpell } from "../../src/actor/loaded-spell.ts";
import { RunDesk } from "../../src/actor/run-desk.ts";
import { newestRunId, RunIds } from "../../src/actor/run-ids.ts";
import { RunTable } from "../../src/actor/run-table.ts";
import { SessionState } from "../../src/actor/session-state.ts";
import type { Journal } from "../../src/engine/index.ts";
import { isRunEnded, type RunEvent, type StampedEvent } from "../../src/protocol/events.ts";
import type { Plan } from "../../src/protocol/plan.ts";
import { demoRunner } from "../helpers/runners.ts";
import { randomProgram } from "../helpers/random-programs.ts";
import { randomSpell } from "../helpers/random-spells.ts";
import { planOf } from "../helpers/spells.ts";
import { settle, type Workshop, workshop } from "../helpers/workshop.ts";

const inputs = { list: ["a", { b: [1] }] };

/** Writes so many turns, then nothing more: as far as the disk knows its process is dead. */
class DyingJournal extends RunnerJournal {
  commits = 0;
  isDead = false;
  readonly #lives: number;

  constructor(store: JournalStore, lives: number) {
    super(store, { now: () => 1 }, () => {});
    this.#lives = lives;
  }

  override of(runId: string, besideRows: BesideRows, recorded?: readonly RunEvent[]): Journal {
    const port = super.of(
      runId,
      (rows) => {
        this.commits += 1;
        return besideRows(rows);
      },
      recorded,
    );
    return {
      append: (event) => (this.isDead ? 0 : port.append(event)),
      commit: () => {
        if (this.commits >= this.#lives) this.isDead = true;
        if (!this.isDead) port.commit();
      },
    };
  }
}

/** One life of an actor on `sql`. */
function actorOn(sql: SqlStorage, drawn: Plan, lives: number) {
  // A plan keeps the components that it found; another process finds its own.
  const plan = structuredClone(drawn);
  const chunks = new Chunks(sql);
  const store = new JournalStore(sql, new LargeValues(chunks));
  const runs = new RunTable(sql, store, "main");
  const journal = new DyingJournal(store, lives);
  const shop = workshop();
  const desk = new RunDesk({
    userId: "alice",
    journal,
    runs,
    ids: new RunIds({ now: () => 1 }, newestRunId(sql)),
    state: new SessionState(chunks),
    ports: {
      clock: { now: () => 1 },
      components: (name) => shop.catalogue.find(name),
      services: {},
      sandbox: { call: () => ({ value: {}, logs: [] }) },
      after: () => () => {},
    },
    delta: () => {},
    limits: { maxVisits: 150 },
    waits: () => {},
  });
  const spell: LoadedSpell = { plan, ref: { id: "demo", version: 1 }, usesOthers: false, createdAt: 1 };
  return { store, runs, journal, desk, shop, spell };
}

/** Answers what is pending in the order `rank` says, until nothing is or the actor dies. */
async function finish(shop: Workshop, journal: DyingJournal, rank: (key: string) => number): Promise<void> {
  for (let i = 0; shop.pending.length > 0 && !journal.isDead; i++) {
    if (i > 1000) throw new Error("This run does not end.");
    const ranks = shop.pending.map(({ key }) => rank(key));
    const [next] = shop.pending.splice(ranks.indexOf(Math.min(...ranks)), 1);
    next?.resolve();
    await settle();
  }
}

const keyOf = (event: StampedEvent): string => ("visit" in event ? `${event.nodeId}:${event.visit}` : "");
const recordsOf = (events: readonly StampedEvent[]): string[] =>
  events.flatMap((event) => (event.type === "node.completed" ? [keyOf(event)] : []));

function endOf(events: readonly StampedEvent[]): unknown {
  const ends = events.filter((event) => isRunEnded(event));
  expect(ends).toHaveLength(1);
  expect(ends[0]).toBe(events.at(-1));
  const { seq: _seq, runId: _runId, ...end } = ends[0] as StampedEvent & { runId: string };
  return end;
}

const clear = (sql: SqlStorage): void => {
  for (const table of ["journal", "runs", "chunks", "facts"]) sql.exec(`DELETE FROM ${table}`);
};

describe("A journal that dies after its n-th commit", () => {
  it("leaves a run that goes on to the same end, and no recorded node is executed again", async () => {
    const stub = demoRunner("crashes");
    let deaths = 0;
    await runInDurableObject(stub, async (_instance, { storage: { sql } }) => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(randomSpell(12), randomProgram()), fc.nat(3), async (drawn, second) => {
          const plan = planOf(drawn, { catalogue: workshop().catalogue });
          clear(sql);
          const whole = actorOn(sql, plan, Number.POSITIVE_INFINITY);
          const { runId } = whole.desk.take(whole.spell, { inputs });
          await finish(whole.shop, whole.journal, () => 0);
          const expected = whole.store.eventsOf(runId);
          const end = endOf(expected);
          const order = expected.flatMap((event) =>
            event.type === "node.completed" || event.type === "node.failed" ? [keyOf(event)] : [],
          );
          const rank = (key: string): number => (order.includes(key) ? order.indexOf(key) : order.length);

          for (let lives = 1; lives < whole.journal.commits && lives <= 12; lives++) {
            clear(sql);
            let actor = actorOn(sql, plan, lives);
            const run = actor.desk.take(actor.spell, { inputs });
            await finish(actor.shop, actor.journal, rank);
            // The next life dies, too, a few commits on; the one after it does not.
            for (const more of [second, Number.POSITIVE_INFINITY]) {
              const known = new Set(recordsOf(actor.store.eventsOf(run.runId)));
              actor = actorOn(sql, plan, more);
              for (const open of actor.runs.open()) {
                deaths += 1;
                actor.desk.resume(open, actor.spell, actor.store.eventsOf(open.runId), { reason: "restart" });
              }
              await finish(actor.shop, actor.journal, rank);
              const written = new Set(recordsOf(actor.store.eventsOf(run.runId)));
              expect(actor.shop.executed.filter((key) => known.has(key))).toEqual([]);
              for (const key of known) expect(written.has(key)).toBe(true);
            }
            const events = actor.store.eventsOf(run.runId);
            expect(endOf(events)).toEqual(end);
            expect(recordsOf(events)).toEqual(recordsOf(expected));
            const seqs = events.map(({ seq }) => seq);
            expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
            expect(actor.runs.open()).toEqual([]);
          }
        }),
        { numRuns: 200 },
      );
    });
    // The generator would prove nothing if its runs were all written at once.
    expect(deaths).toBeGreaterThan(50);
  });
});
