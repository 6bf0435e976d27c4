import { describe, expect, it } from "vitest";
import {
  newRun,
  type RunModel,
  statusOf,
  takeDelta,
  takeEvent,
  takeInputs,
} from "../../client/lib/run-model.ts";
import type { RunEvent } from "../../client/lib/index.ts";

const runId = "r";
const of = (nodeId: string, visit = "1") => ({ runId, nodeId, visit, attempt: 1 });
const started: RunEvent = {
  type: "run.started",
  runId,
  userId: "u",
  spell: { id: "s", version: 3 },
  trigger: "start",
  inputs: { x: 1 },
  state: {},
} as unknown as RunEvent;
const begins = (nodeId: string, visit = "1", attempt = 1): RunEvent => ({
  type: "node.started",
  ...of(nodeId, visit),
  attempt,
});
const completes = (nodeId: string, visit = "1", attempt = 1): RunEvent => ({
  type: "node.completed",
  ...of(nodeId, visit),
  attempt,
  outputs: { y: visit },
  fired: ["trigger"],
  ms: 4,
});
const fails = (nodeId: string, retryInMs?: number): RunEvent => ({
  type: "node.failed",
  ...of(nodeId),
  error: { code: "node_failed", message: "no" },
  ms: 2,
  ...(retryInMs === undefined ? {} : { retryInMs }),
});
const ends = (type: string, rest: object = {}): RunEvent => ({ type, runId, ms: 9, ...rest }) as RunEvent;

const fold = (...events: RunEvent[]): RunModel => {
  const run = newRun(runId);
  for (const event of events) takeEvent(run, event, 100);
  return run;
};
const visitOf = (run: RunModel, nodeId: string, visit = "1") => run.nodes.get(nodeId)?.visits.get(visit);

describe("a run that is folded from its events", () => {
  it("knows how it began and how it ended", () => {
    const run = fold(started, ends("run.completed", { outputs: { y: 2 }, state: { z: 3 } }));
    expect(run).toMatchObject({
      status: "completed",
      trigger: "start",
      inputs: { x: 1 },
      version: 3,
      startedAt: 100,
      outputs: { y: 2 },
      state: { z: 3 },
      ms: 9,
    });
  });

  it.each([
    ["run.failed", "failed"],
    ["run.cancelled", "cancelled"],
    ["run.interrupted", "interrupted"],
  ])("by %s is %s", (type, status) => {
    expect(fold(started, ends(type)).status).toBe(status);
  });

  it("waits in the queue, begins, and goes on after it was resumed", () => {
    expect(fold({ ...started, type: "run.queued" } as RunEvent).status).toBe("queued");
    const resumed = { type: "run.resumed", runId, reason: "deploy" } as RunEvent;
    expect(fold(started, ends("run.interrupted"), resumed).status).toBe("running");
  });

  it("has what a node gave, fired and logged", () => {
    const run = fold(started, begins("a"), {
      ...completes("a"),
      logs: [{ level: "warn", text: "careful" }],
    } as RunEvent);
    expect(visitOf(run, "a")).toMatchObject({
      status: "completed",
      outputs: { y: "1" },
      fired: ["trigger"],
      logs: [{ level: "warn", text: "careful" }],
      ms: 4,
    });
    expect(run.nodes.get("a")).toMatchObject({ status: "completed", completed: 1, failed: 0 });
  });

  it("takes a failure that is tried again for work under way, and forgets it once that succeeds", () => {
    const run = fold(started, begins("a"), fails("a", 50));
    expect(visitOf(run, "a")).toMatchObject({ status: "running", error: { message: "no" } });
    expect(run.nodes.get("a")).toMatchObject({ failed: 0 });
    takeEvent(run, completes("a", "1", 2));
    expect(visitOf(run, "a")).toMatchObject({ status: "completed", attempt: 2 });
    expect(visitOf(run, "a")?.error).toBeUndefined();
  });

  it("counts a last failure", () => {
    expect(fold(started, begins("a"), fails("a")).nodes.get("a")).toMatchObject({
      status: "failed",
      failed: 1,
      completed: 0,
    });
  });

  it("keeps each visit and counts them, once where an event comes twice", () => {
    const run = fold(
      started,
      ...["1", "2.1", "2.2"].flatMap((visit) => [begins("a", visit), completes("a", visit)]),
      completes("a", "2.2"),
    );
    expect([...(run.nodes.get("a")?.visits.keys() ?? [])]).toEqual(["1", "2.1", "2.2"]);
    expect(run.nodes.get("a")).toMatchObject({ completed: 3, latest: { visit: "2.2" } });
  });

  it("keeps nodes of a sub-spell by their paths", () => {
    const run = fold(started, begins("a"), begins("a/x"), completes("a/x"));
    expect(statusOf(run, "a")).toBe("running");
    expect(statusOf(run, "a/x")).toBe("completed");
  });

  it("has what a node asks, waits while any node does, and runs again when all are answered", () => {
    const asks = (nodeId: string): RunEvent => ({
      type: "node.waiting",
      runId,
      nodeId,
      visit: "1",
      prompt: "Sure?",
      until: 7,
    });
    const run = fold(started, begins("a"), asks("a"), begins("b"), asks("b"));
    expect(visitOf(run, "a")).toMatchObject({ status: "waiting", prompt: "Sure?", until: 7 });
    expect(statusOf(run, "a")).toBe("waiting");
    expect(run.status).toBe("waiting");
    takeEvent(run, completes("a"));
    expect(run.status).toBe("waiting");
    takeEvent(run, { type: "run.resumed", runId, reason: "deploy" });
    expect(run.status).toBe("waiting");
    takeEvent(run, completes("b"));
    expect(run.status).toBe("running");
  });

  it("waits no more for what a sub-spell asked that was given up", () => {
    const asks = { type: "node.waiting", runId, nodeId: "a/x", visit: "1", prompt: "Sure?" } as RunEvent;
    const run = fold(started, begins("a"), begins("a/x"), asks);
    expect(run.status).toBe("waiting");
    takeEvent(run, fails("a"));
    expect(statusOf(run, "a/x")).toBe("cancelled");
    expect(run.status).toBe("running");
  });

  it("shows the last item of a node that streams, and the text that came so far", () => {
    const run = fold(started, begins("a"), {
      type: "node.item",
      runId,
      nodeId: "a",
      visit: "1",
      item: 1,
      outputs: { y: "first" },
    });
    takeDelta(run, "a", "1", "Hel");
    takeDelta(run, "a", "1", "lo");
    expect(visitOf(run, "a")).toMatchObject({ status: "running", outputs: { y: "first" }, text: "Hello" });
  });

  it("is not changed by what a node tells of itself", () => {
    const before = fold(started, begins("a"));
    const told = { type: "node.event", runId, nodeId: "a", visit: "1", name: "n", data: 1 } as RunEvent;
    expect(fold(started, begins("a"), told)).toEqual(before);
  });

  it("cancels every visit that its end cut off, and no other", () => {
    const run = fold(
      started,
      begins("a", "1"),
      begins("a", "2"),
      completes("a", "2"),
      begins("b"),
      completes("b"),
      ends("run.cancelled"),
    );
    expect(visitOf(run, "a", "1")?.status).toBe("cancelled");
    expect(visitOf(run, "a", "2")?.status).toBe("completed");
    expect(run.nodes.get("a")).toMatchObject({ status: "cancelled", completed: 1 });
    expect(statusOf(run, "b")).toBe("completed");
  });

  it("takes inputs for visits that there were", () => {
    const run = fold(started, begins("a"));
    takeInputs(run, "a", "1", { x: 5 });
    takeInputs(run, "a", "9", { x: 6 });
    takeInputs(run, "nobody", "1", { x: 7 });
    expect(visitOf(run, "a")?.inputs).toEqual({ x: 5 });
    expect([...run.nodes.keys()]).toEqual(["a"]);
    expect(run.nodes.get("a")?.visits.size).toBe(1);
  });
});

describe("a node that a run has not come to", () => {
  it("is queued, skipped once the run has ended, and nothing without a run", () => {
    expect(statusOf(fold(started), "z")).toBe("queued");
    expect(statusOf(fold(started, ends("run.completed")), "z")).toBe("skipped");
    // Another run may follow at once.
    expect(statusOf(fold(started, ends("run.completed")), "z", false)).toBe("queued");
    expect(statusOf(undefined, "z")).toBeUndefined();
  });
});
