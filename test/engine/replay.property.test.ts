import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { replay } from "../../src/engine/index.ts";
import type { RunEvent } from "../../src/protocol/events.ts";
import type { Plan } from "../../src/protocol/plan.ts";
import { planOf, run, type TestRun, visitsOf } from "../helpers/spells.ts";
import { randomProgram } from "../helpers/random-programs.ts";
import { randomSpell } from "../helpers/random-spells.ts";
import { settle, type Workshop, workshop } from "../helpers/workshop.ts";

const limits = { maxVisits: 150 };
const inputs = { list: ["a", { b: [1] }] };
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Answers what is pending, choosing by `pick`, until the run ends. */
async function finish(test: TestRun, shop: Workshop, pick: (keys: string[]) => number): Promise<void> {
  for (let i = 0; test.execution.end === null && shop.pending.length > 0; i++) {
    if (i > 1000) throw new Error("This run does not end.");
    const [next] = shop.pending.splice(pick(shop.pending.map(({ key }) => key)), 1);
    next?.resolve();
    await settle();
  }
}

async function recorded(plan: Plan, choices: number[]): Promise<{ test: TestRun; shop: Workshop }> {
  const shop = workshop();
  const test = run(plan, { catalogue: shop.catalogue, inputs, limits });
  let n = 0;
  await finish(test, shop, (keys) => (choices[n++ % choices.length] ?? 0) % keys.length);
  return { test, shop };
}

const scenario = fc.record({
  drawn: fc.oneof(randomSpell(12), randomProgram()),
  choices: fc.array(fc.nat(7), { minLength: 1, maxLength: 12 }),
  cut: fc.nat(10_000),
});
const keyAndType = (event: RunEvent) => `${event.type} ${keyOfEvent(event)}`;
const keyOfEvent = (event: RunEvent) => ("visit" in event ? `${event.nodeId}:${event.visit}` : "");

describe("a random spell", () => {
  it("ends with exactly one terminal event, the last", async () => {
    let completed = 0;
    await fc.assert(
      fc.asyncProperty(scenario, async ({ drawn, choices }) => {
        const { test } = await recorded(planOf(drawn, { catalogue: workshop().catalogue }), choices);
        const terminal = test.events.flatMap((event, i) =>
          /^run\.(completed|failed|cancelled|interrupted)$/.test(event.type) ? [i] : [],
        );
        expect(terminal).toEqual([test.events.length - 1]);
        if (test.events.at(-1)?.type === "run.completed") completed += 1;
      }),
      { numRuns: 300 },
    );
    // The generator would prove nothing if its spells only ever ran out of budget.
    expect(completed).toBeGreaterThan(100);
  });

  it("visits a node at most once in a scope", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ drawn, choices }) => {
        const { test, shop } = await recorded(planOf(drawn, { catalogue: workshop().catalogue }), choices);
        const visits = visitsOf(test.events);
        expect(new Set(visits).size).toBe(visits.length);
        expect(new Set(shop.executed).size).toBe(shop.executed.length);
      }),
      { numRuns: 300 },
    );
  });

  it("is replayed from its journal to the same events, executing nothing", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ drawn, choices }) => {
        const plan = planOf(drawn, { catalogue: workshop().catalogue });
        const { test } = await recorded(plan, choices);
        const again = replay(
          copy(plan),
          copy(test.events).map((event, i) => ({ ...event, seq: i + 1, at: 5 })),
        );
        const timeless = (events: RunEvent[]) =>
          events.map((event) => ("ms" in event ? { ...event, ms: 0 } : event));
        expect(timeless(again.events)).toEqual(timeless(test.events));
        expect(again.state).toEqual(test.execution.state);
      }),
      { numRuns: 300 },
    );
  });

  it("that pauses every few visits takes answers at the same places, so that its journal is replayed, too", async () => {
    await fc.assert(
      fc.asyncProperty(
        scenario,
        fc.integer({ min: 1, max: 5 }),
        async ({ drawn, choices }, visitsPerTurn) => {
          const plan = planOf(drawn, { catalogue: workshop().catalogue });
          const shop = workshop();
          // Answers come while the run is paused as well as while it waits.
          const test = run(plan, {
            catalogue: shop.catalogue,
            inputs,
            limits: { ...limits, visitsPerTurn },
            ports: {
              pause: async () => {
                shop.pending.shift()?.resolve();
                await settle();
              },
            },
          });
          let n = 0;
          for (let i = 0; test.execution.end === null; i++) {
            if (i > 2000) throw new Error("This run does not end.");
            await settle();
            const at = (choices[n++ % choices.length] ?? 0) % Math.max(1, shop.pending.length);
            shop.pending.splice(at, 1)[0]?.resolve();
          }
          const again = replay(plan, copy(test.events));
          expect(again.events.map(keyAndType)).toEqual(test.events.map(keyAndType));
          expect(again.end?.type).toBe(test.execution.end?.type);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("cut after any record and resumed ends equal, and executes no recorded node again", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ drawn, choices, cut }) => {
        const plan = planOf(drawn, { catalogue: workshop().catalogue });
        const { test } = await recorded(plan, choices);
        const records = test.events.slice(0, 1 + (cut % test.events.length));
        const order = test.events.flatMap((event) =>
          event.type === "node.completed" || event.type === "node.failed" ? [keyOfEvent(event)] : [],
        );
        const shop = workshop();
        const resumed = run(copy(plan), {
          catalogue: shop.catalogue,
          inputs,
          limits,
          records: copy(records),
          reason: "test",
        });
        await finish(resumed, shop, (keys) => {
          // Handed back in recorded order.
          const ranks = keys.map((key) => (order.includes(key) ? order.indexOf(key) : order.length));
          return ranks.indexOf(Math.min(...ranks));
        });
        expect(visitsOf(resumed.events)).toEqual(visitsOf(test.events));
        expect({ ...resumed.events.at(-1), ms: 0 }).toEqual({ ...test.events.at(-1), ms: 0 });
        const done = new Set(
          records.flatMap((event) => (event.type === "node.completed" ? [keyOfEvent(event)] : [])),
        );
        expect(shop.executed.filter((key) => done.has(key))).toEqual([]);
        // And the journal of the resumed run is itself a journal.
        const again = replay(plan, copy(resumed.events));
        expect(again.events.map((event) => event.type)).toEqual(resumed.events.map((event) => event.type));
        expect(again.end?.type).toBe(resumed.execution.end?.type);
      }),
      { numRuns: 500 },
    );
  });

  it("with a record changed, dropped or moved ends in journal_mismatch or in a shorter run, never in other results", async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(scenario, fc.nat(10_000), async ({ drawn, choices, cut }, other) => {
        const plan = planOf(drawn, { catalogue: workshop().catalogue });
        const { test } = await recorded(plan, choices);
        const records = copy(test.events);
        const at = 1 + (cut % Math.max(1, records.length - 1));
        const [taken] = records.splice(at, 1);
        if (taken === undefined || taken.type === "node.completed") return;
        if (other % 2 === 0) records.splice(1 + (other % records.length), 0, taken);
        if (JSON.stringify(records) === JSON.stringify(test.events)) return;
        const again = replay(plan, records);
        if (again.end?.type === "run.failed" && again.end.error?.code === "journal_mismatch") refused += 1;
        else if (again.end !== null) expect(again.end.outputs).toEqual(test.execution.end?.outputs);
      }),
      { numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(30);
  });
});
