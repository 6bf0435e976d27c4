/** The visits of an iteration or a turn, by node. Mostly few: a list that is searched costs a third of a map to make and to ask. */
import type { Visit } from "./visit.ts";

const few = 8;

export class FewVisits {
  readonly #nodes: number[] = [];
  readonly #visits: Visit[] = [];
  #byNode: Map<number, Visit> | null = null;

  get(node: number): Visit | undefined {
    if (this.#byNode !== null) return this.#byNode.get(node);
    const at = this.#nodes.indexOf(node);
    return at === -1 ? undefined : this.#visits[at];
  }

  set(node: number, visit: Visit): void {
    if (this.#byNode !== null) {
      this.#byNode.set(node, visit);
      return;
    }
    const at = this.#nodes.indexOf(node);
    if (at !== -1) this.#visits[at] = visit;
    else if (this.#nodes.length < few) {
      this.#nodes.push(node);
      this.#visits.push(visit);
    } else {
      this.#byNode = new Map(this.#nodes.map((known, i) => [known, this.#visits[i] as Visit]));
      this.#byNode.set(node, visit);
    }
  }
}
