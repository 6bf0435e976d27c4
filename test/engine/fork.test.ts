import { describe, expect, it } from "vitest";
import { replay } from "../../src/engine/index.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import type { RunEvent } from "../../src/protocol/events.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import type { Json } from "../../src/protocol/values.ts";
import { fork, type TestForkOptions } from "../helpers/forks.ts";
import {
  any,
  type DrawnNode,
  outputsOf,
  planOf,
  run,
  spell,
  type TestComponent,
  type TestOptions,
  trigger,
  withComponents,
} from "../helpers/spells.ts";
import { settle } from "../helpers/workshop.ts";

const text = (value: Json | undefined): string => (typeof value === "string" ? value : JSON.stringify(value));

/** Notes what executes. `Say` tells what it heard; `Late` a moment later; `Risky` throws while `isBroken`. */
class Stage {
  isBroken = false;
  executed: string[] = [];
  readonly catalogue;

  constructor() {
    const said = (name: string, values: (Json | undefined)[]) => ({
      outputs: { out: `${name}(${values.map(text).join()})` },
    });
    const part = (name: string, rest: Partial<TestComponent> = {}): TestComponent => ({
      name,
      aliases: [],
      inputs: [trigger, any("in")],
      outputs: [trigger, any("out")],
      execute: (context) => {
        this.executed.push(context.nodeId);
        return said(context.nodeId, context.values("in"));
      },
      ...rest,
    });
    this.catalogue = withComponents([
      part("Say"),
      part("Late", {
        execute: async (context) => {
          this.executed.push(context.nodeId);
          await Promise.resolve();
          return said(context.nodeId, context.values("in"));
        },
      }),
      part("Risky", {
        outputs: [trigger, { name: "error", type: "trigger" }, any("out")],
        execute: (context) => {
          this.executed.push(context.nodeId);
          if (this.isBroken) throw new SpellError("node_failed", "It broke.");
          return said(context.nodeId, context.values("in"));
        },
      }),
      part("Note", {
        setsState: true,
        execute: (context) => {
          this.executed.push(context.nodeId);
          return { state: { note: context.value("in") ?? null } };
        },
      }),
      part("Recall", {
        inputs: [],
        outputs: [any("out")],
        volatile: true,
        execute: (context) => {
          this.executed.push(context.nodeId);
          return said(context.nodeId, [context.state.note]);
        },
      }),
      part("Stream", {
        outputs: [{ name: "each", type: "trigger" }, trigger, any("item")],
        each: ["each"],
        execute: (context) => {
          this.executed.push(context.nodeId);
          return {
            stream: (async function* stream() {
              yield await Promise.resolve({ item: 1 });
              yield { item: 2 };
            })(),
          };
        },
      }),
    ]);
  }

  async parent(drawn: SpellDocument, options: TestOptions = {}): Promise<RunEvent[]> {
    const { events } = run(drawn, { catalogue: this.catalogue, ...options });
    for (let i = 0; i < 8; i++) await settle();
    this.executed = [];
    return events;
  }

  /** Forks, and expects that what comes of it replays. */
  async fork(
    drawn: SpellDocument,
    parent: RunEvent[],
    options: TestForkOptions & { before?: SpellDocument } = {},
  ) {
    const { before, ...rest } = options;
    const plan = planOf(drawn, { catalogue: this.catalogue });
    const parentPlan =
      before === undefined ? {} : { parentPlan: planOf(before, { catalogue: this.catalogue }) };
    const { events } = fork(plan, parent, { catalogue: this.catalogue, ...parentPlan, ...rest });
    for (let i = 0; i < 8; i++) await settle();
    const again = replay(plan, events);
    expect(again.events).toEqual(events);
    return { events, outputs: outputsOf(events), executed: this.executed };
  }
}

//  start ──▶ a ──▶ b ──▶ c ──▶ o      i ▷ a ▷ b ▷ c ▷ o
const chain = (kinds: Record<string, DrawnNode> = {}, wires = ""): SpellDocument =>
  spell(
    { start: "Trigger In", i: "Universal Input:i", a: "Say", b: "Late", c: "Say", o: "Output:o", ...kinds },
    `
    start.trigger > a.trigger
    a.trigger > b.trigger
    b.trigger > c.trigger
    c.trigger > o.trigger
    i.output > a.in
    a.out > b.in
    b.out > c.in
    c.out > o.input
    ${wires}`,
  );
const inputs = { i: "x" };

describe("a fork", () => {
  it("is a run of its own that names its parent, and whose journal replays", async () => {
    const stage = new Stage();
    const parent = await stage.parent(chain(), { inputs });
    const { events, outputs, executed } = await stage.fork(chain(), parent);
    expect(executed).toEqual([]);
    expect(outputs).toEqual({ o: "c(b(a(x)))" });
    expect(events[0]).toMatchObject({
      type: "run.started",
      runId: "run-2",
      inputs,
      parent: { runId: "run-1" },
    });
    expect(new Set(events.map(({ runId }) => runId))).toEqual(new Set(["run-2"]));
  });

  it("from a node executes that node and those behind it", async () => {
    const stage = new Stage();
    const parent = await stage.parent(chain(), { inputs });
    const { events, executed } = await stage.fork(chain(), parent, { fromNode: "b" });
    expect(executed).toEqual(["b", "c"]);
    expect(events[0]).toMatchObject({ parent: { runId: "run-1", fromNode: "b" } });
  });

  it("with another input executes what reads it", async () => {
    //  i ▷ a     j ▷ c
    const drawn = chain({ j: "Universal Input:j" }, "j.output > c.in");
    const stage = new Stage();
    const parent = await stage.parent(drawn, { inputs: { i: "x", j: "y" } });
    const { outputs, executed } = await stage.fork(drawn, parent, { inputs: { j: "z" } });
    expect(executed).toEqual(["c"]);
    expect(outputs).toEqual({ o: "c(b(a(x)),z)" });
  });

  it("from a node that does not exist, or that the run never came to, is refused", async () => {
    const drawn = chain({ lost: "Say" });
    const stage = new Stage();
    const parent = await stage.parent(drawn, { inputs });
    const plan = planOf(drawn, { catalogue: stage.catalogue });
    for (const fromNode of ["nowhere", "a/b", "lost"])
      expect(() => fork(plan, parent, { fromNode, catalogue: stage.catalogue })).toThrow(
        expect.objectContaining({
          code: "bad_request",
          errors: [expect.objectContaining({ path: "fromNode" })],
        }),
      );
    // With another input it may come to be reached.
    const { executed } = await stage.fork(drawn, parent, { fromNode: "lost", inputs: { i: "y" } });
    expect(executed).toEqual(["a", "b", "c"]);
  });

  it("does the parts of a loop again that are dirty, and takes the loop itself over", async () => {
    //  start ──▶ each ─act▶ a ──▶ b     each ─done▶ o
    const drawn = spell(
      { start: "Trigger In", l: "Universal Input:l", each: "ForEach", a: "Say", b: "Late", o: "Output:o" },
      `
      start.trigger > each.act1
      l.output > each.array
      each.act > a.trigger
      each.element > a.in
      a.trigger > b.trigger
      a.out > b.in
      each.done > o.trigger
      l.output > o.input`,
    );
    const stage = new Stage();
    const parent = await stage.parent(drawn, { inputs: { l: [1, 2] } });
    const { executed } = await stage.fork(drawn, parent, { fromNode: "b" });
    expect(executed).toEqual(["b", "b"]);
  });

  it("does what read the state again, where that was after a node that may set it", async () => {
    //  start ──▶ n ──▶ s ──▶ o      r ▷ s      start ──▶ early ◁ first
    const drawn = spell(
      {
        start: "Trigger In",
        i: "Universal Input:i",
        first: "Recall",
        early: "Say",
        n: "Note",
        s: "Say",
        r: "Recall",
        o: "Output:o",
      },
      `
      start.trigger > early.trigger
      first.out > early.in
      start.trigger > n.trigger
      i.output > n.in
      start.trigger > s.trigger
      r.out > s.in
      s.trigger > o.trigger
      s.out > o.input`,
    );
    const stage = new Stage();
    const parent = await stage.parent(drawn, { inputs });
    const { executed, outputs } = await stage.fork(drawn, parent, { inputs: { i: "y" } });
    expect(executed).toEqual(["n", "r", "s"]);
    expect(outputs).toEqual({ o: "s(r(y))" });
    const stateless = await stage.fork(drawn, parent, { state: { note: "z" } });
    expect(stateless.executed.slice(3)).toEqual(["first", "early", "n", "r", "s"]);
  });

  it("streams again what streamed", async () => {
    const drawn = spell(
      { start: "Trigger In", a: "Say", s: "Stream", b: "Say" },
      `
      start.trigger > a.trigger
      a.trigger > s.trigger
      s.each > b.trigger
      s.item > b.in`,
    );
    const stage = new Stage();
    const parent = await stage.parent(drawn);
    const { executed } = await stage.fork(drawn, parent);
    expect(executed).toEqual(["s", "b", "b"]);
  });
});

describe("a failed run", () => {
  it("goes on from the node that failed", async () => {
    const stage = new Stage();
    stage.isBroken = true;
    const drawn = chain({ c: "Risky" });
    const parent = await stage.parent(drawn, { inputs });
    expect(parent.at(-1)?.type).toBe("run.failed");
    stage.isBroken = false;
    const { executed, outputs } = await stage.fork(drawn, parent);
    expect(executed).toEqual(["c"]);
    expect(outputs).toEqual({ o: "c(b(a(x)))" });
  });

  it("goes on after an edit that mends it, with what the edit did not touch", async () => {
    const stage = new Stage();
    stage.isBroken = true;
    const drawn = chain({ c: "Risky" });
    const parent = await stage.parent(drawn, { inputs });
    const { executed, outputs } = await stage.fork(chain({ c: "Say" }), parent, { before: drawn });
    expect(executed).toEqual(["c"]);
    expect(outputs).toEqual({ o: "c(b(a(x)))" });
  });

  it("whose node was left in flight and may be tried once alone executes it where a human forks", async () => {
    const stage = new Stage();
    const drawn = chain({ b: { is: "Late", settings: { atMostOnce: true } } });
    const all = await stage.parent(drawn, { inputs });
    const started = all.findIndex((event) => event.type === "node.started" && event.nodeId === "b");
    const { executed, outputs } = await stage.fork(drawn, all.slice(0, started + 1));
    expect(executed).toEqual(["b", "c"]);
    expect(outputs).toEqual({ o: "c(b(a(x)))" });
  });

  it("keeps a failure that was caught, by its node or by a Spell node around it", async () => {
    //  inner:  in ──▶ r         start ──▶ sub ─error▶ r ─error▶ c ──▶ o
    const inner = spell(
      { in: "Trigger In", r: "Risky", z: "Say" },
      "in.trigger > r.trigger\n r.trigger > z.trigger",
      {
        id: "inner",
        name: "inner",
      },
    );
    const drawn = spell(
      {
        start: "Trigger In",
        sub: {
          is: "Spell",
          data: { spellId: "inner" },
          outputs: [{ name: "error", type: "trigger" }],
          settings: { onError: "route" },
        },
        r: { is: "Risky", settings: { onError: "route" } },
        c: "Say",
        o: "Output:o",
      },
      `
      start.trigger > sub.trigger
      sub.error > r.trigger
      r.error > c.trigger
      c.trigger > o.trigger
      c.out > o.input`,
      { spells: { inner } },
    );
    const stage = new Stage();
    stage.isBroken = true;
    const parent = await stage.parent(drawn);
    expect(parent.filter((event) => event.type === "node.failed").map(({ nodeId }) => nodeId)).toEqual([
      "sub/r",
      "sub",
      "r",
    ]);
    stage.isBroken = false;
    expect((await stage.fork(drawn, parent)).executed).toEqual([]);
    expect((await stage.fork(drawn, parent, { fromNode: "c" })).executed).toEqual(["c"]);
    stage.executed = [];
    const { executed } = await stage.fork(drawn, parent, { fromNode: "sub/r" });
    expect(executed.slice(0, 2)).toEqual(["sub/r", "sub/z"]);
  });
});

describe("after an edit", () => {
  it("executes what it changed and what is behind that, and nothing before", async () => {
    const stage = new Stage();
    const before = chain();
    const parent = await stage.parent(before, { inputs });
    for (const [after, expected] of [
      [chain({ b: { is: "Late", data: { model: "other" } } }), ["b", "c"]],
      [chain({ b: { is: "Late", settings: { timeoutMs: 1000 } } }), ["b", "c"]],
      [chain({}, "i.output > c.in"), ["c"]],
      [chain({ n: "Say" }, "a.trigger > n.trigger"), ["n"]],
      [chain({ b: { is: "Late", y: 50 } }), []],
    ] as const) {
      stage.executed = [];
      expect((await stage.fork(after, parent, { before })).executed).toEqual(expected);
    }
  });

  it("executes what read the state behind a node that the edit took away or put in", async () => {
    const parts: Record<string, DrawnNode> = { start: "Trigger In", s: "Say", r: "Recall", o: "Output:o" };
    const wires = "start.trigger > s.trigger\n r.out > s.in\n s.trigger > o.trigger\n s.out > o.input";
    const note = { is: "Note", y: -1 };
    const withNote = spell(
      { start: "Trigger In", n: note, ...parts },
      `start.trigger > n.trigger\n ${wires}`,
    );
    const without = spell(parts, wires);
    const stage = new Stage();
    const parent = await stage.parent(withNote);
    expect((await stage.fork(without, parent, { before: withNote })).outputs).toEqual({
      o: "s(r())",
    });
    const other = await stage.parent(without);
    expect((await stage.fork(withNote, other, { before: without })).outputs).toEqual({ o: "s(r(null))" });
  });

  //  inner:  in ──▶ p ──▶ q ──▶ o      start ──▶ a ──▶ sub ──▶ c ──▶ o
  const nested = (kinds: Record<string, DrawnNode> = {}, outer: Record<string, DrawnNode> = {}) => {
    const inner = spell(
      {
        in: "Trigger In",
        t: "Universal Input:t",
        p: "Say",
        q: "Say",
        u: "Say",
        said: "Output:said",
        ...kinds,
      },
      `
      in.trigger > p.trigger
      in.trigger > u.trigger
      t.output > p.in
      p.trigger > q.trigger
      p.out > q.in
      q.trigger > said.trigger
      q.out > said.input`,
      { id: "inner", name: "inner" },
    );
    return spell(
      {
        start: "Trigger In",
        i: "Universal Input:i",
        a: "Say",
        sub: { is: "Spell", data: { spellId: "inner" }, inputs: [any("t")], outputs: [any("said")] },
        c: "Say",
        o: "Output:o",
        ...outer,
      },
      `
      start.trigger > a.trigger
      i.output > a.in
      a.trigger > sub.trigger
      a.out > sub.t
      sub.trigger > c.trigger
      sub.said > c.in
      c.trigger > o.trigger
      c.out > o.input`,
      { spells: { inner } },
    );
  };

  it("within a sub-spell takes over what is clean inside, and executes what is behind its node", async () => {
    const stage = new Stage();
    const before = nested();
    const parent = await stage.parent(before, { inputs });
    const after = nested({ q: { is: "Say", data: { x: 1 } } });
    const { executed, outputs } = await stage.fork(after, parent, { before });
    expect(executed).toEqual(["sub/q", "c"]);
    expect(outputs).toEqual({ o: "c(sub/q(sub/p(a(x))))" });
    stage.executed = [];
    expect((await stage.fork(before, parent, { fromNode: "sub/p" })).executed).toEqual([
      "sub/p",
      "sub/q",
      "c",
    ]);
  });

  it("before a sub-spell executes all that is in it", async () => {
    const stage = new Stage();
    const before = nested();
    const parent = await stage.parent(before, { inputs });
    const after = nested({}, { a: { is: "Say", data: { x: 1 } } });
    const { executed } = await stage.fork(after, parent, { before });
    expect(executed.toSorted()).toEqual(["a", "c", "sub/p", "sub/q", "sub/u"]);
  });
});
