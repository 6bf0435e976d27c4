/**
 * A scope is the run, one iteration of a loop, or one turn of a trigger cycle; in a scope a node runs at most once.
 * The first turn of a cycle has no scope of its own: it is the scope in which the cycle was entered.
 */
import { FewVisits } from "./few-visits.ts";
import type { Frame } from "./frame.ts";
import type { Visit } from "./visit.ts";

export class Scope {
  readonly parent: Scope | null;
  readonly frame: Frame | null;
  /** Ordinals of the enclosing iterations and turns, `2.7`; empty for a run outside any. */
  readonly path: string;
  readonly depth: number;
  /** The cycle whose turn this is, or -1. */
  readonly region: number;
  readonly turn: number;
  /** Cycles whose first turn is counted in `path` although they opened no scope. */
  readonly implicit: readonly number[];
  /** The loop visit whose iteration this is. */
  readonly loop: Visit | null;
  readonly iteration: number;
  /** Outstanding triggers and visits, one more for each child scope that has some. */
  active = 0;
  /** Second turns of cycles entered in this scope, by region. */
  turns: Map<number, Scope> | null = null;
  nextTurn: Scope | null = null;
  /** What a reader looks at next: the turn before this one, else the enclosing scope. */
  readonly before: Scope | null;
  readonly #dense: (Visit | undefined)[] | null;
  readonly #few: FewVisits | null;

  constructor(options: {
    parent: Scope | null;
    path: string;
    region?: number;
    turn?: number;
    implicit?: readonly number[];
    loop?: Visit;
    iteration?: number;
    before?: Scope;
    /** Of the scope of a whole run. */
    frame?: Frame;
  }) {
    this.parent = options.parent;
    this.frame = options.frame ?? options.parent?.frame ?? null;
    this.before = options.before ?? options.parent;
    this.path = options.path;
    this.depth = options.parent === null ? 0 : options.parent.depth + 1;
    this.region = options.region ?? -1;
    this.turn = options.turn ?? 1;
    this.implicit = options.implicit ?? none;
    this.loop = options.loop ?? null;
    this.iteration = options.iteration ?? 0;
    // The run scope holds most nodes of a graph, an inner scope only those of its body.
    this.#dense = options.parent === null ? places(options.frame?.graph.nodes.length ?? 0) : null;
    this.#few = options.parent === null ? null : new FewVisits();
  }

  /** The visit that a reader in this scope sees here: its own, or one of an outer scope noted for it. */
  get(node: number): Visit | undefined {
    return this.#dense === null ? (this.#few as FewVisits).get(node) : this.#dense[node];
  }

  set(node: number, visit: Visit): void {
    if (this.#dense === null) (this.#few as FewVisits).set(node, visit);
    else this.#dense[node] = visit;
  }

  /** The visit of `node` that took place in this very scope. */
  own(node: number): Visit | undefined {
    const visit = this.get(node);
    return visit !== undefined && visit.scope === this ? visit : undefined;
  }

  /** The scope, this or outward, whose path counts a turn of `region`; null where its first turn is still implicit. */
  accountFor(region: number): Scope | null {
    if (this.region === region || this.implicit.includes(region)) return this;
    return this.parent === null ? null : this.parent.accountFor(region);
  }

  /** Does a reader in this scope see what took place in `other`: an enclosing scope, or an earlier turn of one? */
  sees(other: Scope): boolean {
    if (this === other) return true;
    if (
      this.region !== -1 &&
      this.region === other.region &&
      this.parent === other.parent &&
      other.turn <= this.turn
    )
      return true;
    return this.parent !== null && this.parent.sees(other);
  }
}

const none: readonly number[] = [];

/** All places from the start: an array that is filled from its end becomes a slow one. */
function places(count: number): (Visit | undefined)[] {
  const list: (Visit | undefined)[] = [];
  for (let i = 0; i < count; i++) list.push(undefined);
  return list;
}

/** `path` of a node with the cycles `regions` around it, seen from `scope`: first turns without a scope count as 1. */
export function pathIn(scope: Scope, regions: readonly number[] | undefined): string {
  let path = scope.path;
  if (regions !== undefined)
    for (const region of regions)
      if (scope.accountFor(region) === null) path = path === "" ? "1" : `${path}.1`;
  return path;
}

/** The scope that holds the present turn of `region` as seen from `scope`. */
export function holderOf(scope: Scope, region: number): Scope {
  const account = scope.accountFor(region);
  if (account === null) return scope;
  return account.region === region ? account : (account.parent as Scope);
}

/**
 * The turn after the one that `scope` is in. The same object for every trigger that opens it, so that two
 * triggers back into a cycle make one turn and not two.
 * @param regions the cycles around the node that is reached again, outermost first
 */
export function openTurn(scope: Scope, region: number, regions: readonly number[]): Scope {
  const holder = holderOf(scope, region);
  if (holder.region === region) {
    holder.nextTurn ??= new Scope({
      parent: holder.parent,
      path: `${holder.path.slice(0, holder.path.lastIndexOf(".") + 1)}${holder.turn + 1}`,
      region,
      turn: holder.turn + 1,
      implicit: holder.implicit,
      before: holder,
    });
    return holder.nextTurn;
  }
  holder.turns ??= new Map();
  let second = holder.turns.get(region);
  if (second === undefined) {
    const implicit: number[] = [];
    let path = holder.path;
    for (const outer of regions) {
      if (outer === region) break;
      if (holder.accountFor(outer) !== null) continue;
      implicit.push(outer);
      path = path === "" ? "1" : `${path}.1`;
    }
    second = new Scope({ parent: holder, path: path === "" ? "2" : `${path}.2`, region, turn: 2, implicit });
    holder.turns.set(region, second);
  }
  return second;
}
