/** The steps of a past run as the events that they were, so that it is folded as a live one is. */
import type { RunEvent, Step } from "../../lib/index.ts";

export function eventOf(step: Step): RunEvent {
  if (step.type === "run.start") return step.start;
  if (step.type === "run.end") return step.end;
  if (step.type === "node.waiting") return step.question;
  if (step.type !== "node.start") return step.record;
  const { runId, nodeId, visit } = step.node;
  return { type: "node.started", runId, nodeId, visit, attempt: step.attempt };
}
