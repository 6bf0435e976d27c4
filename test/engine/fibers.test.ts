import { describe, expect, it } from "vitest";
import { anyInput as value, triggerSocket as fire } from "../helpers/nodes.ts";
import { replay } from "../../src/engine/index.ts";
import type { Json } from "../../src/protocol/values.ts";
import {
  planOf,
  run,
  spell,
  type TestComponent,
  type TestOptions,
  visitsOf,
  withComponents,
} from "../helpers/spells.ts";

/** Small nodes as behave-graph has them. `Say` notes its text; what a run did is the list of notes. */
function build(): { catalogue: TestOptions["catalogue"]; said: Json[] } {
  const said: Json[] = [];
  const component = (
    given: Partial<TestComponent> & Pick<TestComponent, "name" | "execute">,
  ): TestComponent => ({
    aliases: [],
    inputs: [fire("flow")],
    outputs: [fire("flow")],
    ...given,
  });
  const start = (name: string, life: "start" | "tick" | "end") =>
    component({ name, inputs: [], life, execute: () => ({}) });
  return {
    said,
    catalogue: withComponents([
      start("Start", "start"),
      start("Tick", "tick"),
      start("End", "end"),
      component({
        name: "Say",
        inputs: [fire("flow"), value("text")],
        execute(context) {
          said.push(context.value("text") ?? context.data.text ?? null);
          return {};
        },
      }),
      component({ name: "Sequence", outputs: [fire("1"), fire("2"), fire("3")], execute: () => ({}) }),
      component({
        name: "Counter",
        outputs: [fire("flow"), value("count")],
        remembers: true,
        execute: (context) => ({ outputs: { count: Number(context.previous?.count ?? 0) + 1 } }),
      }),
      component({
        name: "Loop",
        outputs: [fire("loopBody"), value("index"), fire("completed")],
        each: ["loopBody"],
        execute: () => ({ iterations: { count: 3, outputs: { index: [0, 1, 2] } } }),
      }),
      component({
        name: "Twice",
        outputs: [fire("body"), fire("done")],
        remembers: true,
        execute(context) {
          const count = Number(context.previous?.count ?? 0) + 1;
          return count > 2 ? { fired: ["done"] } : { outputs: { count }, fired: ["body"], again: true };
        },
      }),
      component({
        name: "Plus",
        inputs: [value("a")],
        outputs: [value("sum")],
        execute: (context) => ({ outputs: { sum: Number(context.value("a") ?? 0) + 10 } }),
      }),
      component({ name: "Later", detached: true, execute: () => Promise.resolve({}) }),
      component({
        name: "Emit",
        outputs: [fire("flow"), fire("event")],
        execute: () => ({ fired: ["event", "flow"] }),
      }),
      component({ name: "On", inputs: [fire("event")], event: true, execute: () => ({}) }),
    ]),
  };
}

async function told(nodes: Parameters<typeof spell>[0], wires: string): Promise<Json[]> {
  const { catalogue, said } = build();
  const document = spell(nodes, wires, { flow: "fibers" });
  const options = catalogue === undefined ? {} : { catalogue };
  const done = run(document, options);
  const end = await done.ended;
  expect(end.type).toBe("run.completed");
  const again = replay(planOf(document, options), done.events);
  expect(again.events).toEqual(done.events);
  const live = said.splice(0);
  for (let cut = 1; cut < done.events.length; cut++) {
    const resumed = run(document, { ...options, records: done.events.slice(0, cut) });
    expect((await resumed.ended).type).toBe("run.completed");
    expect(visitsOf(resumed.events)).toEqual(visitsOf(done.events));
  }
  return live;
}

describe("A graph whose flows are fibers", () => {
  //          ┌ 1 → a → a2
  // start → sequence ─ 2 → b
  //          └ 3 → c
  it("runs the whole branch of one output before the next fires", async () => {
    const said = await told(
      {
        start: "Start",
        s: "Sequence",
        a: { is: "Say", data: { text: "a" } },
        a2: { is: "Say", data: { text: "a2" } },
        b: { is: "Say", data: { text: "b" } },
        c: { is: "Say", data: { text: "c" } },
      },
      `start.flow > s.flow
       s.1 > a.flow
       a.flow > a2.flow
       s.2 > b.flow
       s.3 > c.flow`,
    );
    expect(said).toEqual(["a", "a2", "b", "c"]);
  });

  it("runs a node each time that a trigger arrives, and a function anew for each reader", async () => {
    const said = await told(
      { start: "Start", s: "Sequence", c: "Counter", p: "Plus", say: "Say" },
      `start.flow > s.flow
       s.1 > c.flow
       s.2 > c.flow
       s.3 > c.flow
       c.flow > say.flow
       c.count > p.a
       p.sum > say.text`,
    );
    expect(said).toEqual([11, 12, 13]);
  });

  it("runs a loop's body for each index, then what comes after", async () => {
    const said = await told(
      { start: "Start", l: "Loop", say: "Say", end: { is: "Say", data: { text: "over" } } },
      `start.flow > l.flow
       l.loopBody > say.flow
       l.index > say.text
       l.completed > end.flow`,
    );
    expect(said).toEqual([0, 1, 2, "over"]);
  });

  it("visits a node again when all that it fired is over, if it asks for that", async () => {
    const said = await told(
      {
        start: "Start",
        t: "Twice",
        s: "Sequence",
        a: { is: "Say", data: { text: "a" } },
        b: { is: "Say", data: { text: "b" } },
        end: { is: "Say", data: { text: "over" } },
      },
      `start.flow > t.flow
       t.body > s.flow
       s.1 > a.flow
       s.2 > b.flow
       t.done > end.flow`,
    );
    expect(said).toEqual(["a", "b", "a", "b", "over"]);
  });

  it("goes on beside a node that waits apart, whose branch is a fiber of its own", async () => {
    const said = await told(
      {
        start: "Start",
        s: "Sequence",
        w: "Later",
        a: { is: "Say", data: { text: "late" } },
        b: { is: "Say", data: { text: "b" } },
      },
      `start.flow > s.flow
       s.1 > w.flow
       w.flow > a.flow
       s.2 > b.flow`,
    );
    expect(said).toEqual(["b", "late"]);
  });

  it("begins a fiber for an event, after those under way", async () => {
    const said = await told(
      {
        start: "Start",
        e: "Emit",
        on: "On",
        a: { is: "Say", data: { text: "event" } },
        b: { is: "Say", data: { text: "first" } },
      },
      `start.flow > e.flow
       e.event > on.event
       on.flow > a.flow
       e.flow > b.flow`,
    );
    expect(said).toEqual(["first", "event"]);
  });

  it("lives: start, one tick, end, each when the one before is over", async () => {
    const said = await told(
      {
        end: "End",
        tick: "Tick",
        start: "Start",
        w: "Later",
        a: { is: "Say", data: { text: "start" } },
        b: { is: "Say", data: { text: "tick" } },
        c: { is: "Say", data: { text: "end" } },
      },
      `start.flow > w.flow
       w.flow > a.flow
       tick.flow > b.flow
       end.flow > c.flow`,
    );
    expect(said).toEqual(["start", "tick", "end"]);
  });
});
