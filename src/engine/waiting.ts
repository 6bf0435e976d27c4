/** Nodes that wait for several triggers: what has arrived, in which scope, and who has all. */
import type { Scope } from "./scope.ts";
import type { Visit } from "./visit.ts";

/** The visits of one node that still wait. */
interface Waiters {
  /** In the order of their first arrival. */
  readonly byScope: Map<Scope, Visit>;
  /** How deep the deepest scope lies in which one ever waited. */
  deepest: number;
}

export class Waiting {
  readonly #byNode = new Map<number, Waiters>();

  /**
   * Notes a trigger at `visit`. One that arrived in an enclosing scope counts for the scopes inside, until it has been used.
   * @param edge tells the triggers of a node apart
   * @param needed distinct triggers that make a visit complete
   * @returns the visits that are complete now: this one, or those inside that waited for it
   */
  arrive(visit: Visit, edge: string, cause: Visit | null, needed: number): readonly Visit[] {
    const { index } = visit.node;
    let waiters = this.#byNode.get(index);
    if (waiters === undefined) this.#byNode.set(index, (waiters = { byScope: new Map(), deepest: 0 }));
    const scope = visit.scope as Scope;
    waiters.byScope.set(scope, visit);
    waiters.deepest = Math.max(waiters.deepest, scope.depth);
    const arrived = (visit.arrived ??= new Map());
    if (!arrived.has(edge)) arrived.set(edge, cause);
    if (visit.frame.given !== null) {
      // In one scope nothing counts but what has come here, and nobody asks for its causes.
      if (arrived.size < needed) return none;
      waiters.byScope.delete(scope);
      return [visit];
    }
    const complete = concerned(waiters, visit, scope).filter((candidate) =>
      hasAll(candidate, waiters, needed),
    );
    for (const { scope: over } of complete) waiters.byScope.delete(over as Scope);
    return complete;
  }
}

const none: readonly Visit[] = [];

/** Those for which a trigger at `visit` counts. Where nobody waits further in or in a later turn, that is `visit` alone. */
function concerned({ byScope, deepest }: Waiters, visit: Visit, scope: Scope): Visit[] {
  if (byScope.size === 1 || (scope.depth === deepest && scope.region === -1 && scope.turns === null))
    return [visit];
  return [...byScope.values()].filter((other) => other === visit || other.scope?.sees(scope));
}

function hasAll(visit: Visit, { byScope }: Waiters, needed: number): boolean {
  const counted: Visit[] = [];
  let most = 0;
  for (let at: Scope | null = visit.scope ?? null; at !== null; at = at.before) {
    const other = byScope.get(at);
    if (other === undefined) continue;
    counted.push(other);
    most += other.arrived?.size ?? 0;
  }
  // Looked at one by one only when there may be enough.
  if (most < needed) return false;
  const found = new Map<string, Visit | null>();
  for (const other of counted)
    for (const [edge, cause] of other.arrived ?? []) if (!found.has(edge)) found.set(edge, cause);
  if (found.size < needed) return false;
  visit.causes = [...found.values()].filter((cause) => cause !== null);
  return true;
}
