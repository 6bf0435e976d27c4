/**
 * A scope is the run, one iteration of a loop, or one turn of a trigger cycle; in a scope a node runs at most once.
 * The first turn of a cycle has no scope of its own: it is the scope in which the cycle was entered.
 */
import { FewVisits } from "./few-visits.ts";
import type { Frame } from "./frame.ts";
import type { PreparedNode } from "./prepared.ts";
import type { Visit } from "./visit.ts";

/** A cycle makes one a turn: as in {@link Visit}, fields are declared and set once. */
export class Scope {
  declare readonly frame: Frame;
  declare readonly parent: Scope | null;
  /** Ordinals of the enclosing iterations and turns, `2.7`; empty for a run outside any. */
  declare readonly path: string;
  declare readonly depth: number;
  /** Cycles whose first turn is counted in `path` although they opened no scope. */
  declare readonly implicit: readonly number[];
  /** The cycle whose turn this is, or -1. */
  declare region: number;
  declare turn: number;
  /** Of a turn: what stands before its number in `path`. */
  declare stem: string;
  /** The loop visit whose iteration this is. */
  declare loop: Visit | null;
  declare iteration: number;
  /** Outstanding triggers and visits, one more for each child scope that has some. */
  declare active: number;
  /** The second turn of a cycle entered in this scope; those of further ones follow by `otherTurn`. */
  declare turns: Scope | null;
  declare otherTurn: Scope | null;
  declare nextTurn: Scope | null;
  /** What a reader looks at next: the turn before this one, else the enclosing scope. */
  declare before: Scope | null;
  /** Its visits: two that need no list, and further ones. Of the scope of a whole run, all of them by node. */
  declare private first: Visit | null;
  declare private second: Visit | null;
  declare private more: FewVisits | null;
  declare private all: (Visit | undefined)[] | null;

  constructor(frame: Frame, parent: Scope | null, path: string, implicit: readonly number[] = none) {
    this.frame = frame;
    this.parent = parent;
    this.path = path;
    this.depth = parent === null ? 0 : parent.depth + 1;
    this.implicit = implicit;
    this.region = -1;
    this.turn = 1;
    this.stem = "";
    this.loop = null;
    this.iteration = 0;
    this.active = 0;
    this.turns = null;
    this.otherTurn = null;
    this.nextTurn = null;
    this.before = parent;
    this.first = null;
    this.second = null;
    this.more = null;
    this.all = null;
  }

  /** The visit that a reader in this scope sees here: its own, or one of an outer scope noted for it. */
  get(node: PreparedNode): Visit | undefined {
    if (this.parent === null) return this.all === null ? undefined : this.all[node.index];
    if (this.first === null) return undefined;
    if (this.first.node === node) return this.first;
    if (this.second === null) return undefined;
    if (this.second.node === node) return this.second;
    return this.more === null ? undefined : this.more.get(node);
  }

  set(node: PreparedNode, visit: Visit): void {
    if (this.parent === null) (this.all ??= this.frame.graph.places.slice())[node.index] = visit;
    else if (this.first === null || this.first.node === node) this.first = visit;
    else if (this.second === null || this.second.node === node) this.second = visit;
    else (this.more ??= new FewVisits()).set(node, visit);
  }

  /** Of the scope of a run: a visit need not be looked at again. */
  drop(node: PreparedNode): void {
    if (this.all !== null) this.all[node.index] = undefined;
  }

  /** The visit of `node` that took place in this very scope. */
  own(node: PreparedNode): Visit | undefined {
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
    if (holder.nextTurn !== null) return holder.nextTurn;
    const { frame, parent, implicit, stem } = holder;
    const turn = holder.turn + 1;
    const after = new Scope(frame, parent, stem === "" ? String(turn) : `${stem}${turn}`, implicit);
    after.region = region;
    after.turn = turn;
    after.stem = stem;
    after.before = holder;
    holder.nextTurn = after;
    return after;
  }
  for (let second = holder.turns; second !== null; second = second.otherTurn)
    if (second.region === region) return second;
  const implicit: number[] = [];
  let stem = holder.path === "" ? "" : `${holder.path}.`;
  for (const outer of regions) {
    if (outer === region) break;
    if (holder.accountFor(outer) !== null) continue;
    implicit.push(outer);
    stem += "1.";
  }
  const second = new Scope(holder.frame, holder, `${stem}2`, implicit);
  second.stem = stem;
  second.region = region;
  second.turn = 2;
  second.otherTurn = holder.turns;
  holder.turns = second;
  return second;
}
