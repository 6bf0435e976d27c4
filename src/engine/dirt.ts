/**
 * Which nodes of a run execute again in a fork of it: those that changed and those before which a fork begins, all that is
 * downstream of them by data or trigger, and what may have read the state after one of them. In doubt a node is dirty.
 */
import { SpellError } from "../protocol/spell-error.ts";
import type { Plan, PlanGraph, PlanNode } from "../protocol/plan.ts";
import type { JsonObject } from "../protocol/values.ts";
import type { Component } from "./component.ts";
import type { NodePast, Past } from "./past.ts";
import { type Signatures, signaturesOf } from "./signature.ts";

export interface Fork {
  readonly past: Past;
  readonly plan: Plan;
  /** The plan of the parent, where it is another. */
  readonly parentPlan?: Plan | undefined;
  /** Path of the node from which to execute again. */
  readonly fromNode?: string | undefined;
  readonly inputs: JsonObject;
  readonly state: JsonObject;
  readonly components: (name: string) => Component | undefined;
}

/** A graph under its path, as far as the parent went into it. */
interface Part {
  readonly graph: PlanGraph;
  /** The parent's, where its plan is another. */
  readonly before: PlanGraph | undefined;
  /** By Spell node. */
  readonly parts: Map<number, Part>;
  /** By node. */
  readonly pasts: Map<number, NodePast>;
  /** Where a node that is no more first set the state. */
  removedAt: number;
  /** Dirty by themselves. */
  readonly seeds: Set<number>;
  /** Spell nodes of which something inside is dirty: they give something else, but what is clean inside is not touched. */
  readonly inside: Set<number>;
  dirty: Set<number>;
  isAllDirty: boolean;
}

interface Edges {
  readonly after: readonly (readonly number[])[];
  readonly before: readonly (readonly number[])[];
}

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

export class Dirt {
  readonly #fork: Fork;
  readonly #root: Part;
  readonly #edges = new Map<PlanGraph, Edges>();
  readonly #signatures = new Map<PlanGraph, Signatures>();
  readonly #indices = new Map<PlanGraph, Map<string, number>>();
  /** Components that set the state in the parent. */
  readonly #writers = new Set<string>();
  /** Nodes that execute again although nothing that they read is dirty, and so nobody needs to for their sake. */
  readonly #redone = new Map<Part, Set<number>>();
  readonly #known = new Map<string, boolean>();

  /** @throws SpellError `bad_request` (path `fromNode`) when there is no such node, or nothing could lead to it */
  constructor(fork: Fork) {
    this.#fork = fork;
    const [graph] = fork.plan.graphs;
    this.#root = newPart(graph as PlanGraph, fork.parentPlan?.graphs[0]);
    for (const past of fork.past.nodes.values()) this.#place(past);
    const isEdited = fork.parentPlan !== undefined && !same(fork.plan.graphs, fork.parentPlan.graphs);
    this.#beginAtNode(isEdited);
    this.#notePast(this.#root);
    if (isEdited) this.#noteEdits(this.#root);
    this.#noteInputs();
    do this.#spread();
    while (this.#noteState(this.#root));
    if (isDirtyIn(this.#root)) this.#noteRedone(this.#root);
  }

  isDirty(nodeId: string): boolean {
    let isDirty = this.#known.get(nodeId);
    if (isDirty === undefined) this.#known.set(nodeId, (isDirty = this.#look(nodeId)));
    return isDirty;
  }

  #look(nodeId: string): boolean {
    const place = this.#find(nodeId);
    if (place === null) return true;
    const { part, index } = place;
    return part.isAllDirty || part.dirty.has(index) || this.#redone.get(part)?.has(index) === true;
  }

  /** A node by its path. `rest` is what is left of the path in the part where it ends, null where the plan has the node. */
  #walk(nodeId: string): { part: Part; index: number; rest: string | null } {
    let part = this.#root;
    let rest = nodeId;
    for (;;) {
      const index = this.#indicesOf(part.graph).get(rest);
      if (index !== undefined) return { part, index, rest: null };
      const inner = this.#enter(part, rest);
      if (inner === null) return { part, index: -1, rest };
      ({ part, rest } = inner);
    }
  }

  #enter(part: Part, path: string): { part: Part; rest: string } | null {
    for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) {
      const id = path.slice(0, at);
      const index = this.#indicesOf(part.graph).get(id) ?? -1;
      const call = part.graph.nodes[index]?.call;
      const graph = call === undefined ? undefined : this.#fork.plan.graphs[call.graph];
      if (graph === undefined) continue;
      let inner = part.parts.get(index);
      if (inner === undefined) {
        const callBefore = part.before?.nodes.find((node) => node.id === id)?.call;
        const before = callBefore === undefined ? undefined : this.#fork.parentPlan?.graphs[callBefore.graph];
        part.parts.set(index, (inner = newPart(graph, before)));
      }
      return { part: inner, rest: path.slice(at + 1) };
    }
    return null;
  }

  #find(nodeId: string): { part: Part; index: number } | null {
    const { part, index, rest } = this.#walk(nodeId);
    return rest === null ? { part, index } : null;
  }

  #place(past: NodePast): void {
    const { part, index, rest } = this.#walk(past.nodeId);
    if (rest !== null) {
      if (past.wroteState && !rest.includes("/")) part.removedAt = Math.min(part.removedAt, past.first);
      return;
    }
    part.pasts.set(index, past);
    if (past.wroteState) this.#writers.add((part.graph.nodes[index] as PlanNode).component);
  }

  #beginAtNode(isEdited: boolean): void {
    const { fromNode, past, inputs, state } = this.#fork;
    if (fromNode === undefined) return;
    const place = this.#find(fromNode);
    if (place === null) throw noNode(fromNode);
    const isPlain = !isEdited && same(inputs, past.start.inputs) && same(state, past.start.state);
    if (isPlain && !past.nodes.has(fromNode)) throw neverReached(fromNode);
    place.part.seeds.add(place.index);
  }

  /** What cannot be taken over as it went: streams, and sub-spells whose time was over. */
  #notePast(part: Part): void {
    for (const [index, past] of part.pasts) {
      if (past.hasStreamed) part.seeds.add(index);
      if (past.hasFailedLate && part.graph.nodes[index]?.role === "spell") part.inside.add(index);
    }
    for (const inner of part.parts.values()) this.#notePast(inner);
  }

  #noteEdits(part: Part): void {
    const { plan, parentPlan } = this.#fork;
    const { before, graph } = part;
    if (parentPlan === undefined || before === undefined) {
      part.isAllDirty = true;
      return;
    }
    const is = this.#signaturesOf(plan, graph);
    const was = this.#signaturesOf(parentPlan, before);
    graph.nodes.forEach(({ id }, index) => {
      if (is.nodes.get(id) !== was.nodes.get(id)) part.seeds.add(index);
      else if (is.answers.get(id) !== was.answers.get(id)) part.inside.add(index);
    });
    for (const inner of part.parts.values()) this.#noteEdits(inner);
  }

  /** Nodes that give the run's inputs, and user code, which may be given them all. */
  #noteInputs(): void {
    const { inputs, past } = this.#fork;
    const { inputs: before } = past.start;
    if (same(inputs, before)) return;
    const { seeds, graph } = this.#root;
    graph.nodes.forEach((node, index) => {
      const { role, name = "" } = node;
      const isSame = Object.hasOwn(inputs, name) && inputs[name] !== null && same(inputs[name], before[name]);
      // One that was not given takes another's value or the node's own.
      if (role === "input" ? !isSame : this.#isUserCode(node)) seeds.add(index);
    });
  }

  #isUserCode = ({ component }: PlanNode): boolean => this.#fork.components(component)?.sandboxed === true;

  // ── what follows ──────────────────────────────────────────────────────────────────────────────────────────

  #spread(): void {
    this.#lift(this.#root);
    this.#lower(this.#root);
  }

  /** Outwards: what is dirty inside makes its Spell node dirty. */
  #lift(part: Part): boolean {
    for (const [index, inner] of part.parts) if (this.#lift(inner)) part.inside.add(index);
    const { after } = this.#edgesOf(part.graph);
    const reached = new Set(part.seeds);
    for (const index of part.inside) for (const next of after[index] ?? []) reached.add(next);
    for (const index of reached) for (const next of after[index] ?? []) reached.add(next);
    part.dirty = reached;
    return isDirtyHere(part);
  }

  /** Inwards: all inside a Spell node that is visited anew. */
  #lower(part: Part): void {
    for (const [index, inner] of part.parts) {
      inner.isAllDirty ||= part.isAllDirty || part.dirty.has(index);
      this.#lower(inner);
    }
    for (const index of part.inside) part.dirty.add(index);
  }

  /** What may have read the state after a dirty node may have set it. Each graph under its path has a state of its own. */
  #noteState(part: Part): boolean {
    let hasMore = false;
    for (const inner of part.parts.values()) if (this.#noteState(inner)) hasMore = true;
    if (part.isAllDirty) return hasMore;
    const { state, past } = this.#fork;
    let since = part === this.#root && !same(state, past.start.state) ? -1 : part.removedAt;
    for (const index of part.dirty)
      if (this.#maySetState(part, index)) since = Math.min(since, this.#firstOf(part, index));
    if (since === Number.POSITIVE_INFINITY) return hasMore;
    for (const [index, { last }] of part.pasts)
      if (last > since && !part.dirty.has(index) && this.#mayReadState(part, index)) {
        part.seeds.add(index);
        hasMore = true;
      }
    return hasMore;
  }

  #maySetState(part: Part, index: number): boolean {
    const node = part.graph.nodes[index] as PlanNode;
    if (node.role !== undefined || node.volatile === true) return false;
    if (part.pasts.get(index)?.wroteState === true || this.#writers.has(node.component)) return true;
    const component = this.#fork.components(node.component);
    // User code that sets the state gives a key of that name.
    return (
      component?.setsState === true ||
      (component?.sandboxed === true && JSON.stringify(node.data).includes("state"))
    );
  }

  #mayReadState(part: Part, index: number): boolean {
    const node = part.graph.nodes[index] as PlanNode;
    if (node.role !== undefined) return false;
    return (
      node.volatile === true ||
      node.event === true ||
      this.#isUserCode(node) ||
      this.#maySetState(part, index)
    );
  }

  /**
   * Where in the parent a dirty node first was; where it never was, no sooner than what leads to it. That is dirty, too, unless
   * the node is new: clean nodes lead to what they led to before.
   */
  #firstOf(part: Part, index: number): number {
    const { before } = this.#edgesOf(part.graph);
    const seen = new Set([index]);
    let first = Number.POSITIVE_INFINITY;
    for (const at of seen) {
      const past = part.pasts.get(at);
      if (past !== undefined) first = Math.min(first, past.first);
      else if ((before[at] ?? []).length === 0) first = 0;
      else
        for (const source of before[at] ?? [])
          if (part.seeds.has(at) || part.dirty.has(source)) seen.add(source);
    }
    return first;
  }

  /**
   * Visits are numbered in the order in which they come. Where others come in between now, a number says no more which visit
   * it was: of two scopes with the same ordinals, and, where flows are fibers, of a function that a dirty node reads.
   */
  #noteRedone(part: Part): void {
    for (const inner of part.parts.values()) this.#noteRedone(inner);
    const redone = new Set<number>();
    for (const [index, { isAmbiguous }] of part.pasts) if (isAmbiguous) redone.add(index);
    if (part.graph.fibers === true) {
      const read = new Set(part.dirty);
      for (const index of read)
        for (const [, sources] of part.graph.nodes[index]?.inputs ?? [])
          for (const [source] of sources)
            if (part.graph.nodes[source]?.triggered !== true) {
              read.add(source);
              redone.add(source);
            }
    }
    if (redone.size > 0) this.#redone.set(part, redone);
  }

  #indicesOf(graph: PlanGraph): Map<string, number> {
    let indices = this.#indices.get(graph);
    if (indices === undefined)
      this.#indices.set(graph, (indices = new Map(graph.nodes.map(({ id }, index) => [id, index]))));
    return indices;
  }

  #edgesOf(graph: PlanGraph): Edges {
    let edges = this.#edges.get(graph);
    if (edges === undefined) this.#edges.set(graph, (edges = edgesOf(graph)));
    return edges;
  }

  #signaturesOf(plan: Plan, graph: PlanGraph): Signatures {
    let signatures = this.#signatures.get(graph);
    if (signatures === undefined) this.#signatures.set(graph, (signatures = signaturesOf(plan, graph)));
    return signatures;
  }
}

const newPart = (graph: PlanGraph, before: PlanGraph | undefined): Part => ({
  graph,
  before,
  parts: new Map(),
  pasts: new Map(),
  removedAt: Number.POSITIVE_INFINITY,
  seeds: new Set(),
  inside: new Set(),
  dirty: new Set(),
  isAllDirty: false,
});

const isDirtyHere = ({ isAllDirty, dirty, inside }: Part): boolean =>
  isAllDirty || dirty.size > 0 || inside.size > 0;

const isDirtyIn = (part: Part): boolean => isDirtyHere(part) || [...part.parts.values()].some(isDirtyIn);

function edgesOf({ nodes }: PlanGraph): Edges {
  const after = nodes.map((): number[] => []);
  const before = nodes.map((): number[] => []);
  const connect = (from: number, to: number): void => {
    after[from]?.push(to);
    before[to]?.push(from);
  };
  nodes.forEach(({ next, inputs }, index) => {
    for (const [, targets] of next) for (const [target] of targets) connect(index, target);
    for (const [, sources] of inputs) for (const [source] of sources) connect(source, index);
  });
  return { after, before };
}

const refused = (message: string): SpellError =>
  new SpellError("bad_request", message, { errors: [{ path: "fromNode", message }] });

const noNode = (path: string): SpellError => refused(`The spell has no node ${JSON.stringify(path)}.`);

const neverReached = (path: string): SpellError =>
  refused(
    `The run never came to node ${JSON.stringify(path)}, so there is nothing to fork from. Fork from one that it reached, or give other inputs.`,
  );
