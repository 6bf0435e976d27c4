import { describe, expect, it } from "vitest";
import { type NodeOutcome, replay } from "../../src/engine/index.ts";
import {
  any,
  outputsOf,
  planOf,
  run,
  spell,
  type TestComponent,
  trigger,
  visitsOf,
  withComponents,
} from "../helpers/spells.ts";
import { counting, step } from "../helpers/steps.ts";

describe("cycles", () => {
  //  start ──▶ a ──▶ gate ─again▶ a,  ─over▶ out
  it("count the turns of a cycle in the visits of its nodes and of those behind it", () => {
    const { catalogue } = counting();
    const { events } = run(
      spell(
        {
          start: "Trigger In",
          a: "Step",
          gate: { is: "Repeat", data: { times: 3 } },
          z: "Step",
          out: "Output:o",
        },
        `
      start.trigger > a.trigger
      a.trigger > gate.trigger
      a.trigger > z.trigger
      gate.again > a.trigger
      gate.over > out.trigger
      a.out > out.input`,
      ),
      { catalogue },
    );
    expect(visitsOf(events)).toEqual([
      "start 1",
      "a 1",
      "gate 1",
      "z 1",
      "a 2",
      "gate 2",
      "z 2",
      "a 3",
      "gate 3",
      "z 3",
      "out 3",
    ]);
  });

  //  outer: a ──▶ b ──▶ inner ─again▶ b, ─over▶ outer ─again▶ a
  it("name the turns of a cycle within a cycle, outermost first", () => {
    const { catalogue } = counting();
    const { events } = run(
      spell(
        {
          start: "Trigger In",
          a: "Step",
          b: "Step",
          inner: { is: "Repeat", data: { times: 3 } },
          outer: { is: "Repeat", data: { times: 2 } },
          end: "Step",
        },
        `
      start.trigger > a.trigger
      a.trigger > b.trigger
      b.trigger > inner.trigger
      inner.again > b.trigger
      inner.over > outer.trigger
      outer.again > a.trigger
      outer.over > end.trigger`,
      ),
      { catalogue },
    );
    const of = (id: string) =>
      visitsOf(events)
        .filter((visit) => visit.startsWith(`${id} `))
        .map((visit) => visit.slice(id.length + 1));
    expect(of("a")).toEqual(["1", "2"]);
    expect(of("b")).toEqual(["1.1", "1.2", "1.3", "2.1", "2.2", "2.3"]);
    expect(of("outer")).toEqual(["1.3", "2.3"]);
    expect(of("end")).toEqual(["2.3"]);
  });

  it("end a cycle that never ends by the budget of visits", () => {
    const { catalogue } = counting();
    const endless = spell(
      { start: "Trigger In", a: "Step", b: "Step" },
      `
      start.trigger > a.trigger
      a.trigger > b.trigger
      b.trigger > a.trigger`,
    );
    const { events } = run(endless, { catalogue, limits: { maxVisits: 50 } });
    expect(events.at(-1)).toMatchObject({ type: "run.failed", error: { code: "budget_exceeded" } });
    expect(visitsOf(events)).toHaveLength(50);
    expect(replay(planOf(endless, { catalogue }), events).events).toEqual(events);
  });

  // Two wires back into a cycle would double its turns if each opened one.
  it("open one turn where two triggers lead back into a cycle", () => {
    const { catalogue, counts } = counting();
    run(
      spell(
        { start: "Trigger In", a: "Step", b: "Step", c: "Step", gate: { is: "Repeat", data: { times: 4 } } },
        `
      start.trigger > a.trigger
      a.trigger > b.trigger
      a.trigger > c.trigger
      a.trigger > gate.trigger
      gate.again > b.trigger
      gate.again > c.trigger
      gate.again > a.trigger`,
      ),
      { catalogue },
    );
    expect(counts.get("a")).toBe(4);
    expect(counts.get("b")).toBe(4);
  });

  it("read the state anew in each turn", () => {
    const { catalogue } = counting();
    const { events } = run(
      spell(
        {
          start: "Trigger In",
          gate: { is: "Repeat", data: { times: 3 } },
          read: { is: "State Read", outputs: [any("gate")] },
          a: "Step",
          out: "Output:o",
        },
        `
      start.trigger > gate.trigger
      gate.again > a.trigger
      read.gate > a.in
      a.trigger > gate.trigger
      gate.over > out.trigger
      a.out > out.input`,
      ),
      { catalogue },
    );
    const seen = events.flatMap((event) =>
      event.type === "node.completed" && event.nodeId === "a" ? [event.outputs.out] : [],
    );
    expect(seen).toEqual(["a(1)", "a(2)"]);
    expect(outputsOf(events)).toEqual({ o: "a(2)" });
  });
});

/** Fires `again` until `data.times` turns, then `over`; gives its turn as `n`. */
const turn: TestComponent = {
  name: "Turn",
  aliases: [],
  inputs: [trigger, any("in")],
  outputs: [{ name: "again", type: "trigger" }, { name: "over", type: "trigger" }, any("n")],
  execute(context) {
    const n = Number(context.state[context.node.id] ?? 0) + 1;
    return {
      outputs: { n },
      fired: [n >= Number(context.data.times) ? "over" : "again"],
      state: { [context.node.id]: n },
    };
  },
};
const catalogue = withComponents([turn, step]);
const outs = (events: ReturnType<typeof run>["events"], id: string) =>
  events.flatMap((event) =>
    event.type === "node.completed" && event.nodeId === id ? [event.outputs.out ?? event.outputs.output] : [],
  );

it("a cycle goes on although one of its nodes was pulled before its trigger came", () => {
  const drawn = spell(
    {
      s: "Trigger In",
      p: "Output:p",
      a: { is: "Turn", data: { times: 5 } },
      c: "Echo",
      i: { is: "Universal Input:i", data: { text: "x" } },
    },
    `
    s.trigger > p.trigger
    p.trigger > a.trigger
    c.output > p.input
    a.again > c.trigger
    i.output > c.string
    c.trigger > a.trigger`,
  );
  const { events } = run(drawn, { catalogue });
  expect(visitsOf(events).filter((visit) => visit.startsWith("a "))).toEqual([
    "a 1",
    "a 2",
    "a 3",
    "a 4",
    "a 5",
  ]);
  expect(replay(planOf(drawn, { catalogue }), events).events).toEqual(events);
});

it("a Wait For All within a cycle waits anew in each turn", () => {
  const drawn = spell(
    { s: "Trigger In", a: { is: "Turn", data: { times: 3 } }, x: "Step", w: "Wait For All", e: "Step" },
    `
    s.trigger > a.trigger
    a.again > x.trigger
    a.again > w.one
    x.trigger > w.two
    w.default > a.trigger
    a.over > e.trigger`,
  );
  expect(visitsOf(run(drawn, { catalogue }).events)).toEqual([
    "s 1",
    "a 1",
    "x 1",
    "w 1",
    "a 2",
    "x 2",
    "w 2",
    "a 3",
    "e 3",
  ]);
});

it("an Output in a cycle takes the data of the branch of this turn", () => {
  const drawn = spell(
    {
      s: "Trigger In",
      t: { is: "Turn", data: { times: 5 } },
      g: "Boolean Gate",
      odd: { is: "State Read", outputs: [any("flip")] },
      flip: { is: "State Write", inputs: [any("flip")] },
      no: "Echo",
      a: "Step",
      b: "Step",
      x: "Step",
      o: "Output:o",
    },
    `
    s.trigger > t.trigger
    t.again > g.trigger
    odd.flip > g.boolean
    g.true > a.trigger
    g.false > b.trigger
    a.trigger > x.trigger
    b.trigger > x.trigger
    x.trigger > o.trigger
    a.out > o.input
    b.out > o.input
    o.trigger > t.trigger`,
  );
  const toggled: TestComponent = {
    ...step,
    name: "Step",
    execute: (context) => ({ outputs: { out: context.node.id }, state: { flip: context.node.id === "b" } }),
  };
  const { events } = run(drawn, { catalogue: withComponents([turn, toggled]), state: { flip: true } });
  expect(outs(events, "o")).toHaveLength(4);
  const ran = visitsOf(events)
    .filter((visit) => /^[ab] /.test(visit))
    .map((visit) => visit[0]);
  expect(outs(events, "o")).toEqual(ran);
});

it("a cycle in each iteration reads its own earlier turns", () => {
  const drawn = spell(
    {
      s: "Trigger In",
      l: "Universal Input:l",
      f: "ForEach",
      a: "Step",
      m: { is: "Repeats", data: { times: 3 } },
    },
    `
    s.trigger > f.act1
    l.output > f.array
    f.act > a.trigger
    m.n > a.in
    a.trigger > m.trigger
    m.again > a.trigger`,
  );
  const repeats: TestComponent = {
    ...turn,
    name: "Repeats",
    execute(context) {
      const visit = context.visit.split(".").map(Number);
      const n = (visit[0] ?? 0) * 10 + (visit[1] ?? 1);
      return { outputs: { n }, fired: [(visit[1] ?? 1) >= 3 ? "over" : "again"] };
    },
  };
  const { events } = run(drawn, { catalogue: withComponents([repeats, step]), inputs: { l: ["x", "y"] } });
  const seen = events.flatMap((event) =>
    event.type === "node.completed" && event.nodeId === "a"
      ? [`${event.visit} ${JSON.stringify(event.outputs.out)}`]
      : [],
  );
  // The first turn pulls; each later one sees the turn before it, of its own iteration.
  expect(seen.filter((line) => line.startsWith("1"))).toEqual(['1.1 "a(11)"', '1.2 "a(11)"', '1.3 "a(12)"']);
  expect(seen.filter((line) => line.startsWith("2"))).toEqual(['2.1 "a(21)"', '2.2 "a(21)"', '2.3 "a(22)"']);
});

//  s ──▶ a ──▶ t ─again▶ r ──▶ t,   t ─early▶ x (in its second and third turn alone),   t ─over▶ e;   r and e read x and a
it("a cycle of a thousand turns sees to its end what an early turn gave, and what ran before it", () => {
  const times = 1000;
  const early: TestComponent = {
    ...turn,
    name: "Early",
    outputs: [...turn.outputs, { name: "early", type: "trigger" }],
    execute(context) {
      const outcome = turn.execute(context) as NodeOutcome & { fired: string[] };
      return context.visit === "2" || context.visit === "3"
        ? { ...outcome, fired: ["early", ...outcome.fired] }
        : outcome;
    },
  };
  const drawn = spell(
    {
      s: "Trigger In",
      a: "Step",
      t: { is: "Early", data: { times } },
      x: "Step",
      r: "Step",
      e: "Step",
    },
    `
    s.trigger > a.trigger
    a.trigger > t.trigger
    t.early > x.trigger
    t.n > x.in
    t.again > r.trigger
    x.out > r.in
    a.out > r.in
    r.trigger > t.trigger
    t.over > e.trigger
    x.out > e.in
    a.out > e.in
    r.out > e.in`,
  );
  const components = withComponents([early, step]);
  const { events } = run(drawn, { catalogue: components });
  const visits = visitsOf(events);
  expect(visits.filter((visit) => visit.startsWith("r "))).toEqual(
    Array.from({ length: times - 1 }, (_, i) => `r ${i + 1}`),
  );
  // In the first turn it is pulled; in all others it is what its own trigger made of it.
  expect(visits.filter((visit) => visit.startsWith("x "))).toEqual(["x 1", "x 2", "x 3"]);
  expect([...new Set(outs(events, "r"))]).toEqual(["r(x(1)+a())", "r(x(2)+a())", "r(x(3)+a())"]);
  expect(outs(events, "e")).toEqual(["e(x(3)+a()+r(x(3)+a()))"]);
  expect(replay(planOf(drawn, { catalogue: components }), events).events).toEqual(events);
});

//  s ──▶ t ─again▶ r ──▶ late,   t ─again▶ q ──▶ y ──▶ x,   t ─again▶ p ──▶ t;   r and late read x
it("a node that waits reads what it saw at its start, although that runs again meanwhile in the same turn", async () => {
  const late: TestComponent = {
    ...step,
    name: "Late",
    async execute(context) {
      await Promise.resolve();
      return { outputs: { out: context.value("in") ?? null } };
    },
  };
  const named: TestComponent = {
    ...step,
    name: "Named",
    execute: (context) => ({ outputs: { out: `${context.node.id} ${context.visit}` } }),
  };
  const drawn = spell(
    {
      s: "Trigger In",
      t: { is: "Turn", data: { times: 3 } },
      p: "Step",
      q: "Step",
      r: "Step",
      x: "Named",
      y: "Step",
      late: "Late",
    },
    `
    s.trigger > t.trigger
    t.again > p.trigger
    p.trigger > t.trigger
    t.again > r.trigger
    r.trigger > late.trigger
    t.again > q.trigger
    q.trigger > y.trigger
    y.trigger > x.trigger
    x.out > r.in
    x.out > late.in`,
  );
  const { events, execution } = run(drawn, { catalogue: withComponents([turn, step, named, late]) });
  await expect.poll(() => execution.end?.type).toBe("run.completed");
  expect(visitsOf(events).filter((visit) => visit.startsWith("x "))).toEqual(["x 1", "x 2"]);
  expect(outs(events, "late")).toEqual(["x 1", "x 1"]);
});
