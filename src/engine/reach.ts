/** Which faults a run can reach from its start: those refuse it before anything happens. */
import type { Plan, PlanNode } from "../protocol/plan.ts";
import { defaultStart, lifeStart } from "./starts.ts";

export interface Fault {
  code: NonNullable<PlanNode["fault"]>["code"];
  message: string;
  nodeId: string;
}

interface Step {
  graph: number;
  node: number;
  prefix: string;
  /** The input socket by which a trigger comes; null where only the node's data are read, which fires nothing. */
  socket: string | null;
}

/** The first fault, in the order in which triggers would spread, or null. */
export function faultFrom(plan: Plan, start: number): Fault | null {
  const seen = new Set<string>();
  const queue: Step[] = [];
  const reach = (step: Step): void => {
    const node = plan.graphs[step.graph]?.nodes[step.node];
    // By which socket a trigger comes matters where it chooses the start of a sub-spell.
    const way =
      step.socket === null
        ? "data"
        : node?.call?.entries === undefined
          ? "trigger"
          : `trigger ${step.socket}`;
    const key = `${step.graph}:${step.node}:${way}`;
    if (seen.has(key)) return;
    seen.add(key);
    queue.push(step);
  };
  const enter = (graph: number, prefix: string, at: number): void => {
    const nodes = at === lifeStart ? (plan.graphs[graph]?.life ?? []).flat() : [at];
    for (const node of nodes) reach({ graph, node, prefix, socket: "" });
  };
  enter(0, "", start);
  for (let i = 0; i < queue.length; i++) {
    const { graph, node: index, prefix, socket } = queue[i] as Step;
    const node = plan.graphs[graph]?.nodes[index];
    if (node === undefined) continue;
    if (node.fault !== undefined) return { ...node.fault, nodeId: prefix + node.id };
    for (const [, sources] of node.inputs)
      for (const [source] of sources) reach({ graph, node: source, prefix, socket: null });
    if (socket !== null)
      for (const [, targets] of node.next)
        for (const [target, into] of targets) reach({ graph, node: target, prefix, socket: into });
    const inner = node.call === undefined ? undefined : plan.graphs[node.call.graph];
    if (node.call === undefined || inner === undefined) continue;
    const entry =
      node.call.entries?.find(([name]) => name === socket)?.[1] ?? node.call.start ?? defaultStart(inner);
    if (entry === undefined) return { ...notStarted(node, inner), nodeId: prefix + node.id };
    enter(node.call.graph, `${prefix}${node.id}/`, entry);
  }
  return null;
}

const notStarted = (node: PlanNode, inner: Plan["graphs"][number]): Omit<Fault, "nodeId"> => ({
  code: "spell_invalid",
  message: `Node "${node.id}" runs the spell "${inner.spell.name}", which nothing starts: it has no Trigger In.`,
});
