import { describe, expect, it } from "vitest";
import { replay } from "../../src/engine/index.ts";
import type { RunEvent } from "../../src/protocol/events.ts";
import type { SpellNode } from "../../src/protocol/spell.ts";
import type { Json } from "../../src/protocol/values.ts";
import {
  outputsOf,
  planOf,
  run,
  spell,
  type TestRun,
  trigger,
  visitsOf,
  withComponents,
} from "../helpers/spells.ts";

const soon = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve);
  });

const statusOf = (done: TestRun): string => done.execution.end?.type ?? "open";

describe("A node that asks a human", () => {
  const document = spell(
    {
      start: "Trigger In",
      ask: { is: "Ask", data: { prompt: "Go on?", options: ["yes", "no"] } },
      out: "Output:said",
    },
    `start.trigger > ask.trigger
     ask.trigger > out.trigger
     ask.answer > out.input`,
  );

  it("waits, tells what it asks, and goes on with the answer", () => {
    const done = run(document);
    expect(statusOf(done)).toBe("open");
    expect(done.events.at(-1)).toMatchObject({
      type: "node.waiting",
      nodeId: "ask",
      visit: "1",
      prompt: { prompt: "Go on?", options: ["yes", "no"] },
    });
    expect(done.execution.questions).toMatchObject([{ nodeId: "ask", visit: "1" }]);
    done.execution.answer("ask", "1", "yes");
    expect(outputsOf(done.events)).toEqual({ said: "yes" });
    expect(done.execution.questions).toEqual([]);
    expect(replay(planOf(document), done.events).events).toEqual(done.events);
  });

  it("refuses an answer that does not fit and goes on waiting, and one that nobody asked for", () => {
    const done = run(document);
    expect(() => done.execution.answer("ask", "1", "perhaps")).toThrow('takes one of "yes", "no"');
    expect(() => done.execution.answer("ask", "2", "yes")).toThrow("waits for no answer");
    expect(() => done.execution.answer("start", "1", "yes")).toThrow("waits for no answer");
    done.execution.answer("ask", "1", "no");
    expect(() => done.execution.answer("ask", "1", "no")).toThrow("waits for no answer");
    expect(outputsOf(done.events)).toEqual({ said: "no" });
  });

  it("waits on when its run is resumed, and asks no second time", () => {
    const cut = run(document).events;
    const once = run(document, { records: cut, reason: "test" });
    const resumed = run(document, { records: once.events, reason: "again" });
    expect(resumed.events.map(({ type }) => type).slice(-3)).toEqual([
      "node.waiting",
      "run.resumed",
      "run.resumed",
    ]);
    expect(resumed.execution.questions).toMatchObject([
      { nodeId: "ask", visit: "1", prompt: { prompt: "Go on?", options: ["yes", "no"] } },
    ]);
    expect(() => resumed.execution.answer("ask", "1", "perhaps")).toThrow('takes one of "yes", "no"');
    resumed.execution.answer("ask", "1", "yes");
    expect(outputsOf(resumed.events)).toEqual({ said: "yes" });
    expect(resumed.events.filter((event) => event.type === "node.started" && event.attempt > 1)).toEqual([]);
    expect(replay(planOf(document), resumed.events).events).toEqual(resumed.events);
  });

  it("has after a resume only the time that it was given at first", async () => {
    const late = spell(
      { start: "Trigger In", ask: { is: "Ask", data: { timeoutMs: 60_000 } }, out: "Output:why" },
      `start.trigger > ask.trigger
       ask.error > out.trigger
       ask.errorCode > out.input`,
    );
    const cut = run(late).events.map((event) =>
      event.type === "node.waiting" ? { ...event, until: 1 } : event,
    );
    const resumed = run(late, { records: cut, reason: "test" });
    expect((await resumed.ended).outputs).toEqual({ why: "node_timeout" });
  });

  it("fails with node_timeout when nobody answers in time, and its error output can be wired", async () => {
    const late = spell(
      { start: "Trigger In", ask: { is: "Ask", data: { timeoutMs: 5 } }, out: "Output:why" },
      `start.trigger > ask.trigger
       ask.error > out.trigger
       ask.errorCode > out.input`,
    );
    const done = run(late);
    expect((await done.ended).outputs).toEqual({ why: "node_timeout" });
    expect(replay(planOf(late), done.events).events).toEqual(done.events);
  });
});

describe("A node that may run at most once", () => {
  const catalogue = withComponents([
    {
      name: "Pay",
      aliases: [],
      inputs: [trigger],
      outputs: [trigger],
      execute: () => new Promise(() => {}),
    },
  ]);
  const document = spell({ start: "Trigger In", pay: "Pay" }, `start.trigger > pay.trigger`);
  const pay = document.nodes.pay as SpellNode;
  const once = { ...document, nodes: { ...document.nodes, pay: { ...pay, settings: { atMostOnce: true } } } };

  it("ends the run with run.interrupted where it was cut off, and is not tried again", () => {
    const cut = run(once, { catalogue }).events;
    expect(cut.at(-1)).toMatchObject({ type: "node.started", nodeId: "pay" });
    const resumed = run(once, { catalogue, records: cut, reason: "test" });
    expect(resumed.events.slice(cut.length)).toMatchObject([
      { type: "run.resumed" },
      { type: "run.interrupted", error: { code: "interrupted", nodeId: "pay" } },
    ]);
    expect(replay(planOf(once, { catalogue }), resumed.events).events).toEqual(resumed.events);
  });
});

describe("A question of a sub-spell that was given up", () => {
  it("is no longer asked, and the time of the next human does not count either", () => {
    const inner = spell(
      {
        start: "Trigger In",
        ask: "Ask",
        fail: { is: "ForEach", inputs: [{ name: "array", type: "array", default: "no list" }] },
      },
      `start.trigger > ask.trigger
       start.trigger > fail.act1`,
      { id: "inner", name: "inner" },
    );
    let now = 1000;
    const done = run(
      spell(
        {
          start: "Trigger In",
          sub: { is: "Spell", data: { spellId: "inner" } },
          q: "Ask",
          out: "Output:out",
        },
        `start.trigger > sub.trigger
         sub.error > q.trigger
         q.trigger > out.trigger
         q.answer > out.input`,
        { spells: { inner } },
      ),
      { ports: { clock: { now: () => now } }, deadlineAt: 5000 },
    );
    expect(done.execution.questions.map(({ nodeId }) => nodeId)).toEqual(["q"]);
    now = 100_000;
    done.execution.answer("q", "1", "late");
    expect(outputsOf(done.events)).toEqual({ out: "late" });
  });
});

describe("A stream", () => {
  //          ┌ item → later → out (value)
  // start → stream
  //          └ done → end
  const document = spell(
    {
      start: "Trigger In",
      s: "Stream:voice",
      code: { is: "State Write", inputs: [{ name: "heard", type: "any" }] },
      out: "Output:last",
      one: { is: "Universal Input:one", data: { useDefault: true, defaultValue: 1 } },
      end: "Output:closed",
    },
    `start.trigger > s.trigger
     s.item > code.trigger
     s.value > code.heard
     s.value > out.input
     code.trigger > out.trigger
     s.done > end.trigger
     one.output > end.input`,
    { state: { heard: [] } },
  );

  it("takes what is pushed, one iteration a value, in order, until it is closed", async () => {
    const done = run(document);
    expect(done.execution.push("nobody", 1)).toBe(false);
    for (const value of ["a", { b: 1 }, null]) expect(done.execution.push("voice", value)).toBe(true);
    expect(done.execution.push("s", "d")).toBe(true);
    expect(statusOf(done)).toBe("open");
    expect(done.execution.close("voice")).toBe(true);
    const end = await done.ended;
    expect(end).toMatchObject({ type: "run.completed", outputs: { last: "d", closed: 1 } });
    expect(end.state).toEqual({ heard: ["a", { b: 1 }, null, "d"] });
    expect(visitsOf(done.events).filter((visit) => visit.startsWith("code"))).toEqual([
      "code 1",
      "code 2",
      "code 3",
      "code 4",
    ]);
    expect(done.execution.push("voice", 1)).toBe(false);
    expect(done.execution.close("voice")).toBe(false);
  });

  it("replays, and goes on where its records end", async () => {
    const done = run(document);
    for (const value of ["a", "b", "c"]) done.execution.push("voice", value);
    done.execution.close("voice");
    await done.ended;
    expect(replay(planOf(document), done.events).events).toEqual(done.events);
    for (let cut = 1; cut < done.events.length; cut++) {
      const records = done.events.slice(0, cut);
      const known = records.filter((event) => event.type === "node.item").length;
      const resumed = run(document, { records, reason: "test" });
      for (const value of ["a", "b", "c"].slice(known)) resumed.execution.push("voice", value);
      resumed.execution.close("voice");
      expect((await resumed.ended).state, `cut after ${cut}`).toEqual({ heard: ["a", "b", "c"] });
      expect(replay(planOf(document), resumed.events).events).toEqual(resumed.events);
    }
  });

  it("of ticks holds the next back until the one before is over, and ends with done", async () => {
    const waits: number[] = [];
    const ticking = spell(
      {
        start: "Trigger In",
        t: { is: "Ticker", data: { intervalMs: 7, count: 3 } },
        w: { is: "State Write", inputs: [{ name: "seen", type: "any" }] },
        end: "Output:end",
      },
      `start.trigger > t.trigger
       t.tick > w.trigger
       t.index > w.seen
       t.done > end.trigger
       t.index > end.input`,
      { state: { seen: [] } },
    );
    const done = run(ticking, {
      ports: {
        after(ms, ready) {
          waits.push(ms);
          const timer = setTimeout(ready);
          return () => clearTimeout(timer);
        },
      },
    });
    expect((await done.ended).state).toEqual({ seen: [0, 1, 2] });
    expect(waits).toEqual([7, 7]);
    expect(replay(planOf(ticking), done.events).events).toEqual(done.events);
  });

  it("ends with its run", async () => {
    const ticking = spell(
      { start: "Trigger In", t: { is: "Ticker", data: { intervalMs: 1 } } },
      "start.trigger > t.trigger",
    );
    const done = run(ticking);
    await soon();
    const { SpellError } = await import("../../src/protocol/errors.ts");
    done.execution.stop("cancelled", new SpellError("cancelled", "enough"));
    const { length } = done.events;
    await soon();
    await soon();
    expect(done.events).toHaveLength(length);
    expect(done.events.at(-1)?.type).toBe("run.cancelled");
  });
});

describe("While", () => {
  const items: Json[] = [1, 2, 3];
  // start → while ── body → pop ─┐
  //           ▲───────again──────┘      while.done → out
  const document = (maxIterations?: number) =>
    spell(
      {
        start: "Trigger In",
        read: { is: "State Read", outputs: [{ name: "left", type: "any" }] },
        w: { is: "While", data: maxIterations === undefined ? {} : { maxIterations } },
        pop: "Pop",
        out: "Output:turns",
      },
      `start.trigger > w.trigger
       read.left > w.condition
       w.body > pop.trigger
       pop.trigger > w.again
       w.done > out.trigger
       w.index > out.input`,
      { state: { left: items.length } },
    );

  it("runs its body as long as its condition holds, and fails when that has no end", async () => {
    const popping = (by: number) =>
      withComponents([
        {
          name: "Pop",
          aliases: [],
          inputs: [{ name: "trigger", type: "trigger" }],
          outputs: [{ name: "trigger", type: "trigger" }],
          execute: (context) => ({ state: { left: Number(context.state.left) - by } }),
        },
      ]);
    const catalogue = popping(1);
    const done = run(document(), { catalogue });
    expect(outputsOf(done.events)).toEqual({ turns: 3 });
    expect(replay(planOf(document(), { catalogue }), done.events).events).toEqual(done.events);
    const endless = run(document(10), { catalogue: popping(0) });
    expect(endless.events.at(-1)).toMatchObject({
      type: "run.failed",
      error: { code: "node_failed", nodeId: "w" },
    });
  });
});

const bodyOf = (events: readonly RunEvent[]): unknown => {
  const last = events.at(-1);
  return last?.type === "run.failed" ? last.error?.code : last?.type;
};

describe("Budgets, on a clock that stands still", () => {
  const chain = (length: number) => {
    const nodes: Record<string, string> = { start: "Trigger In" };
    const wires: string[] = [];
    let last = "start";
    for (let i = 0; i < length; i++) {
      nodes[`n${i}`] = "Echo";
      wires.push(`${last}.trigger > n${i}.trigger`);
      last = `n${i}`;
    }
    return { nodes, wires: wires.join("\n") };
  };
  const { nodes, wires } = chain(20);

  it("end a run by the visits that its spell allows", () => {
    expect(bodyOf(run(spell(nodes, wires, { settings: { maxVisits: 20 } })).events)).toBe("budget_exceeded");
    expect(bodyOf(run(spell(nodes, wires, { settings: { maxVisits: 21 } })).events)).toBe("run.completed");
  });

  it("end a run by the bytes that its nodes give", () => {
    const ports = {
      journal: {
        append: (event: RunEvent) => (kept.push(event), JSON.stringify(event).length),
        commit: () => {},
      },
    };
    const kept: RunEvent[] = [];
    run(spell(nodes, wires, { settings: { maxOutputBytes: 2000 } }), { ports });
    expect(bodyOf(kept)).toBe("output_limit");
    kept.length = 0;
    run(spell(nodes, wires), { ports });
    expect(bodyOf(kept)).toBe("run.completed");
  });

  it("end a run by how deep spells run spells, and by how often one runs itself", () => {
    const nested = (depth: number): ReturnType<typeof spell> =>
      spell(
        depth === 0
          ? { start: "Trigger In" }
          : { start: "Trigger In", s: { is: "Spell", data: { spellId: "inner" } } },
        depth === 0 ? "" : "start.trigger > s.trigger",
        {
          id: `d${depth}`,
          ...(depth === 0 ? {} : { spells: { inner: nested(depth - 1) } }),
          settings: { maxDepth: 3, maxRecursion: 2 },
        },
      );
    expect(bodyOf(run(nested(3)).events)).toBe("run.completed");
    expect(bodyOf(run(nested(4)).events)).toBe("depth_limit");
    const self = spell(
      { start: "Trigger In", s: { is: "Spell", data: { spellId: "self" } } },
      "start.trigger > s.trigger",
      { id: "self", settings: { maxDepth: 60, maxRecursion: 2 } },
    );
    expect(bodyOf(run(self, { subSpells: () => self }).events)).toBe("recursion_limit");
  });

  it("let six service calls of a run go at once, and so many in all as its spell allows", async () => {
    let open = 0;
    let most = 0;
    const catalogue = withComponents([
      {
        name: "Call",
        aliases: [],
        inputs: [{ name: "trigger", type: "trigger" }],
        outputs: [{ name: "trigger", type: "trigger" }],
        execute: async (context) => {
          await Promise.all(
            Array.from({ length: 10 }, () =>
              context.ask(async () => {
                open += 1;
                most = Math.max(most, open);
                await soon();
                open -= 1;
              }),
            ),
          );
          return {};
        },
      },
    ]);
    const fan = (settings: { maxCalls?: number; maxCallsAtOnce?: number }) =>
      run(
        spell(
          { start: "Trigger In", a: "Call", b: "Call", c: "Call" },
          `start.trigger > a.trigger
           start.trigger > b.trigger
           start.trigger > c.trigger`,
          { settings },
        ),
        { catalogue },
      );
    expect((await fan({}).ended).type).toBe("run.completed");
    expect(most).toBe(6);
    most = 0;
    expect((await fan({ maxCallsAtOnce: 2 }).ended).type).toBe("run.completed");
    expect(most).toBe(2);
    expect((await fan({ maxCalls: 29 }).ended).error?.code).toBe("call_limit");
    expect((await fan({ maxCalls: 30 }).ended).type).toBe("run.completed");
  });

  it("see that time is over where an answer comes, and not in between", async () => {
    let now = 1000;
    const catalogue = withComponents([
      {
        name: "Wait",
        aliases: [],
        inputs: [{ name: "trigger", type: "trigger" }],
        outputs: [{ name: "trigger", type: "trigger" }],
        execute: async () => {
          await soon();
          now += 500;
          return {};
        },
      },
    ]);
    const waits = (count: number) =>
      spell(
        Object.fromEntries([
          ["w0", "Trigger In"],
          ...Array.from({ length: count }, (_, i) => [`w${i + 1}`, "Wait"]),
        ]),
        Array.from({ length: count }, (_, i) => `w${i}.trigger > w${i + 1}.trigger`).join("\n"),
      );
    const limited = async (count: number) => {
      now = 1000;
      return run(waits(count), { catalogue, ports: { clock: { now: () => now } }, deadlineAt: 2200 }).ended;
    };
    expect((await limited(2)).type).toBe("run.completed");
    expect(await limited(3)).toMatchObject({ type: "run.failed", error: { code: "run_timeout" } });
  });
});
