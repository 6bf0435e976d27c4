/** Finds the data of a visit: which visits feed it, in which scope a data node belongs, and what still runs. */
import { SpellError } from "../protocol/errors.ts";
import type { Frame } from "./frame.ts";
import type { PreparedNode } from "./prepared.ts";
import { isInner, isThere, scopeRead, seenFrom } from "./read.ts";
import type { Scope } from "./scope.ts";
import { Status, Visit } from "./visit.ts";

export interface SourcesHost {
  readonly isEnded: boolean;
  nextOrder(): number;
  execute(visit: Visit): void;
  hold(visit: Visit): void;
  fail(error: SpellError): void;
}

interface Search {
  visit: Visit;
  edges: number[] | null;
  count: number;
  next: number;
  /** The innermost scope read from so far. */
  scope: Scope;
}

export class Sources {
  readonly #host: SourcesHost;

  constructor(host: SourcesHost) {
    this.#host = host;
  }

  /**
   * Executes a visit once its sources have; asks for those not yet asked for, depth first.
   * On a stack of its own: chains of data may be longer than the machine's.
   */
  demand(first: Visit): void {
    if (isPlain(first)) {
      first.status = Status.ready;
      return this.#host.execute(first);
    }
    const search = begin(first);
    const stack = [search];
    for (let top = stack.at(-1); top !== undefined && !this.#host.isEnded; top = stack.at(-1)) {
      const { visit } = top;
      if (top.next < top.count) {
        const source = this.#source(visit, edgeAt(top));
        if (source.status === Status.fresh) {
          if (!isPlain(source)) stack.push(begin(source));
          else {
            source.status = Status.ready;
            this.#host.execute(source);
          }
        } else if (source.status === Status.resolving) return this.#host.fail(cycleAt(source));
        else take(top, source);
        continue;
      }
      stack.pop();
      if (visit.scope === undefined && !settleScope(visit, top.scope)) continue;
      visit.status = Status.ready;
      if (visit.missing === 0) this.#host.execute(visit);
      else this.#host.hold(visit);
    }
  }

  /** The visit that `reader` sees at the other end of an edge, made when there is none. */
  #source(reader: Visit, edge: number): Visit {
    const { frame, readScope } = reader;
    const index = reader.node.sourceNodes[edge] as number;
    const known = readScope.get(index);
    if (known !== undefined && reader.node.plan.collects !== true) return known;
    const node = frame.graph.nodes[index] as PreparedNode;
    // What it collects was given in the iterations, if at all.
    if (reader.node.plan.collects) return nothing(frame, node);
    // A fiber does not run what it reads: a node with triggers gives what it gave last, or nothing.
    if (frame.graph.isFibers && node.plan.triggered) return frame.root.get(index) ?? nothing(frame, node);
    const isRoot = readScope === frame.root;
    if (!isRoot && node.plan.triggered) {
      const seen = seenFrom(readScope, index);
      // Noted here, so that the next turn finds it at its first step back.
      if (seen !== undefined) {
        readScope.set(index, seen);
        return seen;
      }
    }
    // A node with triggers that is pulled takes place where it is read: its own trigger will find it there.
    const isOfReader =
      isRoot || frame.graph.isFibers || node.plan.volatile === true || node.plan.triggered === true;
    const scope = isOfReader ? readScope : undefined;
    const visit = new Visit(frame, node, this.#host.nextOrder(), scope, readScope);
    readScope.set(index, visit);
    return visit;
  }
}

/**
 * In a graph without loops and cycles all visits are of the run's scope: where every source is done there is nothing to look
 * for, and the reader finds them there (`readSource`).
 */
function isPlain({ node, frame, scope }: Visit): boolean {
  if (!node.isPlain || scope === undefined) return false;
  const { sourceNodes } = node;
  for (let i = 0; i < sourceNodes.length; i++)
    if (frame.root.get(sourceNodes[i] as number)?.status !== Status.done) return false;
  return true;
}

function nothing(frame: Frame, node: PreparedNode): Visit {
  const visit = new Visit(frame, node, -1, frame.root, frame.root);
  visit.status = Status.done;
  return visit;
}

function begin(visit: Visit): Search {
  visit.status = Status.resolving;
  const edges = visit.node.plan.single && visit.node.sourceNodes.length > 1 ? choose(visit) : null;
  visit.edges = edges;
  return {
    visit,
    edges,
    count: edges?.length ?? visit.node.sourceNodes.length,
    next: 0,
    scope: visit.frame.root,
  };
}

const edgeAt = ({ edges, next }: Search): number => (edges === null ? next : (edges[next] as number));

function take(search: Search, source: Visit): void {
  const { visit } = search;
  search.next += 1;
  (visit.sources ??= []).push(source);
  if (!isThere(source, visit.readScope)) {
    visit.missing += 1;
    (source.waiters ??= []).push(visit);
  }
  if (visit.scope !== undefined) return;
  const read = scopeRead(source, visit.readScope);
  if (isInner(read, search.scope)) search.scope = read;
}

/** Gives a data node its scope. False when it was evaluated there before: readers here see that visit from now on. */
function settleScope(visit: Visit, scope: Scope): boolean {
  const index = visit.node.index;
  const earlier = scope === visit.readScope ? undefined : scope.own(index);
  if (earlier !== undefined) {
    visit.readScope.set(index, earlier);
    return false;
  }
  visit.scope = scope;
  if (scope !== visit.readScope) scope.set(index, visit);
  return true;
}

/** Of several connections into one input: the triggering source, else one that has data, else the first. */
function choose(visit: Visit): number[] {
  const { node, cause, readScope, frame } = visit;
  return node.inputSockets.flatMap((_socket, input) => {
    const edges = node.sourceNodes.flatMap((_source, edge) =>
      node.sourceInputs[edge] === input ? [edge] : [],
    );
    const isCause = (edge: number): boolean =>
      cause !== null && cause.frame === frame && node.sourceNodes[edge] === cause.node.index;
    const sourceOf = (edge: number): Visit | undefined => {
      const index = node.sourceNodes[edge] as number;
      const source = readScope.get(index) ?? seenFrom(readScope, index);
      const hasData =
        source?.status === Status.done && Object.hasOwn(source.outputs, node.sourceSockets[edge] as string);
      return hasData ? source : undefined;
    };
    const isHere = (edge: number): boolean => sourceOf(edge)?.scope === readScope;
    // What ran in this turn or iteration goes before what an earlier one left; of those the newest.
    const newest = edges
      .toSorted((x, y) => (sourceOf(y)?.order ?? -1) - (sourceOf(x)?.order ?? -1))
      .find(sourceOf);
    const best = edges.find(isCause) ?? edges.find(isHere) ?? newest ?? edges[0];
    return best === undefined ? [] : [best];
  });
}

const cycleAt = (visit: Visit): SpellError =>
  new SpellError("spell_invalid", `The data of node "${visit.nodeId}" depend on themselves.`, {
    nodeId: visit.nodeId,
  });
