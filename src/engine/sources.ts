/**
 * Finds the data of a visit where there are several scopes: which visits feed it, in which scope a data node belongs, and what
 * still runs. Where there is one scope `pull.ts` does.
 */
import { SpellError } from "../protocol/spell-error.ts";
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

/** Where the search for a visit's sources is. */
interface Search {
  visit: Visit | null;
  edges: number[] | null;
  count: number;
  next: number;
  /** The innermost scope read from so far. */
  scope: Scope | null;
}

export class Sources {
  readonly #host: SourcesHost;
  /** The searches under way, then places for further ones. */
  readonly #searches: Search[] = [];
  #depth = 0;

  constructor(host: SourcesHost) {
    this.#host = host;
  }

  /**
   * Executes a visit once its sources have; asks for those not yet asked for, depth first. Not for one that has them all.
   * On a stack of its own: chains of data may be longer than the machine's.
   */
  demand(first: Visit): void {
    const bottom = this.#depth;
    this.#begin(first);
    while (this.#depth > bottom && !this.#host.isEnded) {
      const top = this.#searches[this.#depth - 1] as Search;
      const visit = top.visit as Visit;
      if (top.next < top.count) {
        const source = this.#source(visit, edgeAt(top));
        if (source.status === Status.fresh) {
          if (!hasAll(source)) this.#begin(source);
          else this.#host.execute(source);
        } else if (source.status === Status.resolving) return this.#host.fail(dataCycle(source));
        else take(top, visit, source);
        continue;
      }
      this.#depth -= 1;
      top.visit = null;
      if (visit.scope === undefined && !settleScope(visit, top.scope as Scope)) continue;
      visit.status = Status.ready;
      if (visit.missing === 0) this.#host.execute(visit);
      else this.#host.hold(visit);
    }
  }

  #begin(visit: Visit): void {
    visit.status = Status.resolving;
    const { node, frame } = visit;
    const edges = node.isChoosy ? choose(visit) : null;
    visit.edges = edges;
    // What it collects was given in the iterations.
    const count = node.collects ? 0 : (edges?.length ?? node.sourceNodes.length);
    const free = this.#searches[this.#depth++];
    if (free === undefined) this.#searches.push({ visit, edges, count, next: 0, scope: frame.root });
    else {
      free.visit = visit;
      free.edges = edges;
      free.count = count;
      free.next = 0;
      free.scope = frame.root;
    }
  }

  /** The visit that `reader` sees at the other end of an edge, made when there is none. */
  #source(reader: Visit, edge: number): Visit {
    const { frame, readScope } = reader;
    const node = frame.graph.nodes[reader.node.sourceNodes[edge] as number] as PreparedNode;
    const known = readScope.get(node);
    if (known !== undefined) return known;
    // A fiber does not run what it reads: a node with triggers gives what it gave last, or nothing.
    if (frame.graph.isFibers && node.isTriggered) return frame.root.get(node) ?? nothing(frame, node);
    const isRoot = readScope === frame.root;
    if (!isRoot && node.isTriggered) {
      const seen = seenFrom(readScope, node);
      // Noted here, so that the next turn finds it at its first step back.
      if (seen !== undefined) {
        readScope.set(node, seen);
        return seen;
      }
    }
    // A node with triggers that is pulled takes place where it is read: its own trigger will find it there.
    const isOfReader = isRoot || frame.graph.isFibers || node.isVolatile || node.isTriggered;
    const scope = isOfReader ? readScope : undefined;
    const visit = new Visit(frame, node, this.#host.nextOrder(), scope, readScope);
    readScope.set(node, visit);
    return visit;
  }
}

/** Are all its sources done, where it would look for them? Mostly so: then there is nothing to search, and it reads them there. */
export function hasAll({ node, scope, readScope }: Visit): boolean {
  if (scope === undefined || node.isChoosy) return false;
  if (node.collects) return true;
  const { sourceNodes } = node;
  const { nodes } = readScope.frame.graph;
  for (let i = 0; i < sourceNodes.length; i++)
    if (readScope.get(nodes[sourceNodes[i] as number] as PreparedNode)?.status !== Status.done) return false;
  return true;
}

/**
 * A visit that goes on later reads what it would have read at its start: by then a turn may have run a node again that it saw in
 * an earlier one. Where there is one scope a node gives once.
 */
export function keepSources(visit: Visit): void {
  const { node, frame, readScope } = visit;
  if (frame.given !== null || visit.sources !== null || node.sourceNodes.length === 0 || node.isChoosy)
    return;
  visit.sources = node.sourceNodes.map(
    (index) =>
      readScope.get(frame.graph.nodes[index] as PreparedNode) ??
      nothing(frame, frame.graph.nodes[index] as PreparedNode),
  );
}

function nothing(frame: Frame, node: PreparedNode): Visit {
  const visit = new Visit(frame, node, -1, frame.root, frame.root);
  visit.status = Status.done;
  return visit;
}

const edgeAt = ({ edges, next }: Search): number => (edges === null ? next : (edges[next] as number));

function take(search: Search, visit: Visit, source: Visit): void {
  search.next += 1;
  (visit.sources ??= []).push(source);
  if (!isThere(source, visit.readScope)) {
    visit.missing += 1;
    (source.waiters ??= []).push(visit);
  }
  if (visit.scope !== undefined) return;
  const read = scopeRead(source, visit.readScope);
  if (isInner(read, search.scope as Scope)) search.scope = read;
}

/** Gives a data node its scope. False when it was evaluated there before: readers here see that visit from now on. */
function settleScope(visit: Visit, scope: Scope): boolean {
  const { node } = visit;
  const earlier = scope === visit.readScope ? undefined : scope.own(node);
  if (earlier !== undefined) {
    visit.readScope.set(node, earlier);
    return false;
  }
  visit.scope = scope;
  if (scope !== visit.readScope) scope.set(node, visit);
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
      const at = frame.graph.nodes[node.sourceNodes[edge] as number] as PreparedNode;
      const source = readScope.get(at) ?? seenFrom(readScope, at);
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

export const dataCycle = (visit: Visit): SpellError =>
  new SpellError("spell_invalid", `The data of node "${visit.nodeId}" depend on themselves.`, {
    nodeId: visit.nodeId,
  });
