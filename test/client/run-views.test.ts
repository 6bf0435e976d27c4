import { describe, expect, it } from "vitest";
import type { ConnectionEvents } from "../../client/lib/connection-events.ts";
import type { Connection, RunEvent } from "../../client/lib/index.ts";
import { RunViews } from "../../client/lib/run-views.ts";

const runId = "r";
const of = (nodeId: string) => ({ runId, nodeId, visit: "1", attempt: 1 });
const started = {
  type: "run.started",
  runId,
  userId: "u",
  spell: { id: "s", version: 3 },
  trigger: "start",
  inputs: { x: 1 },
  state: {},
} as unknown as RunEvent;
const begins = (nodeId: string): RunEvent => ({ type: "node.started", ...of(nodeId) });
const completes = (nodeId: string): RunEvent => ({
  type: "node.completed",
  ...of(nodeId),
  outputs: { y: nodeId },
  fired: [],
  ms: 4,
});

/** A connection that says what it is told to say. */
function talking() {
  const listeners = new Map<string, (message: never) => void>();
  const connection = {
    state: "live",
    welcome: null,
    on: (name: string, listener: (message: never) => void) => {
      listeners.set(name, listener);
      return () => void listeners.delete(name);
    },
  } as unknown as Pick<Connection, "on" | "state" | "welcome">;
  const say = (name: keyof ConnectionEvents, message: unknown): void =>
    listeners.get(name)?.(message as never);
  const views = new RunViews(connection);
  return {
    views,
    say,
    tell: (...events: RunEvent[]) => {
      for (const event of events) say("event", { seq: 1, at: 1, ...event });
      return views.run(runId);
    },
  };
}

describe("the views of a connection's runs", () => {
  it("make new values of the nodes that an event is about, and of no others", () => {
    const { tell } = talking();
    const before = tell(started, begins("a"), completes("a"), begins("b"));
    const after = tell(completes("b"));
    expect(before?.nodes.b?.status).toBe("running");
    expect(after?.nodes.b).toMatchObject({ status: "completed", outputs: { y: "b" } });
    expect(after?.nodes.a).toBe(before?.nodes.a);
  });

  it("show a run that asks as waiting, and what its end cut off as cancelled", () => {
    const { tell } = talking();
    const asked = tell(started, begins("a"), {
      type: "node.waiting",
      runId,
      nodeId: "a",
      visit: "1",
      prompt: "Sure?",
    });
    expect(asked).toMatchObject({ status: "waiting", nodes: { a: { status: "waiting", prompt: "Sure?" } } });
    expect(tell({ type: "run.cancelled", runId, ms: 5 })).toMatchObject({
      status: "cancelled",
      nodes: { a: { status: "cancelled" } },
    });
  });

  it("take a failure that is tried again for work under way", () => {
    const { tell } = talking();
    const error = { code: "node_failed", message: "no" } as const;
    const failed: RunEvent = { type: "node.failed", ...of("a"), error, retryInMs: 5, ms: 1 };
    expect(tell(started, begins("a"), failed)?.nodes.a?.status).toBe("running");
    const done = tell(completes("a"));
    expect(done?.nodes.a?.status).toBe("completed");
    expect(done?.nodes.a?.error).toBeUndefined();
  });

  it("begin with what a welcome and a snapshot tell, and hear nothing of runs that they do not know", () => {
    const { say, views, tell } = talking();
    expect(tell(begins("a"))).toBeUndefined();
    const partial = [{ nodeId: "a", visit: "1", text: "Hel" }];
    const runs = [{ runId, status: "running", trigger: "start", startedAt: 1, partial }];
    say("welcome", { playing: true, spell: { id: "s", version: 2 }, runs });
    say("node.delta", { runId, nodeId: "a", visit: "1", delta: "lo" });
    expect(views.run(runId)?.nodes.a).toMatchObject({ status: "running", text: "Hello" });
    // Told again after the line was gone: the whole of it, not what is new.
    say("welcome", { playing: true, spell: { id: "s", version: 2 }, runs });
    expect(views.run(runId)?.nodes.a?.text).toBe("Hel");
    const nodes = { b: { visit: "2", status: "completed", outputs: { y: 1 } } };
    say("snapshot", { seq: 9, runs: [{ runId, status: "completed", inputs: {}, outputs: { z: 1 }, nodes }] });
    expect(views.get().runs).toMatchObject([{ runId, status: "completed", outputs: { z: 1 }, nodes }]);
    expect(views.get()).toMatchObject({ playing: true, version: 2 });
  });
});
