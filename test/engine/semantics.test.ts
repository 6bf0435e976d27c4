import { describe, expect, it } from "vitest";
import { replay } from "../../src/engine/index.ts";
import {
  outputsOf,
  planOf,
  run,
  spell,
  type TestComponent,
  visitsOf,
  withComponents,
} from "../helpers/spells.ts";

const trigger = { name: "trigger", type: "trigger" } as const;
const any = (name: string) => ({ name, type: "any" }) as const;

/** Gives its id with what it heard. */
const step: TestComponent = {
  name: "Step",
  aliases: [],
  inputs: [trigger, any("in")],
  outputs: [trigger, any("out")],
  execute: (context) => ({
    outputs: { out: `${context.node.id}(${context.values("in").map(String).join("+")})` },
  }),
};

/** The same with a count of its executions, and nodes that read and repeat. */
function counting() {
  const counts = new Map<string, number>();
  const counted: TestComponent = {
    ...step,
    execute(context) {
      counts.set(context.node.id, (counts.get(context.node.id) ?? 0) + 1);
      return step.execute(context);
    },
  };
  const value: TestComponent = { ...counted, name: "Value", inputs: [any("in")], outputs: [any("out")] };
  /** Fires `again` until it has been visited `data.times` times in this run, then `over`. */
  const gate: TestComponent = {
    name: "Repeat",
    aliases: [],
    inputs: [trigger],
    outputs: [
      { name: "again", type: "trigger" },
      { name: "over", type: "trigger" },
    ],
    execute(context) {
      const seen = Number(context.state[context.node.id] ?? 0) + 1;
      const isOver = seen >= Number(context.data.times);
      return { fired: [isOver ? "over" : "again"], state: { [context.node.id]: isOver ? 0 : seen } };
    },
  };
  return { counts, catalogue: withComponents([counted, value, gate]) };
}

describe("triggers and data", () => {
  //  start ──▶ a ──▶ out       v ··▶ a ··▶ out
  it("spread by trigger and pull by data", () => {
    const { catalogue } = counting();
    const drawn = spell(
      { start: "Trigger In", v: "Value", a: "Step", out: "Output:result" },
      `
      start.trigger > a.trigger
      v.out > a.in
      a.trigger > out.trigger
      a.out > out.input`,
    );
    const { events } = run(drawn, { catalogue });
    expect(outputsOf(events)).toEqual({ result: "a(v())" });
    expect(visitsOf(events)).toEqual(["start 1", "v 1", "a 1", "out 1"]);
  });

  //  v1 ··▶ v2 (twice) ··▶ v3 (twice) … : 2^d calls when results and not promises are remembered
  it("evaluate each data node of a deep diamond once", () => {
    const { catalogue, counts } = counting();
    const nodes: Record<string, string> = { start: "Trigger In", out: "Output:result", v0: "Value" };
    const wires = ["start.trigger > out.trigger"];
    for (let i = 1; i <= 20; i++) {
      nodes[`v${i}`] = "Value";
      wires.push(`v${i - 1}.out > v${i}.in`, `v${i - 1}.out > v${i}.other`);
    }
    wires.push("v20.out > out.input");
    const { events } = run(spell(nodes, wires.join("\n")), { catalogue });
    expect(outputsOf(events)).toBeDefined();
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
    expect(counts.size).toBe(21);
  });

  //  start ──▶ a ──▶ j,  start ──▶ b ──▶ j ──▶ out
  it("run a join once", () => {
    const { catalogue, counts } = counting();
    const { events } = run(
      spell(
        { start: "Trigger In", a: "Step", b: "Step", j: "Step", out: "Output:o" },
        `
      start.trigger > a.trigger
      start.trigger > b.trigger
      a.trigger > j.trigger
      b.trigger > j.trigger
      j.trigger > out.trigger
      j.out > out.input`,
      ),
      { catalogue },
    );
    expect(counts.get("j")).toBe(1);
    expect(visitsOf(events)).toEqual(["start 1", "a 1", "b 1", "j 1", "out 1"]);
  });

  //  start ──▶ a ──▶ b ──▶ c     c ··▶ a: c is pulled before its trigger comes
  it("do not lose a trigger that reaches a node after its data were pulled", () => {
    const { catalogue, counts } = counting();
    const { events } = run(
      spell(
        { start: "Trigger In", a: "Step", c: "Step", out: "Output:o" },
        `
      start.trigger > a.trigger
      c.out > a.in
      a.trigger > c.trigger
      c.trigger > out.trigger
      a.out > out.input`,
      ),
      { catalogue },
    );
    expect(outputsOf(events)).toEqual({ o: "a(c())" });
    expect(counts.get("c")).toBe(1);
  });

  //  start ──▶ gate ─true▶ a ──▶ out,  ─false▶ b ──▶ out     a, b ··▶ out
  it("give an Output the data of the branch that fired, and evaluate the other branch not at all", () => {
    const { catalogue, counts } = counting();
    const drawn = spell(
      {
        start: "Trigger In",
        yes: "Universal Input:yes",
        gate: "Boolean Gate",
        a: "Step",
        b: "Step",
        out: "Output:o",
      },
      `
      start.trigger > gate.trigger
      yes.output > gate.boolean
      gate.true > a.trigger
      gate.false > b.trigger
      a.trigger > out.trigger
      b.trigger > out.trigger
      a.out > out.input
      b.out > out.input`,
    );
    expect(outputsOf(run(drawn, { catalogue, inputs: { yes: true } }).events)).toEqual({ o: "a()" });
    expect(outputsOf(run(drawn, { catalogue, inputs: { yes: 0 } }).events)).toEqual({ o: "b()" });
    expect(counts).toEqual(
      new Map([
        ["a", 1],
        ["b", 1],
      ]),
    );
  });

  it("keep the data of chained Outputs", () => {
    const { catalogue } = counting();
    const { events } = run(
      spell(
        { start: "Trigger In", a: "Step", o1: "Output:one", o2: "Output:two" },
        `
      start.trigger > a.trigger
      a.trigger > o1.trigger
      o1.trigger > o2.trigger
      a.out > o1.input
      a.out > o2.input`,
      ),
      { catalogue },
    );
    expect(outputsOf(events)).toEqual({ one: "a()", two: "a()" });
  });

  it("wait for all triggers at Wait For All, and fire once", () => {
    const { catalogue, counts } = counting();
    const { events } = run(
      spell(
        { start: "Trigger In", a: "Step", b: "Step", all: "Wait For All", c: "Step" },
        `
      start.trigger > all.x
      start.trigger > a.trigger
      a.trigger > b.trigger
      a.trigger > all.y
      b.trigger > all.z
      all.default > c.trigger`,
      ),
      { catalogue },
    );
    expect(visitsOf(events)).toEqual(["start 1", "a 1", "b 1", "all 1", "c 1"]);
    expect(counts.get("c")).toBe(1);
  });
});

describe("cycles and loops", () => {
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

  //  start ──▶ each ─act▶ x, ─done▶ out     each ··element▶ d ··▶ x
  it("run the body of a loop once an item, in a scope of its own, then what follows", () => {
    const { catalogue, counts } = counting();
    const { events } = run(
      spell(
        {
          start: "Trigger In",
          list: "Universal Input:list",
          each: "ForEach",
          d: "Value",
          shared: "Value",
          x: "Step",
          out: "Output:o",
        },
        `
      start.trigger > each.act1
      list.output > each.array
      each.act > x.trigger
      each.element > d.in
      d.out > x.in
      shared.out > x.in
      each.done > out.trigger
      shared.out > out.input`,
      ),
      { catalogue, inputs: { list: ["p", "q", "r"] } },
    );
    expect(visitsOf(events)).toEqual([
      "start 1",
      "list 1",
      "each 1",
      "d 1",
      "shared 1",
      "x 1",
      "d 2",
      "x 2",
      "d 3",
      "x 3",
      "out 1",
    ]);
    const x = events.flatMap((event) =>
      event.type === "node.completed" && event.nodeId === "x" ? [event.outputs.out] : [],
    );
    expect(x).toEqual(["x(d(p)+shared())", "x(d(q)+shared())", "x(d(r)+shared())"]);
    expect(counts.get("shared")).toBe(1);
  });

  it("name a loop within a loop outermost first, and end an empty one at once", () => {
    const { catalogue } = counting();
    const { events } = run(
      spell(
        {
          start: "Trigger In",
          list: "Universal Input:list",
          outer: "ForEach",
          inner: "ForEach",
          x: "Step",
          out: "Output:o",
        },
        `
      start.trigger > outer.act1
      list.output > outer.array
      outer.act > inner.act1
      outer.element > inner.array
      inner.act > x.trigger
      inner.element > x.in
      outer.done > out.trigger
      list.output > out.input`,
      ),
      { catalogue, inputs: { list: [["a"], [], ["b", "c"]] } },
    );
    expect(visitsOf(events).filter((visit) => visit.startsWith("x"))).toEqual(["x 1.1", "x 3.1", "x 3.2"]);
    expect(events.at(-1)?.type).toBe("run.completed");
  });

  it("tell visits apart where the run and its first iteration have the same ordinals", () => {
    const { catalogue, counts } = counting();
    const { events } = run(
      spell(
        { start: "Trigger In", list: "Universal Input:list", each: "ForEach", x: "Step" },
        `
      start.trigger > each.act1
      list.output > each.array
      each.act > x.trigger
      each.done > x.trigger`,
      ),
      { catalogue, inputs: { list: [1, 2] } },
    );
    expect(visitsOf(events)).toEqual(["start 1", "list 1", "each 1", "x 1", "x 2", "x 1~2"]);
    expect(counts.get("x")).toBe(3);
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

  it("refuse a loop of more iterations than the run has visits, before opening any", () => {
    const { catalogue } = counting();
    const { events } = run(
      spell(
        { start: "Trigger In", list: "Universal Input:list", each: "ForEach", x: "Step" },
        `
      start.trigger > each.act1
      list.output > each.array
      each.act > x.trigger`,
      ),
      { catalogue, inputs: { list: Array.from({ length: 1_000_000 }, () => 0) } },
    );
    expect(events.at(-1)).toMatchObject({
      type: "run.failed",
      error: { code: "budget_exceeded", nodeId: "each" },
    });
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

describe("faults", () => {
  it("refuse a run whose started part reaches a fault, and no other", () => {
    const { catalogue } = counting();
    const drawn = spell(
      {
        start: "Trigger In",
        other: { is: "Trigger In:other", y: 9 },
        a: "Step",
        lost: "No Such Thing",
        out: "Output:o",
      },
      `
      start.trigger > a.trigger
      a.trigger > out.trigger
      a.out > out.input
      other.trigger > lost.trigger`,
    );
    expect(outputsOf(run(drawn, { catalogue }).events)).toEqual({ o: "a()" });
    const { events } = run(drawn, { catalogue, trigger: "other" });
    expect(events.map((event) => event.type)).toEqual(["run.started", "run.failed"]);
    expect(events.at(-1)).toMatchObject({ error: { code: "spell_invalid", nodeId: "lost" } });
  });

  it("refuse a circle of data, a wire to nowhere, and a spell without a start", () => {
    const { catalogue } = counting();
    const circle = spell(
      { start: "Trigger In", a: "Value", b: "Value", out: "Output:o" },
      `
      start.trigger > out.trigger
      a.out > b.in
      b.out > a.in
      b.out > out.input`,
    );
    expect(run(circle, { catalogue }).events.at(-1)).toMatchObject({
      error: { code: "spell_invalid", message: expect.stringContaining("circle") },
    });
    const nowhere = spell(
      { start: "Trigger In", a: "Step" },
      `
      start.trigger > a.trigger
      a.trigger > gone.trigger`,
    );
    expect(run(nowhere, { catalogue }).events.at(-1)).toMatchObject({
      error: { code: "spell_invalid", message: expect.stringContaining('"gone"') },
    });
    expect(run(spell({ a: "Step" }, ""), { catalogue }).events.at(-1)).toMatchObject({
      error: { code: "spell_invalid" },
    });
  });

  it("say which input is missing", () => {
    const drawn = spell(
      { start: "Trigger In", v: "Universal Input:topic", out: "Output:o" },
      `
      start.trigger > out.trigger
      v.output > out.input`,
    );
    expect(run(drawn).events.at(-1)).toMatchObject({
      error: { code: "missing_input", message: expect.stringContaining('"topic"'), nodeId: "v" },
    });
  });
});

describe("sub-spells", () => {
  const inner = (name: string) =>
    spell(
      {
        in: "Trigger In",
        v: "Universal Input:text",
        e: "Echo",
        o: "Output:said",
        x: "Trigger Out:ok",
        y: "Trigger Out:never",
      },
      `
      in.trigger > e.trigger
      v.output > e.source
      e.trigger > o.trigger
      e.output > o.input
      o.trigger > x.trigger`,
      { id: name, name },
    );
  const sockets = {
    inputs: [{ name: "k-in", type: "any", label: "text" } as const],
    outputs: [
      { name: "k-out", type: "any", label: "said" } as const,
      { name: "ok", type: "trigger" } as const,
      { name: "never", type: "trigger" } as const,
    ],
  };
  const outer = spell(
    {
      start: "Trigger In",
      s: { is: "Spell", data: { spellId: "inner" }, ...sockets },
      v: "Universal Input:v",
      a: "Output:a",
      b: "Output:b",
    },
    `
    start.trigger > s.trigger
    v.output > s.k-in
    s.ok > a.trigger
    s.never > b.trigger
    s.k-out > a.input
    s.k-out > b.input`,
  );

  it("run in the same journal under the path of their node, and fire the Trigger Outs that were reached", () => {
    const { events } = run(outer, {
      inputs: { v: "hi" },
      subSpells: (ref) => (ref === "inner" ? inner("inner") : undefined),
    });
    expect(outputsOf(events)).toEqual({ a: "hi" });
    expect(visitsOf(events)).toEqual([
      "start 1",
      "v 1",
      "s/in 1",
      "s/v 1",
      "s/e 1",
      "s/o 1",
      "s/x 1",
      "s 1",
      "a 1",
    ]);
  });

  it("end a spell that runs itself by the recursion limit", () => {
    const self = spell(
      { start: "Trigger In", s: { is: "Spell", data: { spellId: "self" } } },
      "start.trigger > s.trigger",
      { id: "self", name: "self" },
    );
    const { events } = run(self, { subSpells: () => self, limits: { maxRecursion: 5 } });
    expect(events.at(-1)).toMatchObject({
      type: "run.failed",
      error: { code: "recursion_limit", nodeId: "s/s/s/s/s/s" },
    });
  });

  it("that run themselves too deep are replayed to the same end", () => {
    const self = spell(
      { start: "Trigger In", s: { is: "Spell", data: { spellId: "self" } } },
      "start.trigger > s.trigger",
      { id: "self", name: "self" },
    );
    const done = run(self, { subSpells: () => self });
    expect(done.events.at(-1)).toMatchObject({ error: { code: "recursion_limit" } });
    expect(replay(planOf(self, { subSpells: () => self }), done.events).events).toEqual(done.events);
  });

  it("are replayed with the plan alone", () => {
    const done = run(outer, { inputs: { v: "hi" }, subSpells: () => inner("inner") });
    const plan = planOf(outer, { subSpells: () => inner("inner") });
    const again = replay(JSON.parse(JSON.stringify(plan)), JSON.parse(JSON.stringify(done.events)));
    expect(again.events).toEqual(done.events);
  });
});

describe("a fault of a component or of ours", () => {
  it("ends the run once, with an id for the log and nothing of the cause", () => {
    const broken: TestComponent = {
      name: "Broken",
      aliases: [],
      inputs: [trigger],
      outputs: [trigger],
      execute: () => (undefined as unknown as { x: { y: never } }).x.y,
    };
    const told: unknown[] = [];
    const { events } = run(spell({ start: "Trigger In", b: "Broken" }, "start.trigger > b.trigger"), {
      catalogue: withComponents([broken]),
      ports: { fault: (thrown) => (told.push(thrown), "id-1") },
    });
    expect(events.map(({ type }) => type)).toEqual([
      "run.started",
      "node.started",
      "node.completed",
      "node.started",
      "node.failed",
      "run.failed",
    ]);
    expect(events.at(-1)).toMatchObject({ error: { code: "internal", nodeId: "b", errorId: "id-1" } });
    expect(JSON.stringify(events)).not.toContain("undefined");
    expect(told).toHaveLength(1);
  });

  it("in the middle of a turn ends it, too", () => {
    const odd: TestComponent = {
      name: "Odd",
      aliases: [],
      inputs: [trigger],
      outputs: [trigger],
      execute: () => ({ fired: 5 as unknown as string[] }),
    };
    const { events } = run(
      spell(
        { start: "Trigger In", o: "Odd", e: "Echo" },
        `
      start.trigger > o.trigger
      o.trigger > e.trigger`,
      ),
      { catalogue: withComponents([odd]) },
    );
    expect(events.at(-1)).toMatchObject({ type: "run.failed", error: { code: "internal" } });
  });
});

describe("what a review found", () => {
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
      event.type === "node.completed" && event.nodeId === id
        ? [event.outputs.out ?? event.outputs.output]
        : [],
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

  it("a Wait For All counts what arrived in the run for each iteration inside it", () => {
    const drawn = spell(
      { s: "Trigger In", l: "Universal Input:l", f: "ForEach", w: "Wait For All", x: "Step" },
      `
      s.trigger > f.act1
      s.trigger > w.one
      l.output > f.array
      f.act > w.two
      w.default > x.trigger`,
    );
    const { events } = run(drawn, { catalogue, inputs: { l: ["p", "q"] } });
    expect(visitsOf(events).filter((visit) => /^[wx] /.test(visit))).toEqual(["w 1", "w 2", "x 1", "x 2"]);
    expect(events.at(-1)?.type).toBe("run.completed");
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
    expect(seen.filter((line) => line.startsWith("1"))).toEqual([
      '1.1 "a(11)"',
      '1.2 "a(11)"',
      '1.3 "a(12)"',
    ]);
    expect(seen.filter((line) => line.startsWith("2"))).toEqual([
      '2.1 "a(21)"',
      '2.2 "a(21)"',
      '2.3 "a(22)"',
    ]);
  });

  it("a lost trigger refuses the run that reaches it, and what is only read fires nothing", () => {
    const lost = spell(
      { s: "Trigger In", c: "Echo", o: "Output:o", i: { is: "Universal Input:i", data: { text: "x" } } },
      `
      s.trigger > c.trigger
      c.finished > o.trigger
      i.output > o.input`,
    );
    expect(run(lost).events.at(-1)).toMatchObject({
      error: { code: "spell_invalid", nodeId: "c", message: expect.stringContaining('"finished"') },
    });
    const unreached = spell(
      {
        s: "Trigger In",
        other: { is: "Trigger In:other", y: 9 },
        o: "Output:o",
        n: "Echo",
        i: { is: "Universal Input:i", data: { text: "x" } },
        bad: "Nonsense",
      },
      `
      s.trigger > o.trigger
      n.output > o.input
      i.output > n.string
      other.trigger > n.trigger
      n.trigger > bad.trigger`,
    );
    expect(outputsOf(run(unreached).events)).toEqual({ o: "x" });
    expect(run(unreached, { trigger: "other" }).events.at(-1)).toMatchObject({
      error: { code: "spell_invalid", nodeId: "bad" },
    });
  });

  it("a gate whose input got no value fails with missing_input instead of choosing a branch", () => {
    const drawn = spell(
      { s: "Trigger In", e: "Echo", g: "Boolean Gate" },
      `
      s.trigger > g.trigger
      e.output > g.boolean`,
    );
    expect(run(drawn).events.at(-1)).toMatchObject({
      error: { code: "missing_input", nodeId: "g", message: expect.stringContaining('"boolean"') },
    });
  });

  it("of two Trigger Outs of one name the one that was reached fires its own socket", () => {
    const inner = spell(
      {
        t: "Trigger In",
        x1: { is: "Trigger Out:out", data: { socketKey: "k1" } },
        x2: { is: "Trigger Out:out", data: { socketKey: "k2" } },
      },
      "t.trigger > x1.trigger",
      { id: "inner" },
    );
    const fire = (name: string) => ({ name, type: "trigger", label: "out" }) as const;
    const drawn = spell(
      {
        s: "Trigger In",
        n: { is: "Spell", data: { spellId: "inner" }, outputs: [fire("k1"), fire("k2")] },
        a: "Echo",
        b: "Echo",
      },
      `
      s.trigger > n.trigger
      n.k1 > a.trigger
      n.k2 > b.trigger`,
      { spells: { inner } },
    );
    expect(visitsOf(run(drawn).events)).toEqual(["s 1", "n/t 1", "n/x1 1", "n 1", "a 1"]);
  });

  it("a replay whose results are not those of the record is refused", () => {
    const drawn = spell(
      { s: "Trigger In", i: "Universal Input:i", o: "Output:o" },
      `
      s.trigger > o.trigger
      i.output > o.input`,
    );
    const { events } = run(drawn, { inputs: { i: "x" } });
    const forged = events.map((event) =>
      event.type === "run.completed" ? { ...event, outputs: { o: "y" } } : event,
    );
    expect(replay(planOf(drawn), forged).end).toMatchObject({
      type: "run.failed",
      error: { code: "journal_mismatch" },
    });
  });
});
