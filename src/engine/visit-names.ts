/** The visit strings of a run. */
import type { Scope } from "./scope.ts";

/**
 * Two scopes can have the same ordinals: the run and its first iteration are both `1`. A node that is visited in both
 * gets `1` and `1~2`, in the order of the visits, which follows from graph and records alone.
 */
export class VisitNames {
  /** By node, then by name: strings that are there already, where one made of both would be hashed at every visit. */
  readonly #taken = new Map<string, Map<string, Scope>>();
  readonly #counts = new Map<string, number>();

  /** Where flows are fibers: the first visit of a node is 1, the next 2; in a sub-spell below the caller's. */
  counted(nodeId: string, path: string): string {
    const key = `${nodeId}#${path}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return path === "" ? String(count) : `${path}.${count}`;
  }

  distinct(nodeId: string, visit: string, scope: Scope): string {
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
