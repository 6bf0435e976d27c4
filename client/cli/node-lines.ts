/** A run as lines of text: one for each node that has something to tell. */
import type { StampedEvent } from "../../src/protocol/events.ts";
import type { Plan } from "../../src/protocol/plan.ts";
import { isValueRef, type Json } from "../../src/protocol/values.ts";

export type Paint = (colour: keyof typeof colours, text: string) => string;

const colours = { green: 32, red: 31, yellow: 33, grey: 90 } as const;
const maxShown = 100;

export const paintIf =
  (isColoured: boolean): Paint =>
  (colour, text) =>
    isColoured ? `\u001B[${colours[colour]}m${text}\u001B[39m` : text;

/** The component of the node at `path` (`12/7`: node 7 of the sub-spell that node 12 runs). */
export function componentAt(plan: Plan | undefined, path: string): string | undefined {
  let index = 0;
  let component: string | undefined;
  for (const id of path.split("/")) {
    const node = plan?.graphs[index]?.nodes.find((candidate) => candidate.id === id);
    component = node?.component;
    index = node?.call?.graph ?? -1;
  }
  return component;
}

/** Lines for an event; none for events that say nothing about a node's result. */
export function linesOf(event: StampedEvent, plan: Plan | undefined, paint: Paint): string[] {
  if (event.type === "run.queued") return [paint("grey", "queued    behind other runs of this spell")];
  if (event.type === "run.resumed") return [paint("yellow", `resumed   ${event.reason}`)];
  if (event.type !== "node.completed" && event.type !== "node.failed" && event.type !== "node.waiting")
    return [];
  const name = `${event.nodeId} ${componentAt(plan, event.nodeId) ?? ""}`.trim().padEnd(28);
  const line = (colour: keyof typeof colours, status: string, ...parts: string[]): string =>
    [
      paint(colour, status.padEnd(9)),
      name,
      `visit ${event.visit}`.padEnd(8),
      ...parts.filter((part) => part !== ""),
    ].join(" ");
  if (event.type === "node.waiting")
    return [line("yellow", "waiting", shorten(JSON.stringify(event.prompt)))];
  const ms = paint("grey", `${Math.round(event.ms * 10) / 10} ms`);
  const logs = (event.logs ?? []).map(({ level, text }) =>
    paint("grey", `          ${level}: ${shorten(text)}`),
  );
  if (event.type === "node.failed")
    return [line("red", "failed", `${event.error.code}: ${event.error.message}`, ms), ...logs];
  // Of a node without outputs, where it led to is its result.
  const result =
    Object.keys(event.outputs).length === 0 ? event.fired.join(", ") : showOutputs(event.outputs);
  const iterations = event.iterations === undefined ? "" : `${event.iterations.count} iterations`;
  const attempt = event.attempt > 1 ? paint("yellow", `(attempt ${event.attempt})`) : "";
  return [line("green", "completed", iterations, shorten(result), ms, attempt), ...logs];
}

function showOutputs(outputs: Json): string {
  if (typeof outputs !== "object" || outputs === null || Array.isArray(outputs))
    return JSON.stringify(outputs);
  if (isValueRef(outputs)) return describe(outputs.$value.bytes);
  const shown = Object.entries(outputs).map(([name, value]) => {
    const text = isValueRef(value) ? describe(value.$value.bytes) : JSON.stringify(value);
    return `${name}: ${shorten(text)}`;
  });
  return `{${shown.join(", ")}}`;
}

const describe = (bytes: number): string => `<${Math.ceil(bytes / 1024)} KB>`;

/** One line, of a length that a terminal shows. */
function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > maxShown ? `${line.slice(0, maxShown - 1)}…` : line;
}
