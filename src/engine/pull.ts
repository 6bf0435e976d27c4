/**
 * Finds the data of a visit where there is one scope: what its sources gave lies there by node, and what has not run yet is
 * run, depth first. A node becomes a visit when all its sources are there, so a long chain of them is a list of nodes.
 */
import type { Frame } from "./frame.ts";
import type { PreparedNode } from "./prepared.ts";
import { dataCycle, type SourcesHost } from "./sources.ts";
import { Status, Visit } from "./visit.ts";

type Given = NonNullable<Frame["given"]>;

export class Pull {
  readonly #host: SourcesHost;
  /** Nodes whose sources are being looked up, each by the one before, with the edge that is looked at and the visit if there is one. */
  readonly #nodes: PreparedNode[] = [];
  readonly #edges: number[] = [];
  readonly #visits: (Visit | null)[] = [];
  #depth = 0;

  constructor(host: SourcesHost) {
    this.#host = host;
  }

  /** Executes a visit once its sources have; asks for those not yet asked for. */
  demand(first: Visit): void {
    const { frame, node } = first;
    const given = frame.given as Given;
    if (hasAll(node, given)) return this.#host.execute(first);
    const bottom = this.#depth;
    this.#begin(frame, node, first);
    while (this.#depth > bottom && !this.#host.isEnded) this.#look(frame, given);
  }

  #begin(frame: Frame, node: PreparedNode, known: Visit | null): void {
    const at = this.#depth++;
    let visit = known;
    if (node.isChoosy) {
      visit ??= newVisit(frame, node);
      visit.edges = choose(visit, frame.given as Given);
    }
    this.#nodes[at] = node;
    this.#edges[at] = 0;
    this.#visits[at] = visit;
  }

  /** Goes on with the node at the top: to one of its sources that must be looked up itself, or to its end. */
  #look(frame: Frame, given: Given): void {
    const top = this.#depth - 1;
    const node = this.#nodes[top] as PreparedNode;
    const edges = this.#visits[top]?.edges ?? null;
    const { sourceNodes } = node;
    const count = edges === null ? sourceNodes.length : edges.length;
    for (let i = this.#edges[top] as number; i < count; i++) {
      const index = sourceNodes[edges === null ? i : (edges[i] as number)] as number;
      if (given[index] !== undefined) continue;
      const source = frame.graph.nodes[index] as PreparedNode;
      let known = frame.root.get(source);
      if (known === undefined || known.status === Status.fresh) {
        if (!hasAll(source, given)) {
          this.#edges[top] = i;
          if (this.#depth > frame.graph.nodes.length)
            return this.#host.fail(dataCycle(newVisit(frame, source)));
          return this.#begin(frame, source, known ?? null);
        }
        this.#host.execute(known ?? newVisit(frame, source));
        if (this.#host.isEnded) return;
        if (given[index] !== undefined) continue;
        known = frame.root.get(source);
      }
      const reader = (this.#visits[top] ??= newVisit(frame, node));
      reader.missing += 1;
      if (known !== undefined) (known.waiters ??= []).push(reader);
    }
    this.#depth = top;
    const visit = this.#visits[top] ?? newVisit(frame, node);
    this.#visits[top] = null;
    if (visit.missing === 0) return this.#host.execute(visit);
    visit.status = Status.ready;
    this.#host.hold(visit);
  }
}

const newVisit = (frame: Frame, node: PreparedNode): Visit =>
  new Visit(frame, node, 0, frame.root, frame.root);

function hasAll(node: PreparedNode, given: Given): boolean {
  if (node.collects) return true;
  const { sourceNodes } = node;
  if (node.isChoosy) return false;
  for (let i = 0; i < sourceNodes.length; i++)
    if (given[sourceNodes[i] as number] === undefined) return false;
  return true;
}

/** Of several connections into one input: the triggering source, else one that has data, else the first. */
function choose({ node, cause }: Visit, given: Given): number[] {
  const chosen: number[] = [];
  for (let input = 0; input < node.inputSockets.length; input++) {
    const [first, end] = [node.inputEdges[input] as number, node.inputEdges[input + 1] as number];
    let best = first;
    let rank = 0;
    for (let edge = first; edge < end && rank < 2; edge++) {
      const source = node.sourceNodes[edge] as number;
      const outputs = given[source];
      let found = 0;
      if (cause !== null && cause.node.index === source) found = 2;
      else if (outputs !== undefined && Object.hasOwn(outputs, node.sourceSockets[edge] as string)) found = 1;
      if (found <= rank) continue;
      best = edge;
      rank = found;
    }
    if (best < end) chosen.push(best);
  }
  return chosen;
}
