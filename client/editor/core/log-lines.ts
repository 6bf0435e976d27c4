/** What the console shows of a run: told by the run that was run again here, as a plugin is told. */
import type { Step } from "../../lib/index.ts";
import { brief } from "./format.ts";

export interface LogLine {
  readonly runId: string;
  readonly level: "debug" | "log" | "info" | "warn" | "error";
  readonly nodeId?: string;
  readonly text: string;
}

export function lineOf(step: Step, runId: string): LogLine[] {
  if (step.type === "node.start") return [];
  if (step.type === "run.start") {
    const { trigger, inputs } = step.start;
    return [{ runId, level: "info", text: `Run started at ${trigger}, inputs ${brief(inputs)}` }];
  }
  if (step.type === "run.end") {
    const { type, error, outputs = {} } = step.end;
    const text =
      error === undefined
        ? `Run ${wordOf(type)}, outputs ${brief(outputs)}`
        : `Run ${wordOf(type)}: ${error.message}`;
    return [{ runId, level: error === undefined ? "info" : "error", text }];
  }
  const { nodeId, visit, component } = step.node;
  const of = visit === "1" ? component : `${component} (visit ${visit})`;
  if (step.type === "node.waiting")
    return [{ runId, level: "info", nodeId, text: `${of} waits for an answer` }];
  const { record } = step;
  const logged = (record.logs ?? []).map(({ level, text }): LogLine => ({ runId, level, nodeId, text }));
  const last: LogLine =
    record.type === "node.completed"
      ? { runId, level: "log", nodeId, text: `${of} gave ${brief(record.outputs)}` }
      : { runId, level: "error", nodeId, text: `${of} failed: ${record.error.message}` };
  return [...logged, last];
}

const wordOf = (type: string): string => type.slice("run.".length);
