/** What a node is, apart from where its own wires lead: two nodes of one signature do the same with the same inputs. */
import type { Plan, PlanGraph, PlanNode } from "../protocol/plan.ts";

export interface Signatures {
  /** By node id. */
  readonly nodes: ReadonlyMap<string, string>;
  /** Of Spell nodes: what they give of what happens inside. */
  readonly answers: ReadonlyMap<string, string>;
}

export function signaturesOf(plan: Plan, graph: PlanGraph): Signatures {
  const triggers = graph.nodes.map((): string[] => []);
  for (const { id, next } of graph.nodes)
    for (const [socket, targets] of next)
      for (const [target, into] of targets) triggers[target]?.push(JSON.stringify([id, socket, into]));
  const nodes = new Map<string, string>();
  const answers = new Map<string, string>();
  graph.nodes.forEach((node, i) => {
    nodes.set(node.id, signatureOf(plan, graph, node, (triggers[i] as string[]).toSorted()));
    if (node.call !== undefined) answers.set(node.id, answerOf(plan, node.call));
  });
  return { nodes, answers };
}

const idIn = (graph: PlanGraph | undefined, index: number | undefined): string | undefined =>
  index === undefined ? undefined : graph?.nodes[index]?.id;

function signatureOf(plan: Plan, graph: PlanGraph, node: PlanNode, triggers: readonly string[]): string {
  // Regions and `collected` follow from wires further on.
  const { id: _id, inputs, next, call, regions: _regions, collected: _collected, ...own } = node;
  const inner = call === undefined ? undefined : plan.graphs[call.graph];
  return JSON.stringify([
    own,
    inputs.map(([socket, sources]) => [socket, sources.map(([source, from]) => [idIn(graph, source), from])]),
    next.map(([socket]) => socket),
    triggers,
    call === undefined
      ? null
      : [
          call.inputs,
          call.entries?.map(([socket, start]) => [socket, idIn(inner, start)]),
          idIn(inner, call.start ?? inner?.starts[0]),
          inner?.fibers === true,
          (inner?.life ?? []).map((phase) => phase.map((event) => idIn(inner, event))),
        ],
  ]);
}

function answerOf(plan: Plan, call: NonNullable<PlanNode["call"]>): string {
  const inner = plan.graphs[call.graph];
  const ids = (indices: readonly number[] | null | undefined) => indices?.map((index) => idIn(inner, index));
  return JSON.stringify([
    call.outputs,
    call.exits.map(([socket, exits]) => [socket, ids(exits)]),
    ids(inner?.outputs),
    ids(inner?.exits),
  ]);
}
