/** The steps of a past run as the events that they were, so that it is folded as a live one is. */
import type { RunEvent, Step } from "../../lib/index.ts";

export function eventOf(step: Step): RunEvent {
  switch (step.type) {
    case "run.start":
      return step.start;
    case "node.start":
      return {
        type: "node.started",
        runId: step.node.runId,
        nodeId: step.node.nodeId,
        visit: step.node.visit,
        attempt: step.attempt,
      };
    case "node.end":
    case "node.error":
      return step.record;
    case "run.end":
      return step.end;
  }
}
