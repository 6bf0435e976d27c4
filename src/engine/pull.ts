/**
 * Finds the data of a visit where there is one scope: what its sources gave lies there by node, and what has not run yet is
 * run, depth first. A node becomes a visit when all its sources are there, so a long chain of them is a list of nodes.
 */
import type { Frame } from "./frame.ts";
import type { PreparedNode } from "./prepared.ts";
import { dataCycle, type SourcesHost } from "./sources.ts";
import { Status, type Visit } from "./visit.ts";

type Given = NonNullable<Frame["given"]>;

/** Places of a node that is looked up: it, the edge that is looked at, its visit if there is one. */
const width = 3;

export class Pull {
  readonly #host: SourcesHost;
  /** Nodes whose sources are being looked up, each by the one before; in one list, since a run of few nodes makes it, too. */
  readonly #stack: (PreparedNode | number | Visit | null)[] = [];
  #depth = 0;

  constructor(host: SourcesHost) {
    this.#host = host;
  }

  /** Executes a visit once its sources have; asks for those not yet asked for. Not for one that has them all. */
  demand(first: Visit): void {
    const { frame, node } = first;
    const given = frame.given as Given;
    const bottom = this.#depth;
    this.#begin(frame, node, first);
    while (this.#depth > bottom && !this.#host.isEnded) this.#look(frame, given);
  }

  #begin(frame: Frame, node: PreparedNode, known: Visit | null): void {
    const at = this.#depth;
    let visit = known;
    if (node.isChoosy) {
      visit ??= frame.visitOf(node);
      visit.edges = choose(node, visit.by, frame.given as Given);
    }
    const stack = this.#stack;
    stack[at] = node;
    stack[at + 1] = 0;
    stack[at + 2] = visit;
    this.#depth = at + width;
  }

  /** Goes on with the node at the top: to one of its sources that must be looked up itself, or to its end. */
  #look(frame: Frame, given: Given): void {
    const stack = this.#stack;
    const top = this.#depth - width;
    const node = stack[top] as PreparedNode;
    let visit = stack[top + 2] as Visit | null;
    const edges = visit === null ? null : visit.edges;
    const { sourceNodes } = node;
    const count = edges === null ? sourceNodes.length : edges.length;
    for (let i = stack[top + 1] as number; i < count; i++) {
      const index = sourceNodes[edges === null ? i : (edges[i] as number)] as number;
      if (given[index] !== undefined) continue;
      const source = frame.graph.nodes[index] as PreparedNode;
      let known = frame.root.get(source);
      if (known === undefined || known.status === Status.fresh) {
        if (!areGiven(source, given)) {
          stack[top + 1] = i;
          if (this.#depth > frame.graph.nodes.length * width)
            return this.#host.fail(dataCycle(frame.visitOf(source)));
          return this.#begin(frame, source, known ?? null);
        }
        const found = known ?? frame.visitOf(source);
        this.#host.execute(found);
        frame.spare(found);
        if (this.#host.isEnded) return;
        if (given[index] !== undefined) continue;
        known = frame.root.get(source);
      }
      if (visit === null) stack[top + 2] = visit = frame.visitOf(node);
      visit.missing += 1;
      if (known !== undefined) (known.waiters ??= []).push(visit);
    }
    this.#depth = top;
    stack[top + 2] = null;
    visit ??= frame.visitOf(node);
    if (visit.missing === 0) {
      this.#host.execute(visit);
      return frame.spare(visit);
    }
    visit.status = Status.ready;
    this.#host.hold(visit);
  }
}

/** Are all its sources there? Mostly so: then there is nothing to look up. */
export function areGiven(node: PreparedNode, given: Given): boolean {
  if (node.soleSource !== -1) return given[node.soleSource] !== undefined;
  if (node.collects) return true;
  if (node.isChoosy) return false;
  const { sourceNodes } = node;
  for (let i = 0; i < sourceNodes.length; i++)
    if (given[sourceNodes[i] as number] === undefined) return false;
  return true;
}

/** Of several connections into one input: the triggering source, else one that has data, else the first. */
function choose(node: PreparedNode, by: PreparedNode | null, given: Given): number[] {
  const chosen: number[] = [];
  for (let input = 0; input < node.inputSockets.length; input++) {
    const [first, end] = [node.inputEdges[input] as number, node.inputEdges[input + 1] as number];
    let best = first;
    let rank = 0;
    for (let edge = first; edge < end && rank < 2; edge++) {
      const source = node.sourceNodes[edge] as number;
      const outputs = given[source];
      let found = 0;
      if (by !== null && by.index === source) found = 2;
      else if (outputs !== undefined && Object.hasOwn(outputs, node.sourceSockets[edge] as string)) found = 1;
      if (found <= rank) continue;
      best = edge;
      rank = found;
    }
    if (best < end) chosen.push(best);
  }
  return chosen;
}
