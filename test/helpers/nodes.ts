/** Runs a spell of one component, fed from the run's inputs. */
import type { RunEvent } from "../../src/protocol/events.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { type DrawnNode, outputsOf, run, spell, type TestOptions } from "./spells.ts";

/** Runs one node: inputs by socket, its trigger outputs each into an Output that tells which fired. */
export function runNode(
  node: DrawnNode,
  inputs: Record<string, Json>,
  fires: string[],
  options: TestOptions = {},
  trigger = "trigger",
) {
  const nodes: Record<string, DrawnNode> = { start: "Trigger In", n: node };
  const wires = [`start.trigger > n.${trigger}`];
  for (const socket of Object.keys(inputs)) {
    nodes[`in-${socket}`] = `Universal Input:${socket}`;
    wires.push(`in-${socket}.output > n.${socket}`);
  }
  for (const fire of fires) {
    nodes[`out-${fire}`] = { is: `Output:${fire}` };
    nodes.mark = { is: "Universal Input:mark", data: { useDefault: true, defaultValue: "fired" } };
    wires.push(`n.${fire} > out-${fire}.trigger`, `mark.output > out-${fire}.input`);
  }
  return run(spell(nodes, wires.join("\n")), { inputs, ...options });
}

/** The triggers that the node opened, of those asked for; `["failed"]` for a run that failed. */
export const fired = (...args: Parameters<typeof runNode>): string[] =>
  Object.keys(outputsOf(runNode(...args).events) ?? { failed: 1 });

export const anyInput = (name: string) => ({ name, type: "any" }) as const;
export const triggerSocket = (name: string) => ({ name, type: "trigger" }) as const;

/** What the node gave at its (last) visit; undefined where it never ended one. */
export const givenOf = (events: readonly RunEvent[], nodeId = "n"): JsonObject | undefined =>
  events
    .flatMap((event) => (event.type === "node.completed" && event.nodeId === nodeId ? [event.outputs] : []))
    .at(-1);

/** Outputs of one node; `{ failed: code }` for a run that failed. */
export function given(
  node: DrawnNode,
  inputs: Record<string, Json> = {},
  options: TestOptions = {},
): JsonObject {
  const { events } = runNode(node, inputs, [], options);
  const end = events.at(-1);
  return end?.type === "run.failed" ? { failed: end.error?.code ?? "" } : (givenOf(events) ?? {});
}

/** How the run of one node failed; undefined for one that did not. */
export function failureOf(node: DrawnNode, inputs: Record<string, Json> = {}, options: TestOptions = {}) {
  const end = runNode(node, inputs, [], options).events.at(-1);
  return end?.type === "run.failed" ? end.error : undefined;
}
