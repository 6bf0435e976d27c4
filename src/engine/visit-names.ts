/** The visit strings of a run. */
import { pathIn, type Scope } from "./scope.ts";
import type { Visit } from "./visit.ts";

export class VisitNames {
  /** By node, then by name: strings that are there already, where one made of both would be hashed at every visit. */
  #taken: Map<string, Map<string, Scope>> | null = null;
  #counts: Map<string, number> | null = null;

  /** The name of a visit that is about to be made, where two of a node could have the same ordinals. */
  nameOf(visit: Visit): string {
    const { graph, root, caller } = visit.frame;
    if (graph.isFibers) return this.#counted(visit.nodeId, root.path);
    const scope = visit.scope as Scope;
    const path = pathIn(scope, visit.node.regions);
    const plain = path === "" ? "1" : path;
    const isDistinct = plain !== "1" && caller === null && graph.hasOneOpener;
    return isDistinct ? plain : this.#distinct(visit.nodeId, plain, scope);
  }

  /** Where flows are fibers: the first visit of a node is 1, the next 2; in a sub-spell below the caller's. */
  #counted(nodeId: string, path: string): string {
    this.#counts ??= new Map();
    const key = `${nodeId}#${path}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return path === "" ? String(count) : `${path}.${count}`;
  }

  /**
   * Two scopes can have the same ordinals: the run and its first iteration are both `1`. A node that is visited in both
   * gets `1` and `1~2`, in the order of the visits, which follows from graph and records alone.
   */
  #distinct(nodeId: string, visit: string, scope: Scope): string {
    this.#taken ??= new Map();
    let names = this.#taken.get(nodeId);
    if (names === undefined) this.#taken.set(nodeId, (names = new Map()));
    let name = visit;
    for (let n = 2; ; n++) {
      const taken = names.get(name);
      if (taken === undefined) names.set(name, scope);
      if (taken === undefined || taken === scope) return name;
      name = `${visit}~${n}`;
    }
  }
}
