/**
 * A plan in the shape in which the engine walks it. Made once per plan and shared by all its runs. What a visit looks at is
 * copied out of the plan's nodes: those have whatever members they need, and V8 reads best what always looks the same.
 */
import type { Plan, PlanGraph, PlanNode } from "../protocol/plan.ts";
import type { Component } from "./component.ts";
import { type Limits, limitsOf } from "./limits.ts";
import { type Fault, faultFrom } from "./reach.ts";

/** A trigger output and where its wires lead, in load order. */
export interface PreparedOutput {
  readonly socket: string;
  readonly targets: readonly PreparedNode[];
  readonly sockets: readonly string[];
  /** Of each wire, the innermost cycle that both its ends are in, or -1; null where there is none at all. */
  readonly regions: readonly number[] | null;
  /** Of each wire to a node that waits for several, what tells it apart; null where there is none. */
  readonly edges: readonly string[] | null;
  readonly isEach: boolean;
}

export interface PreparedNode {
  readonly index: number;
  readonly plan: PlanNode;
  readonly id: string;
  /** Data edges, flat: source node, source socket, index into `inputSockets`; those of an input stand together. */
  readonly sourceNodes: readonly number[];
  readonly sourceSockets: readonly string[];
  readonly sourceInputs: readonly number[];
  readonly inputSockets: readonly string[];
  /** Where the edges of each input begin, and the number of edges. */
  readonly inputEdges: readonly number[];
  /** A source socket is called as something that every object has, so what it gives must be looked for with care. */
  readonly readsInherited: boolean;
  readonly hasDefaults: boolean;
  /** Data inputs with a value: those wired and those with a default. */
  readonly connected: readonly string[];
  readonly next: readonly PreparedOutput[];
  /** Of these, those that lead somewhere. */
  readonly wired: readonly PreparedOutput[];
  /** Of its trigger outputs, those that fire where it has no iterations. */
  readonly after: readonly string[];
  /** As a run or a Spell node starts at it. */
  readonly entry: PreparedOutput;
  readonly isSpell: boolean;
  /** It has iterations: a loop, or a node that streams. */
  readonly isLoop: boolean;
  readonly isTriggered: boolean;
  readonly isVolatile: boolean;
  /** Gives lists of what its sources gave in the iterations inside. */
  readonly collects: boolean;
  /** Triggers that it waits for. */
  readonly waits: number;
  readonly regions: readonly number[] | undefined;
  /** Its frame notes what it gives. */
  readonly isNoted: boolean;
  /** Not all its wires count. */
  readonly isChoosy: boolean;
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
  /** A place for each node: an array that is copied is ready at once, and one that is filled from its end becomes a slow one. */
  readonly places: readonly undefined[];
  readonly isScoped: boolean;
  /** Scopes are the run's and those of one loop or cycle: no two have the same ordinals but the run and the first. */
  readonly hasOneOpener: boolean;
  readonly isFibers: boolean;
  /** It has one scope, in which a node runs once: of a node that is done only what it gave is looked at again. */
  readonly isFlat: boolean;
}

export interface PreparedPlan {
  readonly graphs: readonly PreparedGraph[];
  /** The usual limits with the spell's own. */
  readonly limits: Limits;
  /** Why a run that begins at a start is refused, or null; found when the first one does. */
  readonly faults: Map<number, Fault | null>;
}

const prepared = new WeakMap<Plan, PreparedPlan>();

export function prepare(plan: Plan): PreparedPlan {
  let known = prepared.get(plan);
  if (known === undefined) {
    known = { graphs: plan.graphs.map(prepareGraph), limits: limitsOf(plan), faults: new Map() };
    prepared.set(plan, known);
  }
  return known;
}

/** The first fault that a run from `start` can reach, or null. */
export function faultOf(plan: Plan, { faults }: PreparedPlan, start: number): Fault | null {
  let fault = faults.get(start);
  if (fault === undefined) faults.set(start, (fault = faultFrom(plan, start)));
  return fault;
}

function prepareGraph(graph: PlanGraph): PreparedGraph {
  const isScoped = graph.scoped === true;
  const isFibers = graph.fibers === true;
  const nodes = graph.nodes.map(prepareNode);
  const plans = graph.nodes;
  for (let i = 0; i < nodes.length; i++) lead(nodes[i] as Mutable, plans[i] as PlanNode, nodes);
  return {
    plan: graph,
    nodes,
    places: plans.map(() => undefined),
    isScoped,
    hasOneOpener: countOpeners(graph) <= 1,
    isFibers,
    isFlat: !isScoped && !isFibers,
  };
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

type Mutable = { -readonly [key in keyof PreparedNode]: PreparedNode[key] };

function prepareNode(plan: PlanNode, index: number): Mutable {
  const { inputs, next, role } = plan;
  const sourceNodes: number[] = [];
  const sourceSockets: string[] = [];
  const sourceInputs: number[] = [];
  const inputSockets: string[] = [];
  const inputEdges: number[] = [];
  let readsInherited = false;
  for (const [socket, sources] of inputs) {
    inputEdges.push(sourceNodes.length);
    for (const [node, from] of sources) {
      sourceNodes.push(node);
      sourceSockets.push(from);
      sourceInputs.push(inputSockets.length);
      if (from in Object.prototype) readsInherited = true;
    }
    inputSockets.push(socket);
  }
  inputEdges.push(sourceNodes.length);
  const triggers: string[] = [];
  for (const [socket] of next) triggers.push(socket);
  const fires = triggers.includes("error") ? triggers.filter((socket) => socket !== "error") : triggers;
  const { each, defaults } = plan;
  const collects = plan.collects === true;
  return {
    index,
    plan,
    id: plan.id,
    sourceNodes,
    sourceSockets,
    sourceInputs,
    inputSockets,
    inputEdges,
    readsInherited,
    hasDefaults: defaults !== undefined,
    connected:
      defaults === undefined
        ? inputSockets
        : [...new Set([...inputSockets, ...defaults.map(([socket]) => socket)])],
    next: none,
    wired: none,
    after: each === undefined ? fires : fires.filter((socket) => !each.includes(socket)),
    entry: nowhere,
    isSpell: role === "spell",
    isLoop: each !== undefined,
    isTriggered: plan.triggered === true,
    isVolatile: plan.volatile === true,
    collects,
    waits: plan.waits ?? 0,
    regions: plan.regions,
    isNoted: role === "output" || role === "exit" || plan.remembers === true || plan.collected === true,
    isChoosy: plan.single === true && sourceNodes.length > 1,
    triggers,
    fires,
    component: undefined,
    made: undefined,
  };
}

const none: readonly PreparedOutput[] = [];
const nowhere: PreparedOutput = {
  socket: "",
  targets: [],
  sockets: [],
  regions: null,
  edges: null,
  isEach: false,
};

/** Joins a node to those that its triggers lead to. */
function lead(node: Mutable, plan: PlanNode, nodes: readonly Mutable[]): void {
  node.entry = { socket: "", targets: [node], sockets: [""], regions: null, edges: null, isEach: false };
  if (plan.next.length === 0) return;
  const next: PreparedOutput[] = [];
  for (const [socket, wires] of plan.next) {
    const targets: PreparedNode[] = [];
    const sockets: string[] = [];
    let hasRegion = false;
    let hasWaiting = false;
    for (const [at, into] of wires) {
      const target = nodes[at] as PreparedNode;
      targets.push(target);
      sockets.push(into);
      if (target.waits > 1) hasWaiting = true;
      if (target.regions !== undefined) hasRegion = true;
    }
    next.push({
      socket,
      targets,
      sockets,
      regions: hasRegion && node.regions !== undefined ? targets.map((to) => sharedRegion(node, to)) : null,
      edges: hasWaiting ? sockets.map((into) => `${node.index}.${socket}>${into}`) : null,
      isEach: plan.each?.includes(socket) ?? false,
    });
  }
  node.next = next;
  node.wired = next.every(({ targets }) => targets.length > 0)
    ? next
    : next.filter(({ targets }) => targets.length > 0);
}

/** The innermost cycle that both are in, or -1. */
function sharedRegion(from: PreparedNode, to: PreparedNode): number {
  let region = -1;
  if (from.regions !== undefined && to.regions !== undefined)
    for (const candidate of to.regions) if (from.regions.includes(candidate)) region = candidate;
  return region;
}
