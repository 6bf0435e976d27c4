/** A plan's graphs in the shape in which the engine walks them. Made once per plan and shared by all its runs. */
import type { Plan, PlanGraph, PlanNode } from "../protocol/plan.ts";
import type { Component } from "./component.ts";

export interface PreparedNode {
  readonly index: number;
  readonly plan: PlanNode;
  /** Data edges, flat: source node, source socket, index into `inputSockets`. */
  readonly sourceNodes: readonly number[];
  readonly sourceSockets: readonly string[];
  readonly sourceInputs: readonly number[];
  readonly inputSockets: readonly string[];
  readonly next: readonly {
    socket: string;
    targets: readonly number[];
    sockets: readonly string[];
    isEach: boolean;
  }[];
  /** All trigger outputs. */
  readonly triggers: readonly string[];
  /** Found at the first visit. */
  component: Component | undefined;
}

export interface PreparedGraph {
  readonly plan: PlanGraph;
  readonly nodes: readonly PreparedNode[];
  readonly isScoped: boolean;
}

const prepared = new WeakMap<Plan, PreparedGraph[]>();

export function prepare(plan: Plan): PreparedGraph[] {
  let graphs = prepared.get(plan);
  if (graphs === undefined) {
    graphs = plan.graphs.map((graph) => ({
      plan: graph,
      nodes: graph.nodes.map(prepareNode),
      isScoped: graph.scoped === true,
    }));
    prepared.set(plan, graphs);
  }
  return graphs;
}

function prepareNode(plan: PlanNode, index: number): PreparedNode {
  const sourceNodes: number[] = [];
  const sourceSockets: string[] = [];
  const sourceInputs: number[] = [];
  plan.inputs.forEach(([, sources], input) => {
    for (const [node, socket] of sources) {
      sourceNodes.push(node);
      sourceSockets.push(socket);
      sourceInputs.push(input);
    }
  });
  return {
    index,
    plan,
    sourceNodes,
    sourceSockets,
    sourceInputs,
    inputSockets: plan.inputs.map(([socket]) => socket),
    next: plan.next.map(([socket, targets]) => ({
      socket,
      targets: targets.map(([target]) => target),
      sockets: targets.map(([, into]) => into),
      isEach: plan.each?.includes(socket) ?? false,
    })),
    triggers: plan.next.map(([socket]) => socket),
    component: undefined,
  };
}
