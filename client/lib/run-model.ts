/** How a run stands: events folded one by one, as they come or, of a past run, up to the moment that is shown. */
import type { Snapshot } from "../../src/protocol/down.ts";
import type { ErrorInfo } from "../../src/protocol/errors.ts";
import type { NodeCompleted, RunEvent } from "../../src/protocol/events.ts";
import type { RunStatus } from "../../src/protocol/runs.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";

export type NodeStatus = "queued" | "running" | "waiting" | "completed" | "failed" | "skipped" | "cancelled";

export interface VisitView {
  readonly visit: string;
  readonly attempt: number;
  readonly status: "running" | "waiting" | "completed" | "failed" | "cancelled";
  /** Known once the run was run again here. */
  readonly inputs?: JsonObject;
  readonly outputs?: JsonObject;
  readonly fired?: readonly string[];
  readonly error?: ErrorInfo;
  readonly logs?: readonly { level: string; text: string }[];
  readonly usage?: NodeCompleted["usage"];
  readonly ms?: number;
  /** Text that it has streamed so far. */
  readonly text?: string;
  /** What it asks, while it waits. */
  readonly prompt?: Json;
  readonly until?: number;
}

/** A node, by its path: `12/7` is node 7 of the sub-spell that node 12 runs. */
export interface NodeRun {
  readonly status: "running" | "waiting" | "completed" | "failed" | "cancelled";
  readonly completed: number;
  readonly failed: number;
  /** In the order in which they began. One map for all versions of this node: read it through `latest` or as a whole. */
  readonly visits: Map<string, VisitView>;
  readonly latest: VisitView;
}

export interface RunModel {
  readonly runId: string;
  status: RunStatus;
  trigger: string;
  inputs: JsonObject;
  outputs?: JsonObject | undefined;
  error?: ErrorInfo | undefined;
  state?: JsonObject | undefined;
  version?: number | undefined;
  startedAt?: number | undefined;
  ms?: number | undefined;
  readonly nodes: Map<string, NodeRun>;
  /** How many visits wait for an answer. */
  waiting: number;
}

const statusAtEnd = {
  "run.completed": "completed",
  "run.failed": "failed",
  "run.cancelled": "cancelled",
  "run.interrupted": "interrupted",
} as const;

export const newRun = (runId: string, status: RunStatus = "running"): RunModel => ({
  runId,
  status,
  trigger: "",
  inputs: {},
  nodes: new Map(),
  waiting: 0,
});

export const isEnded = (status: RunStatus): boolean =>
  status === "completed" || status === "failed" || status === "cancelled" || status === "interrupted";

/** Takes the next event of the run. `at`: ms since 1970. */
export function takeEvent(run: RunModel, event: RunEvent, at?: number): void {
  switch (event.type) {
    case "run.queued":
    case "run.started":
      run.status = event.type === "run.queued" ? "queued" : "running";
      run.trigger = event.trigger;
      run.inputs = event.inputs;
      run.version = event.spell.version;
      run.startedAt ??= at;
      return;
    case "run.resumed":
      run.status = run.waiting > 0 ? "waiting" : "running";
      return;
    case "run.completed":
    case "run.failed":
    case "run.cancelled":
    case "run.interrupted":
      run.status = statusAtEnd[event.type];
      Object.assign(run, { outputs: event.outputs, error: event.error, state: event.state, ms: event.ms });
      endVisits(run);
      return;
    case "node.started":
      setVisit(run, event.nodeId, event.visit, () => ({
        visit: event.visit,
        attempt: event.attempt,
        status: "running",
      }));
      return;
    case "node.waiting":
      setVisit(run, event.nodeId, event.visit, (visit) => ({
        ...visit,
        status: "waiting",
        prompt: event.prompt,
        ...(event.until === undefined ? {} : { until: event.until }),
      }));
      return;
    case "node.completed":
      setVisit(run, event.nodeId, event.visit, (visit) => ({
        ...visit,
        attempt: event.attempt,
        status: "completed",
        outputs: event.outputs,
        fired: event.fired,
        // That of an attempt before.
        error: undefined,
        logs: event.logs ?? [],
        usage: event.usage,
        ms: event.ms,
      }));
      endWithin(run, event.nodeId);
      return;
    case "node.failed":
      setVisit(run, event.nodeId, event.visit, (visit) => ({
        ...visit,
        attempt: event.attempt,
        status: event.retryInMs === undefined ? "failed" : "running",
        error: event.error,
        outputs: event.outputs ?? {},
        fired: event.fired ?? [],
        logs: event.logs ?? [],
        ms: event.ms,
      }));
      endWithin(run, event.nodeId);
      return;
    case "node.item":
      setVisit(run, event.nodeId, event.visit, (visit) => ({ ...visit, outputs: event.outputs }));
      return;
    case "node.event":
  }
}

export function takeDelta(run: RunModel, nodeId: string, visit: string, delta: string): void {
  setVisit(run, nodeId, visit, (view) => ({ ...view, text: (view.text ?? "") + delta }));
}

/** All that a visit has streamed so far, as a welcome tells it. */
export function takeText(run: RunModel, nodeId: string, visit: string, text: string): void {
  setVisit(run, nodeId, visit, (view) => ({ ...view, text }));
}

/** What a node was given at a visit, told by the run that was run here. */
export function takeInputs(run: RunModel, nodeId: string, visit: string, inputs: JsonObject): void {
  if (run.nodes.get(nodeId)?.visits.has(visit) === true)
    setVisit(run, nodeId, visit, (view) => ({ ...view, inputs }));
}

function setVisit(
  run: RunModel,
  nodeId: string,
  key: string,
  change: (before: VisitView) => VisitView,
): void {
  const node = run.nodes.get(nodeId);
  const visits = node?.visits ?? new Map<string, VisitView>();
  const before = visits.get(key);
  const latest = change(before ?? { visit: key, attempt: 1, status: "running" });
  visits.set(key, latest);
  const gained = (status: string): number =>
    Number(latest.status === status) - Number(before?.status === status);
  run.nodes.set(nodeId, {
    status: latest.status,
    completed: (node?.completed ?? 0) + gained("completed"),
    failed: (node?.failed ?? 0) + gained("failed"),
    visits,
    latest,
  });
  run.waiting += gained("waiting");
  // As the runner has it: a run waits while any of its nodes does.
  if (run.status === "running" || run.status === "waiting")
    run.status = run.waiting > 0 ? "waiting" : "running";
}

/** What was under way when a run ended, or below a path, did not come to its end. */
function endVisits(run: RunModel, below = ""): void {
  for (const [nodeId, node] of run.nodes)
    if (nodeId.startsWith(below))
      for (const { visit, status } of node.visits.values())
        if (status === "running" || status === "waiting")
          setVisit(run, nodeId, visit, (view) => ({ ...view, status: "cancelled" }));
}

/** A sub-spell that was given up asks no more. */
function endWithin(run: RunModel, nodeId: string): void {
  if (run.waiting > 0) endVisits(run, `${nodeId}/`);
}

/** A run as a snapshot tells it: how its nodes stand, not how they came to. */
export function runOfSnapshot({ runId, status, inputs, outputs, nodes }: Snapshot["runs"][number]): RunModel {
  const run: RunModel = { ...newRun(runId, status), inputs, outputs };
  for (const [nodeId, node] of Object.entries(nodes))
    setVisit(run, nodeId, node.visit, () => ({
      attempt: 1,
      ...node,
      status: node.status as VisitView["status"],
    }));
  return run;
}

/**
 * Of a node on the canvas: also of one that the run has not come to. Undefined where there is no run to speak of.
 * @param isOver false while the run might be followed by another at once
 */
export function statusOf(
  run: RunModel | undefined,
  nodeId: string,
  isOver = run !== undefined && isEnded(run.status),
): NodeStatus | undefined {
  if (run === undefined) return undefined;
  return run.nodes.get(nodeId)?.status ?? (isOver ? "skipped" : "queued");
}
