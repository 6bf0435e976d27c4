import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { replay } from "../../src/engine/index.ts";
import type { NodeCompleted, RunEvent } from "../../src/protocol/events.ts";
import type { Plan, PlanNode } from "../../src/protocol/plan.ts";
import { fork, type TestForkOptions } from "../helpers/forks.ts";
import { randomProgram } from "../helpers/random-programs.ts";
import { randomSpell } from "../helpers/random-spells.ts";
import { planOf, run, type TestRun } from "../helpers/spells.ts";
import { settle, type Workshop, workshop } from "../helpers/workshop.ts";

const limits = { maxVisits: 150 };
const inputs = { list: ["a", { b: [1] }] };
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const keyOf = (event: RunEvent): string => ("visit" in event ? `${event.nodeId}:${event.visit}` : "");

/** Answers what is pending, choosing by `pick`, until the run ends. */
async function finish(test: TestRun, shop: Workshop, pick: (keys: string[]) => number): Promise<void> {
  for (let i = 0; test.execution.end === null && shop.pending.length > 0; i++) {
    if (i > 1000) throw new Error("This run does not end.");
    const [next] = shop.pending.splice(pick(shop.pending.map(({ key }) => key)), 1);
    next?.resolve();
    await settle();
  }
}

async function recorded(plan: Plan, choices: number[]): Promise<TestRun> {
  const shop = workshop();
  const test = run(plan, { catalogue: shop.catalogue, inputs, limits });
  let n = 0;
  await finish(test, shop, (keys) => (choices[n++ % choices.length] ?? 0) % keys.length);
  return test;
}

/** Forks, and answers in the order of `order` what that has. */
async function forked(
  plan: Plan,
  records: RunEvent[],
  order: readonly RunEvent[],
  options: TestForkOptions = {},
) {
  const shop = workshop();
  const test = fork(copy(plan), copy(records), { catalogue: shop.catalogue, limits, ...options });
  const known = order.flatMap((event) =>
    event.type === "node.completed" || event.type === "node.failed" ? [keyOf(event)] : [],
  );
  await finish(test, shop, (keys) => {
    const ranks = keys.map((key) => (known.includes(key) ? known.indexOf(key) : known.length));
    return ranks.indexOf(Math.min(...ranks));
  });
  return { test, executed: shop.executed, events: test.events };
}

const doneIn = (events: readonly RunEvent[]): Set<string> =>
  new Set(events.flatMap((event) => (event.type === "node.completed" ? [keyOf(event)] : [])));

/** What a run did: its ends of visits and its own, without what is told of time, run and attempts. */
const done = (events: readonly RunEvent[]) =>
  events.flatMap((event) => {
    if (event.type === "node.started" || event.type === "run.started") return [];
    const {
      runId: _runId,
      attempt: _attempt,
      ms: _ms,
      ...rest
    } = event as RunEvent & { attempt?: number; ms?: number };
    return [rest];
  });

function expectReplays(plan: Plan, test: TestRun): void {
  const again = replay(copy(plan), copy(test.events));
  const timeless = (events: RunEvent[]) =>
    events.map((event) => ("ms" in event ? { ...event, ms: 0 } : event));
  expect(timeless(again.events)).toEqual(timeless(test.events));
  expect(again.state).toEqual(test.execution.state);
}

const scenario = fc.record({
  drawn: fc.oneof(
    { weight: 2, arbitrary: randomSpell(12) },
    { weight: 2, arbitrary: randomProgram() },
    { weight: 1, arbitrary: randomSpell(8).map((drawn) => ({ ...drawn, flow: "fibers" as const })) },
  ),
  choices: fc.array(fc.nat(7), { minLength: 1, maxLength: 12 }),
  cut: fc.nat(10_000),
});
const compiled = (drawn: Parameters<typeof planOf>[0]) => planOf(drawn, { catalogue: workshop().catalogue });

/** What a node's doing can lead to, its own sub-spell and those around it among it: a simple reckoning beside the engine's. */
function downstream(plan: Plan, path: string): (nodeId: string) => boolean {
  const [id = "", ...rest] = path.split("/");
  return within(plan, 0, id, rest);
}

function within(plan: Plan, graph: number, id: string, rest: string[]): (nodeId: string) => boolean {
  const nodes = (plan.graphs[graph] as Plan["graphs"][number]).nodes;
  const start = nodes.findIndex((node) => node.id === id);
  const node = nodes[start] as PlanNode;
  const leadsTo = (from: number): number[] => [
    ...(nodes[from] as PlanNode).next.flatMap(([, targets]) => targets.map(([target]) => target)),
    ...nodes.flatMap(({ inputs: wires }, to) =>
      wires.some(([, sources]) => sources.some(([source]) => source === from)) ? [to] : [],
    ),
  ];
  const reached = new Set<number>(rest.length === 0 ? [start] : leadsTo(start));
  for (const at of reached) for (const next of leadsTo(at)) reached.add(next);
  const ids = new Set([...reached].map((index) => (nodes[index] as PlanNode).id));
  const inner =
    rest.length === 0 ? null : within(plan, node.call?.graph ?? 0, rest[0] as string, rest.slice(1));
  return (nodeId) => {
    const [first = "", ...further] = nodeId.split("/");
    if (ids.has(first)) return true;
    return first === id && inner !== null && (further.length === 0 || inner(further.join("/")));
  };
}

describe("a fork of a random run", () => {
  it("in which nothing changed executes nothing, and gives the same", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ drawn, choices }) => {
        const plan = compiled(drawn);
        const parent = await recorded(plan, choices);
        const { test, executed, events } = await forked(plan, parent.events, parent.events);
        if (parent.execution.end?.type === "run.completed") {
          expect(executed).toEqual([]);
          expect(test.execution.end?.outputs).toEqual(parent.execution.end.outputs);
        }
        expect(done(events)).toEqual(done(parent.events));
        expect(test.execution.state).toEqual(parent.execution.state);
        expectReplays(plan, test);
      }),
      { numRuns: 300 },
    );
  });

  it("cut after any record executes no ended node again, and ends as if it had not been", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ drawn, choices, cut }) => {
        const plan = compiled(drawn);
        const parent = await recorded(plan, choices);
        const records = parent.events.slice(0, 1 + (cut % parent.events.length));
        const { test, executed, events } = await forked(plan, records, parent.events);
        const known = doneIn(records);
        expect(executed.filter((key) => known.has(key))).toEqual([]);
        const undisturbed = (all: readonly RunEvent[]) =>
          done(all).map((event) => ({ ...event, waited: undefined }));
        expect(undisturbed(events)).toEqual(undisturbed(parent.events));
        expectReplays(plan, test);
      }),
      { numRuns: 500 },
    );
  });

  it("cut itself and resumed takes the rest over, too", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ drawn, choices, cut }) => {
        const plan = compiled(drawn);
        const parent = await recorded(plan, choices);
        const first = await forked(plan, parent.events, parent.events);
        const records = first.events.slice(0, 1 + (cut % first.events.length));
        const shop = workshop();
        const resumed = run(copy(plan), {
          catalogue: shop.catalogue,
          limits,
          records: copy(records),
          fork: { parent: copy(parent.events) },
        });
        await finish(resumed, shop, () => 0);
        if (parent.execution.end?.type === "run.completed") {
          expect(shop.executed).toEqual([]);
          expect(resumed.execution.end?.outputs).toEqual(parent.execution.end.outputs);
        }
        expectReplays(plan, resumed);
      }),
      { numRuns: 200 },
    );
  });

  it("from a node executes that node and what is downstream of it, and of the rest what reads the state", async () => {
    let kept = 0;
    await fc.assert(
      fc.asyncProperty(scenario, fc.nat(1000), async ({ drawn, choices, cut }, chosen) => {
        const plan = compiled(drawn);
        const parent = await recorded(plan, choices);
        const records =
          cut % 3 === 0 ? parent.events.slice(0, 1 + (cut % parent.events.length)) : parent.events;
        const nodes = [...new Set(records.flatMap((event) => ("visit" in event ? [event.nodeId] : [])))];
        if (nodes.length === 0) return;
        const fromNode = nodes[chosen % nodes.length] as string;
        const { test, executed } = await forked(plan, records, parent.events, { fromNode });
        expectReplays(plan, test);
        const isDownstream = downstream(plan, fromNode);
        const known = doneIn(records);
        // What uses the state after a node that may set it executes again, with all that is downstream of it.
        const allowed = [isDownstream];
        const isAllowed = (id: string) => allowed.some((allows) => allows(id));
        for (let before = 0; before < allowed.length;) {
          before = allowed.length;
          const first = records.findIndex((event) => "visit" in event && isAllowed(event.nodeId));
          for (const event of records.slice(first))
            if (event.type === "node.completed" && !isAllowed(event.nodeId) && usesState(plan, event))
              allowed.push(downstream(plan, event.nodeId));
        }
        const ambiguous = new Set(
          [...known].flatMap((key) => (key.includes("~") ? [key.split(":")[0]] : [])),
        );
        const again = executed.filter((key) => known.has(key));
        const needless = again.filter((key) => {
          const id = key.slice(0, key.lastIndexOf(":"));
          // Where flows are fibers, a function that a dirty node reads is evaluated for its other readers, too.
          const isFunction = plan.graphs[0]?.fibers === true && nodeOf(plan, id).triggered !== true;
          return !isAllowed(id) && !ambiguous.has(id) && !isFunction;
        });
        expect(needless).toEqual([]);
        kept += known.size - again.length;
        for (const event of test.events)
          if (event.type === "node.started" && isDownstream(event.nodeId) && isMade(plan, event.nodeId))
            expect(executed).toContain(keyOf(event));
      }),
      { numRuns: 500 },
    );
    expect(kept).toBeGreaterThan(500);
  });
});

function nodeOf(plan: Plan, path: string): PlanNode {
  let nodes = plan.graphs[0]?.nodes ?? [];
  const ids = path.split("/");
  for (const [i, id] of ids.entries()) {
    const node = nodes.find((candidate) => candidate.id === id) as PlanNode;
    if (i === ids.length - 1) return node;
    nodes = plan.graphs[node.call?.graph ?? 0]?.nodes ?? [];
  }
  throw new Error(`There is no node ${path}.`);
}

function usesState(plan: Plan, { nodeId, state }: NodeCompleted): boolean {
  const { volatile, component } = nodeOf(plan, nodeId);
  return state !== undefined || volatile === true || component === "State Write";
}

/** Of the workshop, which notes what it executes. */
const isMade = (plan: Plan, path: string): boolean =>
  ["Step", "Slow", "Value", "SlowValue", "Coin", "Repeat", "Turn", "Dial", "Breaks", "SlowBreaks"].includes(
    nodeOf(plan, path).component,
  );
