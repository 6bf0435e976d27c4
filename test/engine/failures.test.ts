import { describe, expect, it } from "vitest";
import { anyInput as value, triggerSocket as fire } from "../helpers/nodes.ts";
import { replay } from "../../src/engine/index.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import type { RunEvent } from "../../src/protocol/events.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import {
  type DrawnNode,
  outputsOf,
  planOf,
  run,
  spell,
  type TestComponent,
  type TestOptions,
  visitsOf,
  withComponents,
} from "../helpers/spells.ts";

/** Nodes that fail as often as `data.fails` says, at once or later; one that never answers; timers that are let go by hand. */
function world() {
  const tries = new Map<string, number>();
  const timers: { ms: number; done: () => void; isStopped: boolean }[] = [];
  const cancelled: string[] = [];
  const component = (
    given: Partial<TestComponent> & Pick<TestComponent, "name" | "execute">,
  ): TestComponent => ({
    aliases: [],
    inputs: [fire("trigger"), value("in")],
    outputs: [fire("trigger"), value("out"), fire("error")],
    ...given,
  });
  const attempt = (context: Parameters<TestComponent["execute"]>[0]) => {
    const count = (tries.get(`${context.nodeId}#${context.visit}`) ?? 0) + 1;
    tries.set(`${context.nodeId}#${context.visit}`, count);
    if (count <= Number(context.data.fails ?? 0))
      throw new SpellError(
        (context.data.code as "node_failed" | undefined) ?? "provider_error",
        `attempt ${count} failed`,
      );
    return { outputs: { out: `attempt ${count}` } };
  };
  const catalogue = withComponents([
    component({ name: "Flaky", execute: attempt }),
    component({ name: "Flaky Later", execute: async (context) => attempt(context) }),
    component({
      name: "Silent",
      execute: (context) =>
        context.ask(async (_services, call) => {
          await call.cancelled?.();
          cancelled.push(`${context.nodeId} ${String(context.isCancelled)}`);
          return new Promise(() => {});
        }),
    }),
  ]);
  const options: TestOptions = {
    catalogue,
    ports: {
      after(ms, done) {
        const timer = { ms, done, isStopped: false };
        timers.push(timer);
        return () => {
          timer.isStopped = true;
        };
      },
    },
  };
  /** Lets timers go, the oldest first, until none is left or `most` have gone. */
  const letGo = async (most = 100): Promise<void> => {
    for (let i = 0; i < most; i++) {
      await new Promise((resolve) => {
        setTimeout(resolve);
      });
      const next = timers.shift();
      if (next === undefined) return;
      if (!next.isStopped) next.done();
    }
  };
  return { options, tries, timers, cancelled, letGo };
}

const flaky = (is: string, data: Record<string, number | string>, settings = {}): DrawnNode => ({
  is,
  data,
  settings,
});

/** start → n → ok, n.error → bad */
const withRoute = (node: DrawnNode): SpellDocument =>
  spell(
    { start: "Trigger In", n: node, ok: "Output:ok", bad: "Output:bad" },
    `start.trigger > n.trigger
     n.trigger > ok.trigger
     n.out > ok.input
     n.error > bad.trigger
     n.errorMessage > bad.input`,
  );
const withoutRoute = (node: DrawnNode): SpellDocument =>
  spell(
    { start: "Trigger In", n: node, ok: "Output:ok" },
    `start.trigger > n.trigger
     n.trigger > ok.trigger
     n.out > ok.input`,
  );

async function ends(document: SpellDocument): Promise<{ events: RunEvent[]; w: ReturnType<typeof world> }> {
  const w = world();
  const done = run(document, w.options);
  await w.letGo();
  expect(done.execution.end).not.toBeNull();
  await isSoundJournal(document, done.events);
  return { events: done.events, w };
}

/** Replays to the same events; cut anywhere and gone on with it ends the same way. */
async function isSoundJournal(document: SpellDocument, events: RunEvent[]): Promise<void> {
  expect(replay(planOf(document, world().options), events).events).toEqual(events);
  for (let cut = 1; cut < events.length; cut++) {
    const w = world();
    // What the records say was tried is not tried again.
    for (const event of events.slice(0, cut))
      if (event.type === "node.failed" || event.type === "node.completed")
        w.tries.set(`${event.nodeId}#${event.visit}`, event.attempt);
    const resumed = run(document, { ...w.options, records: events.slice(0, cut), reason: "test" });
    await w.letGo();
    expect(resumed.execution.end?.type, `cut after ${cut}`).toBe(events.at(-1)?.type);
    expect(resumed.execution.end?.outputs).toEqual((events.at(-1) as { outputs?: unknown }).outputs);
    expect(visitsOf(resumed.events)).toEqual(visitsOf(events));
    expect(replay(planOf(document, w.options), resumed.events).events).toEqual(resumed.events);
  }
}

const typesOf = (events: RunEvent[]): string[] =>
  events.flatMap((event) =>
    "nodeId" in event && event.nodeId === "n" && "attempt" in event ? [`${event.type} ${event.attempt}`] : [],
  );

describe("A node that fails", () => {
  it("ends the run with its error where nothing catches it", async () => {
    const { events } = await ends(withoutRoute(flaky("Flaky", { fails: 1 })));
    expect(events.at(-1)).toMatchObject({
      type: "run.failed",
      error: { code: "provider_error", message: "attempt 1 failed", nodeId: "n" },
    });
  });

  for (const is of ["Flaky", "Flaky Later"]) {
    it(`${is}: fires its wired error output alone, which gives the message`, async () => {
      const { events } = await ends(withRoute(flaky(is, { fails: 1 })));
      expect(outputsOf(events)).toEqual({ bad: "attempt 1 failed" });
      expect(events.find((event) => event.type === "node.failed")).toMatchObject({ fired: ["error"] });
    });

    it(`${is}: is tried again, after delays that double, and counts as done when an attempt succeeds`, async () => {
      const w = world();
      const document = withoutRoute(flaky(is, { fails: 2 }, { retries: 3, retryDelayMs: 100 }));
      const done = run(document, w.options);
      const waits: number[] = [];
      for (let i = 0; i < 3; i++) {
        await new Promise((resolve) => {
          setTimeout(resolve);
        });
        if (w.timers[0] !== undefined) waits.push(w.timers[0].ms);
        await w.letGo(1);
      }
      expect(outputsOf(done.events)).toEqual({ ok: "attempt 3" });
      expect(waits).toEqual([100, 200]);
      expect(typesOf(done.events)).toEqual([
        "node.started 1",
        "node.failed 1",
        "node.started 2",
        "node.failed 2",
        "node.started 3",
        "node.completed 3",
      ]);
      await isSoundJournal(document, done.events);
    });

    it(`${is}: fails or takes its error route when all attempts failed`, async () => {
      const settings = { retries: 1, retryDelayMs: 1 };
      const failed = await ends(withoutRoute(flaky(is, { fails: 5 }, settings)));
      expect(failed.events.at(-1)).toMatchObject({
        type: "run.failed",
        error: { message: "attempt 2 failed" },
      });
      const routed = await ends(withRoute(flaky(is, { fails: 5 }, settings)));
      expect(outputsOf(routed.events)).toEqual({ bad: "attempt 2 failed" });
    });
  }

  it("goes on as if it had succeeded where its settings say continue", async () => {
    const { events } = await ends(
      spell(
        {
          start: "Trigger In",
          n: flaky("Flaky", { fails: 1 }, { onError: "continue" }),
          ok: "Output:ok",
        },
        `start.trigger > n.trigger
         n.trigger > ok.trigger
         n.errorMessage > ok.input`,
      ),
    );
    expect(outputsOf(events)).toEqual({ ok: "attempt 1 failed" });
  });

  it("fires nothing where its settings say route and nothing is wired, and ends the run where they say fail", async () => {
    const routed = await ends(withoutRoute(flaky("Flaky", { fails: 1 }, { onError: "route" })));
    expect(outputsOf(routed.events)).toEqual({});
    const failed = await ends(withRoute(flaky("Flaky", { fails: 1 }, { onError: "fail" })));
    expect(failed.events.at(-1)?.type).toBe("run.failed");
  });

  it("does not catch what ends a run: its budgets", async () => {
    const { events } = await ends(
      withRoute(flaky("Flaky", { fails: 1, code: "call_limit" }, { retries: 2 })),
    );
    expect(events.at(-1)).toMatchObject({ type: "run.failed", error: { code: "call_limit" } });
  });
});

describe("A node with a timeout", () => {
  it("fails with node_timeout, and its service call hears that nobody waits", async () => {
    const { events, w } = await ends(withoutRoute(flaky("Silent", {}, { timeoutMs: 50 })));
    expect(events.at(-1)).toMatchObject({ type: "run.failed", error: { code: "node_timeout", nodeId: "n" } });
    expect(w.cancelled).toEqual(["n true"]);
  });

  it("can be tried again and caught", async () => {
    const { events, w } = await ends(
      withRoute(flaky("Silent", {}, { timeoutMs: 50, retries: 1, retryDelayMs: 1 })),
    );
    expect(outputsOf(events)?.bad).toMatch(/timed out after 50 ms/);
    expect(w.cancelled).toHaveLength(2);
  });

  it("has no effect on one that answers in time: its timer is stopped", async () => {
    const { events, w } = await ends(withoutRoute(flaky("Flaky Later", {}, { timeoutMs: 50 })));
    expect(outputsOf(events)).toEqual({ ok: "attempt 1" });
    expect(w.timers.every((timer) => timer.isStopped)).toBe(true);
  });
});

describe("A sub-spell that fails", () => {
  // main: start → sub ┬ trigger → ok        inner: start → a (fails), start → b (never answers)
  //                   └ error → bad
  const inner = (node: DrawnNode): SpellDocument =>
    spell(
      { start: "Trigger In", a: node, b: "Silent", out: "Output:out" },
      `start.trigger > b.trigger
       start.trigger > a.trigger
       a.trigger > out.trigger
       a.out > out.input`,
      { id: "inner", name: "inner" },
    );
  const outer = (node: DrawnNode, settings = {}): SpellDocument =>
    spell(
      {
        start: "Trigger In",
        sub: {
          is: "Spell",
          data: { spellId: "inner" },
          outputs: [fire("error"), value("out")],
          settings,
        },
        ok: "Output:ok",
        bad: "Output:bad",
      },
      `start.trigger > sub.trigger
       sub.trigger > ok.trigger
       sub.out > ok.input
       sub.error > bad.trigger
       sub.errorMessage > bad.input`,
      { spells: { inner: inner(node) } },
    );

  it("is caught by its Spell node; what it had under way is given up", async () => {
    for (const is of ["Flaky", "Flaky Later"]) {
      const { events, w } = await ends(outer(flaky(is, { fails: 1 })));
      expect(outputsOf(events)).toEqual({ bad: "attempt 1 failed" });
      // Where the failure is at once, the other has not begun.
      expect(w.cancelled).toEqual(is === "Flaky" ? [] : ["sub/b true"]);
    }
  });

  it("does not fire its error output when nothing has failed", () => {
    const calm = spell(
      {
        start: "Trigger In",
        text: { is: "Universal Input", data: { name: "t", text: "x" } },
        out: "Output:out",
      },
      `start.trigger > out.trigger
       text.output > out.input`,
      { id: "inner", name: "inner" },
    );
    const document = { ...outer(flaky("Flaky", {})), spells: { inner: calm } };
    const { events } = run(document);
    expect(outputsOf(events)).toEqual({ ok: "x" });
    expect(visitsOf(events)).not.toContain("bad 1");
  });

  it("can be limited in time as a whole", async () => {
    const { events } = await ends(outer(flaky("Silent", {}), { timeoutMs: 10 }));
    expect(outputsOf(events)?.bad).toMatch(/timed out after 10 ms/);
  });
});

describe("A sub-spell whose time is over", () => {
  it("ends there: nothing in it goes on, and its Spell node has one record", async () => {
    const w = world();
    const inner = spell(
      { start: "Trigger In", slow: "Flaky Later", ask: "Ask", out: "Output:out" },
      `start.trigger > slow.trigger
       start.trigger > ask.trigger
       slow.trigger > out.trigger
       slow.out > out.input`,
      { id: "inner", name: "inner" },
    );
    const document = spell(
      {
        start: "Trigger In",
        sub: { is: "Spell", data: { spellId: "inner" }, settings: { timeoutMs: 1, onError: "continue" } },
        n: "Silent",
      },
      `start.trigger > sub.trigger
       sub.trigger > n.trigger`,
      { spells: { inner } },
    );
    const done = run(document, w.options);
    // Its timer goes first, before the slow node answers.
    w.timers.shift()?.done();
    await w.letGo();
    expect(done.execution.questions).toEqual([]);
    expect(() => done.execution.answer("sub/ask", "1", "late")).toThrow("waits for no answer");
    const records = done.events.filter(
      (event) =>
        (event.type === "node.completed" || event.type === "node.failed") && event.nodeId.startsWith("sub"),
    );
    expect(records.map((event) => `${event.type} ${"nodeId" in event ? event.nodeId : ""}`)).toEqual([
      "node.completed sub/start",
      "node.failed sub",
    ]);
    expect(replay(planOf(document, w.options), done.events).events).toEqual(done.events);
  });
});

describe("Service calls of attempts", () => {
  it("have the same keys on every attempt, and are not made for one that was given up", async () => {
    const w = world();
    const keys: string[] = [];
    const catalogue = withComponents([
      {
        name: "Caller",
        aliases: [],
        inputs: [fire("trigger")],
        outputs: [fire("trigger")],
        execute: (context) =>
          context.ask(async (_services, call) => {
            keys.push(call.idempotencyKey ?? "");
            throw new SpellError("provider_error", "not now");
          }),
      },
      {
        name: "Waiter",
        aliases: [],
        inputs: [fire("trigger")],
        outputs: [fire("trigger")],
        execute: (context) =>
          context.ask((_services, call) => {
            keys.push(context.nodeId);
            return call.cancelled?.().then(() => ({})) ?? Promise.resolve({});
          }),
      },
    ]);
    const options = { ...w.options, catalogue };
    run(
      spell(
        { start: "Trigger In", c: { is: "Caller", settings: { retries: 2, retryDelayMs: 1 } } },
        "start.trigger > c.trigger",
      ),
      options,
    );
    await w.letGo();
    expect(keys).toEqual(["run-1:c:1", "run-1:c:1", "run-1:c:1"]);
    keys.length = 0;
    const limited = { settings: { timeoutMs: 5, onError: "continue" as const } };
    run(
      spell(
        { start: "Trigger In", a: { is: "Waiter", ...limited }, b: { is: "Waiter", ...limited } },
        `start.trigger > a.trigger
         start.trigger > b.trigger`,
        { settings: { maxCallsAtOnce: 1 } },
      ),
      options,
    );
    // The time of both is over before the one that waits has its turn.
    for (const timer of w.timers.splice(0)) timer.done();
    await w.letGo();
    expect(keys).toEqual(["a"]);
  });
});

describe("A stream that is tried again", () => {
  it("goes on behind the items that it gave, and what is pushed when it is over is refused", async () => {
    const w = world();
    const document = spell(
      {
        start: "Trigger In",
        s: { is: "Stream:in", settings: { timeoutMs: 9, retries: 1, retryDelayMs: 1 } },
        seen: { is: "State Write", inputs: [value("seen")] },
        last: "Silent",
      },
      `start.trigger > s.trigger
       start.trigger > last.trigger
       s.item > seen.trigger
       s.value > seen.seen`,
      { state: { seen: [] }, settings: { maxVisits: 50 } },
    );
    const done = run(document, w.options);
    expect(done.execution.push("in", 1)).toBe(true);
    await w.letGo(1);
    await w.letGo(1);
    expect(done.execution.push("in", 2)).toBe(true);
    expect(done.execution.state).toEqual({ seen: [1, 2] });
    expect(done.events.flatMap((event) => (event.type === "node.item" ? [event.item] : []))).toEqual([1, 2]);
    await w.letGo();
    expect(done.execution.end).toMatchObject({ type: "run.failed", error: { code: "node_timeout" } });
    expect(done.execution.push("in", 3)).toBe(false);
    expect(replay(planOf(document, w.options), done.events).events).toEqual(done.events);
  });
});

describe("A journal of failures that was tampered with", () => {
  it("ends in journal_mismatch", async () => {
    const document = withRoute(flaky("Flaky", { fails: 2 }, { retries: 1, retryDelayMs: 1 }));
    const { events, w } = await ends(document);
    const plan = planOf(document, w.options);
    const last = (change: (event: Record<string, unknown>) => void, which: number): RunEvent[] => {
      const copy = structuredClone(events) as unknown as Record<string, unknown>[];
      const failed = copy.filter((event) => event.type === "node.failed")[which];
      if (failed !== undefined) change(failed);
      return copy as unknown as RunEvent[];
    };
    const tampered = [
      last((event) => (event.retryInMs = 1), 1),
      last((event) => (event.fired = ["trigger"]), 1),
      last((event) => (event.fired = ["error", "error"]), 1),
      last((event) => (event.outputs = { error: "another" }), 1),
      last((event) => delete event.fired, 1),
      last((event) => delete event.retryInMs, 0),
      last((event) => (event.error = { code: "cancelled", message: "x" }), 1),
    ];
    for (const [i, records] of tampered.entries())
      expect(replay(plan, records).end, `change ${i}`).toMatchObject({
        type: "run.failed",
        error: { code: "journal_mismatch" },
      });
  });
});

describe("A loop that fails and is caught", () => {
  it("has no iterations: what comes after it fires alone, live and in replay", async () => {
    for (const [node, into, body] of [
      [flaky("ForEach", {}, { onError: "continue" }), "act1", "act"],
      [flaky("Stream", {}, { onError: "continue", timeoutMs: 5 }), "trigger", "item"],
    ] as const) {
      const document = spell(
        { start: "Trigger In", text: "Universal Input:text", n: node, body: "Output:body", ok: "Output:ok" },
        `start.trigger > n.${into}
         text.output > n.array
         n.${body} > body.trigger
         text.output > body.input
         n.done > ok.trigger
         text.output > ok.input`,
      );
      const w = world();
      const done = run(document, { ...w.options, inputs: { text: "no list" } });
      await w.letGo();
      expect(done.execution.end).toMatchObject({ type: "run.completed", outputs: { ok: "no list" } });
      expect(done.execution.end?.outputs).not.toHaveProperty("body");
      expect(replay(planOf(document, w.options), done.events).events).toEqual(done.events);
    }
  });

  it("that is refused for its many iterations replays without opening them", () => {
    const document = spell(
      { start: "Trigger In", n: { is: "While Loop", data: { recursionTimes: 1e9 } }, body: "Echo" },
      `start.trigger > n.act1
       n.true > body.trigger`,
    );
    const done = run(document);
    expect(done.events.at(-1)).toMatchObject({ type: "run.failed", error: { code: "budget_exceeded" } });
    expect(replay(planOf(document), done.events).events).toEqual(done.events);
  });
});

describe("An error output that is not drawn", () => {
  it("can be wired from any node, as a trigger or as text", async () => {
    const { events } = await ends(
      spell(
        {
          start: "Trigger In",
          n: { is: "Error", inputs: [{ name: "string", type: "string", default: "oh" }] },
          bad: "Output:bad",
        },
        `start.trigger > n.trigger
         n.error > bad.trigger
         n.errorMessage > bad.input`,
      ),
    );
    expect(outputsOf(events)?.bad).toContain("oh");
  });
});
