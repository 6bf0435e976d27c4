/** Scopes: the run, an iteration of a loop, a turn of a cycle of triggers. */
import type { Cycle } from "./cycles.ts";
import type { ReferenceNode } from "./drawing.ts";

/** A visit of a loop. */
interface Loop {
  readonly node: ReferenceNode;
  /** What counts whether its iterations are over. */
  readonly loop: Whole | undefined;
}

/** What is over when everything in it is over: the run, the run of a sub-spell, the iterations of a loop. */
export interface Whole {
  underway: number;
  isOver: boolean;
  over: () => void;
}

interface Step {
  readonly kind: "iteration" | "turn";
  /** Of a turn, the cycle; of an iteration, the loop that opened it. */
  readonly cycle?: Cycle;
  readonly loop?: Loop;
  readonly ordinal: number;
  /** Of a later turn: where the trigger was that opened it. */
  readonly openedFrom?: Scope;
  /** The turn before it. */
  readonly before?: Scope;
}

export class Scope {
  readonly parent: Scope | undefined;
  readonly step: Step | undefined;
  /** Equal for scopes that are the same: a first turn is the scope in which its cycle was entered. */
  readonly id: string;
  /** The same, but first turns apart from what is around them. */
  readonly place: string;
  /** Ordinals of the caller, where this is (within) the run of a sub-spell. */
  readonly prefix: string;
  readonly #inner = new Map<string, Scope>();

  constructor(prefix: string, parent?: Scope, step?: Step, id = "", place = "") {
    this.prefix = prefix;
    this.parent = parent;
    this.step = step;
    this.id = id;
    this.place = place;
  }

  #open(key: string, step: Step): Scope {
    const isFirstTurn = step.kind === "turn" && step.ordinal === 1;
    let scope = this.#inner.get(key);
    if (scope === undefined) {
      scope = new Scope(
        this.prefix,
        this,
        step,
        isFirstTurn ? this.id : `${this.id}/${key}`,
        `${this.id}/${key}`,
      );
      this.#inner.set(key, scope);
    }
    return scope;
  }

  iteration(loop: Loop, ordinal: number): Scope {
    return this.#open(`${loop.node.id}:${ordinal}`, { kind: "iteration", loop, ordinal });
  }

  /** As it is for `node`: cycles around it that are not entered yet are in their first turn. */
  entering(node: ReferenceNode): Scope {
    return node.cycles
      .filter((cycle) => !this.#isIn(cycle))
      .reduce<Scope>(
        (scope, cycle) => scope.#open(keyOf(cycle, 1), { kind: "turn", cycle, ordinal: 1 }),
        this,
      );
  }

  /** In a turn of a cycle, unless that is its first and it was left for iterations or cycles apart from it. */
  #isIn(cycle: Cycle): boolean {
    const { chain } = this;
    const turn = chain.findIndex(({ step }) => step?.cycle === cycle);
    if (turn === -1 || chain[turn]?.step?.ordinal !== 1) return turn !== -1;
    return chain.slice(0, turn).every(({ step }) => cycle.nodes.has(homeOf(step as Step)));
  }

  /** This turn of the innermost cycle that is around both ends of a wire. */
  turnOf(to: ReferenceNode, from: ReferenceNode): Scope | undefined {
    const cycle = to.cycles.findLast((around) => around.nodes.has(from.id));
    return cycle && this.chain.find(({ step }) => step?.cycle === cycle);
  }

  /** The turn that follows it. */
  nextTurn(to: ReferenceNode, from: ReferenceNode): Scope {
    const turn = this.turnOf(to, from);
    const cycle = turn?.step?.cycle;
    if (turn?.parent === undefined || turn.step === undefined || cycle === undefined)
      throw new Error(`${from.id} → ${to.id} leads back, but in no cycle.`);
    const ordinal = turn.step.ordinal + 1;
    const next = turn.parent.#open(keyOf(cycle, ordinal), {
      kind: "turn",
      cycle,
      ordinal,
      openedFrom: this,
      before: turn,
    });
    let scope = next;
    for (const inner of to.cycles.slice(to.cycles.indexOf(cycle) + 1))
      scope = scope.#open(keyOf(inner, 1), { kind: "turn", cycle: inner, ordinal: 1 });
    return scope;
  }

  isWithin(other: Scope): boolean {
    return this.chain.some(({ place }) => place === other.place);
  }

  /** This and those around it, the innermost first. */
  get chain(): Scope[] {
    return [this, ...(this.parent?.chain ?? [])];
  }

  /** Where a value is looked for: here, then, in a later turn, as the turn before left it, then around. */
  get sight(): Scope[] {
    const next = this.step?.openedFrom?.withoutIterations(this.step.before) ?? this.parent;
    return [this, ...(next?.sight ?? [])];
  }

  /** This or what is around it, out of the iterations that were opened within `turn`. */
  withoutIterations(turn: Scope | undefined): Scope {
    const within = this.chain.slice(
      0,
      this.chain.findIndex((scope) => scope === turn),
    );
    return within.findLast(({ step }) => step?.kind === "iteration")?.parent ?? this;
  }

  /** This, those around it, and the earlier turns of each. */
  get soFar(): Scope[] {
    const next = this.step?.before ?? this.parent;
    return [this, ...(next?.soFar ?? [])];
  }

  /** Ordinals of the iterations and turns around a visit of `node`; empty outside any. */
  ordinalsOf(node: ReferenceNode): string {
    const ordinals: number[] = [];
    const within = [node.id];
    const entered = new Set<Cycle>();
    for (const { step } of this.chain) {
      if (step === undefined) continue;
      const isFirst = step.kind === "turn" && step.ordinal === 1;
      if (isFirst && step.cycle !== undefined && entered.has(step.cycle)) continue;
      if (step.cycle !== undefined) entered.add(step.cycle);
      // The first turn of a cycle that was left is nothing to those behind it.
      if (isFirst && !within.some((id) => step.cycle?.nodes.has(id))) continue;
      ordinals.unshift(step.ordinal);
      within.push(homeOf(step));
    }
    return [this.prefix, ...ordinals].filter((part) => part !== "").join(".");
  }
}

/** A node that is around by what the step is around. */
const homeOf = (step: Step): string => step.loop?.node.id ?? ([...(step.cycle?.nodes ?? [])][0] as string);

const cycleIds = new WeakMap<Cycle, number>();
let cycleCount = 0;
function keyOf(cycle: Cycle, turn: number): string {
  let id = cycleIds.get(cycle);
  if (id === undefined) cycleIds.set(cycle, (id = ++cycleCount));
  return `cycle${id}:${turn}`;
}
