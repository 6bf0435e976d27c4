/** Finds the data of a visit: which visits feed it, in which scope a data node belongs, and what still runs. */
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
   * Executes a visit once its sources have; asks for those not yet asked for, depth first.
   * On a stack of its own: chains of data may be longer than the machine's.
   */
  demand(first: Visit): void {
    if (hasAll(first)) {
      first.status = Status.ready;
      return this.#host.execute(first);
    }
    const bottom = this.#depth;
    this.#begin(first);
    while (this.#depth > bottom && !this.#host.isEnded) {
      const top = this.#searches[this.#depth - 1] as Search;
      const visit = top.visit as Visit;
      if (top.next < top.count) {
        const source = this.#source(visit, edgeAt(top));
        if (source.status === Status.fresh) {
          if (!hasAll(source)) this.#begin(source);
          else {
            source.status = Status.ready;
            this.#host.execute(source);
          }
        } else if (source.status === Status.resolving) return this.#host.fail(cycleAt(source));
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
    const edges = node.plan.single && node.sourceNodes.length > 1 ? choose(visit) : null;
    visit.edges = edges;
    const count = edges?.length ?? node.sourceNodes.length;
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

/** Are all its sources done, where it would look for them? Mostly so: then there is nothing to search. */
function hasAll(visit: Visit): boolean {
  const { node, scope, readScope } = visit;
  if (scope === undefined || node.isChoosy) return false;
  const { sourceNodes } = node;
  for (let i = 0; i < sourceNodes.length; i++)
    if (readScope.get(sourceNodes[i] as number)?.status !== Status.done) return false;
  if (node.isPlain || sourceNodes.length === 0) return true;
  const sources: Visit[] = [];
  for (let i = 0; i < sourceNodes.length; i++) sources.push(readScope.get(sourceNodes[i] as number) as Visit);
  visit.sources = sources;
  return true;
}

function nothing(frame: Frame, node: PreparedNode): Visit {
  const visit = new Visit(frame, node, -1, frame.root, frame.root);
  visit.status = Status.done;
  return visit;
}

const edgeAt = ({ edges, next }: Search): number => (edges === null ? next : (edges[next] as number));

function take(search: Search, visit: Visit, source: Visit): void {
  search.next += 1;
  // Where all are of the run's scope a reader finds them there.
  if (!visit.node.isPlain) (visit.sources ??= []).push(source);
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
