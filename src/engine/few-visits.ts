/** The visits of an iteration or a turn, by node. Mostly few: a list that is searched costs a third of a map to make and to ask. */
import type { PreparedNode } from "./prepared.ts";
import type { Visit } from "./visit.ts";

const few = 8;

export class FewVisits {
  readonly #list: Visit[] = [];
  #byNode: Map<PreparedNode, Visit> | null = null;

  get(node: PreparedNode): Visit | undefined {
    if (this.#byNode !== null) return this.#byNode.get(node);
    for (const visit of this.#list) if (visit.node === node) return visit;
    return undefined;
  }

  set(node: PreparedNode, visit: Visit): void {
    if (this.#byNode !== null) {
      this.#byNode.set(node, visit);
      return;
    }
    const list = this.#list;
    for (let i = 0; i < list.length; i++)
      if ((list[i] as Visit).node === node) {
        list[i] = visit;
        return;
      }
    list.push(visit);
    if (list.length > few) this.#byNode = new Map(list.map((known) => [known.node, known]));
  }
}
