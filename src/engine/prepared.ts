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
  /** Whose it is; null of the wire by which a graph starts. */
  readonly from: PreparedNode | null;
  readonly count: number;
  /** Where there is one wire: what it leads to. */
  readonly sole: PreparedNode | null;
  readonly targets: readonly PreparedNode[];
  readonly sockets: readonly string[];
  /** Of each wire, the innermost cycle that both its ends are in, or -1; null where there is none at all. */
  readonly regions: readonly number[] | null;
  /** Of each wire to a node that waits for several, what tells it apart; null where there is none. */
  readonly edges: readonly string[] | null;
  readonly socket: string;
  readonly isEach: boolean;
}

/** What most visits look at stands first, and lists of one are spared: a visit costs what it must fetch from memory. */
export interface PreparedNode {
  readonly index: number;
  readonly id: string;
  /** Source of its data, where that is one and it comes by one wire that counts; else -1. */
  readonly soleSource: number;
  readonly soleInput: string;
  readonly soleSocket: string;
  /** Found at the first visit. */
  component: Component | undefined;
  isSandboxed: boolean;
  /** What its component made of its data. */
  made: unknown;
  /** Those that fire where a component names none: `error` is for failures. */
  readonly fires: readonly string[];
  /** All trigger outputs. */
  readonly triggers: readonly string[];
  /** Where one trigger output is wired: that; else null. */
  readonly soleWired: PreparedOutput | null;
  readonly isTriggered: boolean;
  readonly isSpell: boolean;
  /** It has iterations: a loop, or a node that streams. */
  readonly isLoop: boolean;
  /** Its frame notes what it gives. */
  readonly isNoted: boolean;
  readonly isExit: boolean;
  readonly remembers: boolean;
  readonly isCollected: boolean;
  /** Of an Output: its place among those of the graph. */
  place: number;
  /** Triggers that it waits for. */
  readonly waits: number;
  readonly regions: readonly number[] | undefined;
  /** Not all its wires count. */
  readonly isChoosy: boolean;
  /** Gives lists of what its sources gave in the iterations inside. */
  readonly collects: boolean;
  readonly isVolatile: boolean;
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
  /** As a run or a Spell node starts at it: made when the first does. */
  entry: PreparedOutput | undefined;
  readonly plan: PlanNode;
}

export interface PreparedGraph {
  readonly plan: PlanGraph;
  readonly nodes: readonly PreparedNode[];
  /** A place for each node: an array that is copied is ready at once, and one that is filled from its end becomes a slow one. */
  readonly places: readonly undefined[];
  readonly isScoped: boolean;
  /** Scopes are the run's and those of one loop or cycle: no two have the same ordinals but the run and the loop's first. */
  readonly hasOneOpener: boolean;
  /** Nor have those, where it is a cycle: its first turn is the run's. */
  readonly hasOneCycle: boolean;
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
  const plans = graph.nodes;
  const alike = new Map<string, Mutable>();
  const nodes = plans.map((plan, index) => {
    const node = prepareNode(plan, index, alike.get(plan.component));
    alike.set(plan.component, node);
    return node;
  });
  for (let i = 0; i < nodes.length; i++) lead(nodes[i] as Mutable, plans[i] as PlanNode, nodes);
  const { loops, openers } = countOpeners(graph);
  graph.outputs.forEach((index, place) => ((nodes[index] as Mutable).place = place));
  return {
    plan: graph,
    nodes,
    places: plans.map(() => undefined),
    isScoped,
    hasOneOpener: openers <= 1,
    hasOneCycle: isScoped && openers <= 1 && loops === 0,
    isFibers,
    isFlat: !isScoped && !isFibers,
  };
}

/** Loops, streams and cycles. */
function countOpeners({ nodes }: PlanGraph): { loops: number; openers: number } {
  const regions = new Set<number>();
  let loops = 0;
  for (const node of nodes) {
    if (node.each !== undefined) loops += 1;
    for (const region of node.regions ?? []) regions.add(region);
  }
  return { loops, openers: loops + regions.size };
}

type Mutable = { -readonly [key in keyof PreparedNode]: PreparedNode[key] };

/** Filled anew for each node, then kept as lists that are no longer than they must be. */
const scratch = {
  nodes: [] as number[],
  sockets: [] as string[],
  places: [] as number[],
  inputs: [] as string[],
  edges: [] as number[],
  triggers: [] as string[],
};

/** @param twin a node of the same component, whose lists it shares where they are the same */
function prepareNode(plan: PlanNode, index: number, twin: Mutable | undefined): Mutable {
  const { nodes, sockets, places, inputs, edges, triggers: named } = scratch;
  for (const list of [nodes, sockets, places, inputs, edges, named]) list.length = 0;
  let readsInherited = false;
  for (const [socket, sources] of plan.inputs) {
    edges.push(nodes.length);
    for (const [node, from] of sources) {
      nodes.push(node);
      sockets.push(from);
      places.push(inputs.length);
      if (from in Object.prototype) readsInherited = true;
    }
    inputs.push(socket);
  }
  edges.push(nodes.length);
  for (const [socket] of plan.next) named.push(socket);
  const { role, each, defaults } = plan;
  const inputSockets = kept(inputs, twin?.inputSockets);
  const triggers = kept(named, twin?.triggers);
  const fires =
    triggers === twin?.triggers
      ? twin.fires
      : triggers.includes("error")
        ? triggers.filter((socket) => socket !== "error")
        : triggers;
  const collects = plan.collects === true;
  const isSole = nodes.length === 1 && inputs.length === 1 && !collects && !readsInherited;
  return {
    index,
    id: plan.id,
    soleSource: isSole ? (nodes[0] as number) : -1,
    soleInput: isSole ? (inputs[0] as string) : "",
    soleSocket: isSole ? (sockets[0] as string) : "",
    component: undefined,
    isSandboxed: false,
    made: undefined,
    fires,
    triggers,
    soleWired: null,
    isTriggered: plan.triggered === true,
    isSpell: role === "spell",
    isLoop: each !== undefined,
    isNoted: role === "output" || role === "exit" || plan.remembers === true || plan.collected === true,
    isExit: role === "exit",
    remembers: plan.remembers === true,
    isCollected: plan.collected === true,
    place: -1,
    waits: plan.waits ?? 0,
    regions: plan.regions,
    isChoosy: plan.single === true && nodes.length > 1,
    collects,
    isVolatile: plan.volatile === true,
    sourceNodes: nodes.slice(),
    sourceSockets: kept(sockets, twin?.sourceSockets),
    sourceInputs: kept(places, twin?.sourceInputs),
    inputSockets,
    inputEdges: kept(edges, twin?.inputEdges),
    readsInherited,
    hasDefaults: defaults !== undefined,
    connected:
      defaults === undefined
        ? inputSockets
        : [...new Set([...inputSockets, ...defaults.map(([socket]) => socket)])],
    next: none,
    wired: none,
    after: each === undefined ? fires : fires.filter((socket) => !each.includes(socket)),
    entry: undefined,
    plan,
  };
}

/** A list of those in `list`: `known`, if that is the same. */
function kept<T>(list: readonly T[], known: readonly T[] | undefined): readonly T[] {
  if (known === undefined || known.length !== list.length) return list.slice();
  for (let i = 0; i < list.length; i++) if (list[i] !== known[i]) return list.slice();
  return known;
}

const none: readonly PreparedOutput[] = [];

/** An output with the wires `targets`, each into one of `sockets`. */
const outputTo = (
  from: PreparedNode | null,
  targets: readonly PreparedNode[],
  sockets: readonly string[],
  rest: Partial<PreparedOutput> = {},
): PreparedOutput => ({
  from,
  count: targets.length,
  sole: targets.length === 1 ? (targets[0] as PreparedNode) : null,
  targets,
  sockets,
  regions: rest.regions ?? null,
  edges: rest.edges ?? null,
  socket: rest.socket ?? "",
  isEach: rest.isEach ?? false,
});

/** Joins a node to those that its triggers lead to. */
function lead(node: Mutable, plan: PlanNode, nodes: readonly Mutable[]): void {
  node.next = plan.next.map(([socket, wires]) => {
    const targets = wires.map(([at]) => nodes[at] as PreparedNode);
    const sockets = wires.map(([, into]) => into);
    const isInCycle = node.regions !== undefined && targets.some(({ regions }) => regions !== undefined);
    const isWaitedFor = targets.some(({ waits }) => waits > 1);
    return outputTo(node, targets, sockets, {
      socket,
      regions: isInCycle ? targets.map((to) => sharedRegion(node, to)) : null,
      edges: isWaitedFor ? sockets.map((into) => `${node.index}.${socket}>${into}`) : null,
      isEach: plan.each?.includes(socket) ?? false,
    });
  });
  node.wired = node.next.every(({ count }) => count > 0)
    ? node.next
    : node.next.filter(({ count }) => count > 0);
  node.soleWired = node.wired.length === 1 ? (node.wired[0] as PreparedOutput) : null;
}

/** As a run or a Spell node starts at a node: by a wire from nowhere. */
export function entryOf(node: PreparedNode): PreparedOutput {
  return (node.entry ??= outputTo(null, [node], [""]));
}

/** The innermost cycle that both are in, or -1. */
function sharedRegion(from: PreparedNode, to: PreparedNode): number {
  let region = -1;
  if (from.regions !== undefined && to.regions !== undefined)
    for (const candidate of to.regions) if (from.regions.includes(candidate)) region = candidate;
  return region;
}
