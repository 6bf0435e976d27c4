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
  switch (step.type) {
    case "run.start":
      return [{ runId, level: "info", text: `Run started at ${step.start.trigger}, inputs ${brief(step.start.inputs)}` }];
    case "node.start":
      return [];
    case "node.end":
    case "node.error": {
      const { nodeId, visit, component } = step.node;
      const { record } = step;
      const logged = (record.logs ?? []).map(({ level, text }): LogLine => ({ runId, level, nodeId, text }));
      const of = visit === "1" ? "" : ` (visit ${visit})`;
      const last: LogLine =
        record.type === "node.completed"
          ? { runId, level: "log", nodeId, text: `${component}${of} gave ${brief(record.outputs)}` }
          : { runId, level: "error", nodeId, text: `${component}${of} failed: ${record.error.message}` };
      return [...logged, last];
    }
    case "run.end":
      return [
        step.end.error === undefined
          ? { runId, level: "info", text: `Run ${wordOf(step.end.type)}, outputs ${brief(step.end.outputs ?? {})}` }
          : { runId, level: "error", text: `Run ${wordOf(step.end.type)}: ${step.end.error.message}` },
      ];
  }
}

const wordOf = (type: string): string => type.slice("run.".length);
