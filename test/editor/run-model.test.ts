import { describe, expect, it } from "vitest";
import {
  newRun,
  type RunModel,
  statusOf,
  takeDelta,
  takeEvent,
  takeInputs,
} from "../../client/editor/core/run-model.ts";
import { treeOfVisits } from "../../client/editor/core/visit-tree.ts";
import type { RunEvent } from "../../src/protocol/events.ts";

const runId = "r";
const of = (nodeId: string, visit = "1") => ({ runId, nodeId, visit });
const started = (nodeId: string, visit = "1", attempt = 1): RunEvent => ({
  type: "node.started",
  ...of(nodeId, visit),
  attempt,
});
const completed = (nodeId: string, visit = "1"): RunEvent => ({
  type: "node.completed",
  ...of(nodeId, visit),
  attempt: 1,
  outputs: { output: nodeId },
  fired: ["trigger"],
  ms: 1,
});
const begin: RunEvent = {
  type: "run.started",
  runId,
  trigger: "start",
  inputs: { a: 1 },
  state: {},
  spell: { id: "s", version: 2 },
  engineVersion: "1",
};

function after(...events: RunEvent[]): RunModel {
  const run = newRun(runId);
  for (const event of events) takeEvent(run, event, 5);
  return run;
}

describe("a run folded from its events", () => {
  it("has each node's status, also of those that it has not come to", () => {
    const run = after(begin, started("a"), completed("a"), started("b"));
    expect(["a", "b", "c"].map((id) => statusOf(run, id))).toEqual(["completed", "running", "queued"]);
    takeEvent(run, { type: "run.completed", runId, outputs: { x: 1 }, ms: 9 });
    expect(statusOf(run, "c")).toBe("skipped");
    expect(run).toMatchObject({ status: "completed", outputs: { x: 1 }, ms: 9, startedAt: 5, version: 2 });
  });

  it("counts visits and keeps each", () => {
    const run = after(
      begin,
      ...["1", "2", "3"].flatMap((visit) => [started("a", visit), completed("a", visit)]),
    );
    expect(run.nodes.get("a")).toMatchObject({ completed: 3, failed: 0, latest: { visit: "3" } });
    expect([...(run.nodes.get("a")?.visits.keys() ?? [])]).toEqual(["1", "2", "3"]);
  });

  it("shows a failure that is tried again as running, and its end as what it was", () => {
    const failure = {
      type: "node.failed",
      ...of("a"),
      attempt: 1,
      error: { code: "node_failed", message: "no" },
      ms: 1,
    } as const;
    const run = after(begin, started("a"), { ...failure, retryInMs: 100 });
    expect(run.nodes.get("a")?.status).toBe("running");
    takeEvent(run, started("a", "1", 2));
    takeEvent(run, completed("a"));
    expect(run.nodes.get("a")).toMatchObject({ status: "completed", completed: 1, failed: 0 });
    expect(after(begin, started("b"), { ...failure, ...of("b") }).nodes.get("b")).toMatchObject({
      status: "failed",
      failed: 1,
    });
  });

  it("shows what waits for a human, and with what question", () => {
    const run = after(begin, started("a"), { type: "node.waiting", ...of("a"), prompt: "Well?", until: 7 });
    expect(run.nodes.get("a")?.latest).toMatchObject({ status: "waiting", prompt: "Well?", until: 7 });
  });

  it("ends what was under way with the run", () => {
    for (const type of ["run.cancelled", "run.interrupted", "run.failed"] as const) {
      const run = after(begin, started("a"), { type, runId, ms: 1 });
      expect(run.status).toBe(type.slice(4));
      expect(run.nodes.get("a")?.status).toBe("cancelled");
    }
  });

  it("grows streamed text, and takes inputs for visits that it knows alone", () => {
    const run = after(begin, started("a"));
    takeDelta(run, "a", "1", "one ");
    takeDelta(run, "a", "1", "two");
    takeInputs(run, "a", "1", { x: 1 });
    takeInputs(run, "b", "1", { x: 1 });
    expect(run.nodes.get("a")?.latest).toMatchObject({ text: "one two", inputs: { x: 1 } });
    expect(run.nodes.has("b")).toBe(false);
  });

  it("gives a changed node a new identity, and leaves the others theirs", () => {
    const run = after(begin, started("a"), started("b"));
    const [a, b] = [run.nodes.get("a"), run.nodes.get("b")];
    takeEvent(run, completed("a"));
    expect(run.nodes.get("a")).not.toBe(a);
    expect(run.nodes.get("b")).toBe(b);
  });
});

describe("visits as a tree", () => {
  it("puts turns within their iterations", () => {
    const run = after(begin, ...["1", "2", "2.1", "2.2", "3.1"].map((visit) => started("a", visit)));
    const tree = treeOfVisits([...(run.nodes.get("a")?.visits.values() ?? [])]);
    expect(tree.map(({ ordinal, visit, inner }) => [ordinal, visit?.visit, inner.length])).toEqual([
      ["1", "1", 0],
      ["2", "2", 2],
      ["3", undefined, 1],
    ]);
  });
});
