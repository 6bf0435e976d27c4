/** A plan's graphs in the shape in which the engine walks them. Made once per plan and shared by all its runs. */
import type { Plan, PlanGraph, PlanNode } from "../protocol/plan.ts";
import type { Component } from "./component.ts";

/** A trigger output and where its wires lead, in load order. */
export interface PreparedOutput {
  readonly socket: string;
  readonly targets: readonly number[];
  readonly sockets: readonly string[];
  readonly isEach: boolean;
}

export interface PreparedNode {
  readonly index: number;
  readonly plan: PlanNode;
  /** Data edges, flat: source node, source socket, index into `inputSockets`. */
  readonly sourceNodes: readonly number[];
  readonly sourceSockets: readonly string[];
  readonly sourceInputs: readonly number[];
  readonly inputSockets: readonly string[];
  /** Data inputs with a value: those wired and those with a default. */
  readonly connected: readonly string[];
  readonly next: readonly PreparedOutput[];
  /** Of these, those that fire where it has no iterations. */
  readonly after: readonly string[];
  /** Its frame notes what it gives. */
  readonly isNoted: boolean;
  /** Not all its wires count, or it collects what they gave. */
  readonly isChoosy: boolean;
  /** All its wires count, and all that it reads is of the run's scope. */
  readonly isPlain: boolean;
  /** All trigger outputs. */
  readonly triggers: readonly string[];
  /** Those that fire where a component names none: `error` is for failures. */
  readonly fires: readonly string[];
  /** Found at the first visit. */
  component: Component | undefined;
  /** What its component made of its data. */
  made: unknown;
}

export interface PreparedGraph {
  readonly plan: PlanGraph;
  readonly nodes: readonly PreparedNode[];
  readonly isScoped: boolean;
  /** Scopes are the run's and those of one loop or cycle: no two have the same ordinals but the run and the first. */
  readonly hasOneOpener: boolean;
  readonly isFibers: boolean;
}

const prepared = new WeakMap<Plan, PreparedGraph[]>();

export function prepare(plan: Plan): PreparedGraph[] {
  let graphs = prepared.get(plan);
  if (graphs === undefined) {
    graphs = plan.graphs.map((graph) => ({
      plan: graph,
      nodes: graph.nodes.map((node, index) =>
        prepareNode(node, index, graph.scoped !== true && graph.fibers !== true),
      ),
      isScoped: graph.scoped === true,
      hasOneOpener: countOpeners(graph) <= 1,
      isFibers: graph.fibers === true,
    }));
    prepared.set(plan, graphs);
  }
  return graphs;
}

/** Loops, streams and cycles. */
function countOpeners({ nodes }: PlanGraph): number {
  const regions = new Set<number>();
  let loops = 0;
  for (const node of nodes) {
    if (node.each !== undefined) loops += 1;
    for (const region of node.regions ?? []) regions.add(region);
  }
  return loops + regions.size;
}

function prepareNode(plan: PlanNode, index: number, isUnscoped: boolean): PreparedNode {
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
  const isChoosy = plan.collects === true || (plan.single === true && sourceNodes.length > 1);
  return {
    index,
    plan,
    sourceNodes,
    sourceSockets,
    sourceInputs,
    inputSockets: plan.inputs.map(([socket]) => socket),
    connected: [...new Set([...plan.inputs, ...(plan.defaults ?? [])].map(([socket]) => socket))],
    next: plan.next.map(([socket, targets]) => ({
      socket,
      targets: targets.map(([target]) => target),
      sockets: targets.map(([, into]) => into),
      isEach: plan.each?.includes(socket) ?? false,
    })),
    after: plan.next
      .map(([socket]) => socket)
      .filter((socket) => socket !== "error" && plan.each?.includes(socket) !== true),
    isNoted:
      plan.role === "output" || plan.role === "exit" || plan.remembers === true || plan.collected === true,
    isChoosy,
    isPlain: isUnscoped && !isChoosy,
    triggers: plan.next.map(([socket]) => socket),
    fires: plan.next.map(([socket]) => socket).filter((socket) => socket !== "error"),
    component: undefined,
    made: undefined,
  };
}
