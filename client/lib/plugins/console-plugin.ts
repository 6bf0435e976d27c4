/** Logs a run to a console, a line each for what happens. */
import type { EnginePlugin, PluginNode } from "../../../src/engine/index.ts";
import { platform } from "../platform.ts";

export interface ConsoleLike {
  log(...what: unknown[]): void;
  error(...what: unknown[]): void;
}

/** @param to default: the runtime's own console */
export function consolePlugin(to: ConsoleLike = platform.console): EnginePlugin {
  const name = ({ nodeId, component, visit }: PluginNode): string =>
    `${nodeId} (${component})${visit === "1" ? "" : ` visit ${visit}`}`;
  return {
    name: "console",
    onRunStart: ({ runId, trigger, inputs }) => to.log(`run ${runId} from ${trigger}`, inputs),
    onNodeStart: (node, attempt) =>
      to.log(`→ ${name(node)}${attempt === 1 ? "" : `, attempt ${attempt}`}`, node.inputs),
    onNodeEnd: (node, { outputs, logs = [] }) => {
      for (const { level, text } of logs) to.log(`  ${node.nodeId} ${level}: ${text}`);
      to.log(`← ${name(node)}`, outputs);
    },
    onNodeError: (node, { error }) => to.error(`✗ ${name(node)} ${error.code}: ${error.message}`),
    onRunEnd: ({ type, outputs, error }) =>
      error === undefined ? to.log(type, outputs) : to.error(`${type} ${error.code}: ${error.message}`),
  };
}
