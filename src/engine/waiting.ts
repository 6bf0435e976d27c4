/** Nodes that wait for several triggers: what has arrived, in which scope, and who has all. */
import type { Visit } from "./visit.ts";

export class Waiting {
  /** Visits of a node that still wait, in the order of their first arrival. */
  readonly #byNode = new Map<number, Visit[]>();

  /**
   * Notes a trigger at `visit`. One that arrived in an enclosing scope counts for the scopes inside, until it has been used.
   * @param edge tells the triggers of a node apart
   * @param needed distinct triggers that make a visit complete
   * @returns the visits that are complete now: this one, or those inside that waited for it
   */
  arrive(visit: Visit, edge: string, cause: Visit | null, needed: number): Visit[] {
    const { index } = visit.node;
    let waiting = this.#byNode.get(index);
    if (waiting === undefined) this.#byNode.set(index, (waiting = []));
    if (!waiting.includes(visit)) waiting.push(visit);
    visit.arrived ??= new Map();
    if (!visit.arrived.has(edge)) visit.arrived.set(edge, cause);
    const complete = waiting.filter(
      (candidate) => countsFor(candidate, visit) && hasAll(candidate, waiting, needed),
    );
    if (complete.length > 0)
      this.#byNode.set(
        index,
        waiting.filter((candidate) => !complete.includes(candidate)),
      );
    return complete;
  }
}

const countsFor = (inner: Visit, outer: Visit): boolean =>
  inner === outer ||
  (inner.scope !== undefined && outer.scope !== undefined && inner.scope.sees(outer.scope));

function hasAll(visit: Visit, waiting: readonly Visit[], needed: number): boolean {
  const found = new Map<string, Visit | null>();
  for (const other of waiting)
    if (countsFor(visit, other)) for (const [edge, cause] of other.arrived ?? []) found.set(edge, cause);
  if (found.size < needed) return false;
  visit.causes = [...found.values()].filter((cause) => cause !== null);
  return true;
}
