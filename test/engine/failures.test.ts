import { describe, expect, it } from "vitest";
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

const fire = (name: string) => ({ name, type: "trigger" }) as const;
const value = (name: string) => ({ name, type: "any" }) as const;

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

  it("can be limited in time as a whole", async () => {
    const { events } = await ends(outer(flaky("Silent", {}), { timeoutMs: 10 }));
    expect(outputsOf(events)?.bad).toMatch(/timed out after 10 ms/);
  });
});
