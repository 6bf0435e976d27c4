/**
 * Runs a document by the rules as they are written down, as simply and slowly as they allow. Shares nothing with the engine:
 * where both agree, both are probably right.
 */
import type { Catalogue } from "../../../src/graph/catalogue.ts";
import type { SpellDocument } from "../../../src/protocol/spell.ts";
import type { Json, JsonObject } from "../../../src/protocol/values.ts";
import { type Behaviour, catalogueBehaviours, type Doing, NodeFails, type Situation } from "./behaviours.ts";
import { type Drawing, drawingOf, type ReferenceNode, type Wire } from "./drawing.ts";
import { Scope, type Whole } from "./scopes.ts";

export interface ReferenceOptions {
  catalogue: Catalogue;
  /** Of components of the test, by name. */
  behaviours?: Record<string, Behaviour>;
  /** Names of components that answer later. */
  slow?: ReadonlySet<string>;
  inputs?: JsonObject;
  state?: JsonObject;
  /** Name of the start. */
  trigger?: string;
  maxVisits?: number;
}

export interface ToldVisit {
  nodeId: string;
  visit: string;
  outputs: JsonObject;
  fired: string[];
}

export type ReferenceEnd =
  | { type: "run.completed"; outputs: JsonObject }
  | { type: "run.failed"; code: string; nodeId?: string };

/** One run of a drawing: the run itself, or that of a sub-spell. */
interface Call extends Whole {
  readonly drawing: Drawing;
  readonly path: string;
  readonly root: Scope;
  readonly given: JsonObject;
  state: JsonObject;
  readonly visits: Map<string, Visit>;
  readonly arrivals: Map<string, Arrival[]>;
  readonly noted: Map<string, Visit>;
  readonly exits: Set<ReferenceNode>;
  readonly results: Map<string, Json | undefined>;
}

interface Visit {
  readonly call: Call;
  readonly node: ReferenceNode;
  scope: Scope;
  /** Once it executes. */
  name: string;
  /** Later for those that a trigger reached, or that were made, later. */
  order: number;
  isDone: boolean;
  outputs: JsonObject;
  fired: string[];
  items: JsonObject[] | undefined;
  readonly whenDone: (() => void)[];
  /** The visits whose triggers reached it, once they have. */
  causes: readonly Visit[] | undefined;
  /** Of a loop that fires: its iterations. */
  loop: Whole | undefined;
}

interface Read {
  readonly socket: string;
  readonly wire: Wire;
  readonly visit: Visit;
  /** Where the value is of. */
  readonly scope: Scope;
}

interface Arrival {
  readonly wire: Wire;
  readonly from: Visit;
  readonly at: Scope;
  /** Where it counts, and within. */
  readonly around: Scope;
}

export class Reference {
  readonly visits: ToldVisit[] = [];
  /** Where the rules leave a question open, and the engine answers in another way: `question nodeId`. */
  readonly open: string[] = [];
  /** Nodes that have yet to answer, by `nodeId:visit`. */
  readonly pending = new Map<string, () => void>();
  end: ReferenceEnd | null = null;
  readonly #options: ReferenceOptions;
  readonly #queue: (() => void)[] = [];
  readonly #woken: (() => void)[] = [];
  readonly #run: Call;
  readonly #names = new Map<string, number>();
  #started = 0;
  #order = 0;

  constructor(document: SpellDocument, options: ReferenceOptions) {
    this.#options = options;
    const drawing = drawingOf(document, options.catalogue);
    const state = options.state ?? document.state ?? {};
    const run = this.#open(drawing, "", new Scope(""), options.inputs ?? {}, state, () => {
      this.end ??= { type: "run.completed", outputs: resultsOf(run) };
    });
    this.#run = run;
    this.#begin(run, options.trigger);
    this.#goOn();
  }

  get state(): JsonObject {
    return this.#run.state;
  }

  /** Lets a node answer that is pending, and goes as far as that leads. */
  answer(key: string): void {
    const go = this.pending.get(key);
    if (go === undefined) throw new Error(`${key} is not pending.`);
    this.pending.delete(key);
    this.#try(go);
    this.#goOn();
  }

  /** Those who waited for data go on first, then the oldest trigger. */
  #goOn(): void {
    while (this.end === null) {
      const next = this.#woken.shift() ?? this.#queue.shift();
      if (next === undefined) return;
      this.#try(next);
    }
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.end ??= { type: "run.failed", ...error.told };
    }
  }

  #open(
    drawing: Drawing,
    path: string,
    root: Scope,
    given: JsonObject,
    state: JsonObject,
    over: () => void,
  ): Call {
    return {
      drawing,
      path,
      root,
      given,
      state,
      visits: new Map(),
      arrivals: new Map(),
      noted: new Map(),
      exits: new Set(),
      results: new Map(),
      underway: 0,
      isOver: false,
      over,
    };
  }

  /** The topmost Trigger In, or that of a name. */
  #begin(call: Call, name?: string): void {
    const starts = call.drawing.order
      .flatMap((id) => call.drawing.nodes.get(id) ?? [])
      .filter(({ shape }) => shape.role === "trigger")
      .toSorted((a, b) => a.y - b.y);
    const start = name === undefined ? starts[0] : starts.find((node) => node.name === name);
    if (start === undefined) throw new Error("This spell has no such start.");
    enter([call]);
    this.#queue.push(() => {
      this.#reach(call, start, call.root, undefined, []);
      leave([call]);
    });
  }

  /** A trigger leaves a visit. */
  #fire(from: Visit, socket: string, scope: Scope): void {
    const wholes = wholesOf(from.call, scope);
    for (const wire of from.node.fires.find(([name]) => name === socket)?.[1] ?? []) {
      const target = from.call.drawing.nodes.get(wire.to) as ReferenceNode;
      enter(wholes);
      this.#queue.push(() => {
        const turn = scope.turnOf(target, from.node);
        const leadsBack =
          turn !== undefined &&
          [...causesOf(from)].some((cause) => cause.node === target && cause.scope.isWithin(turn));
        const at = leadsBack ? scope.nextTurn(target, from.node) : scope.entering(target);
        if (target.shape.waitsForAll === true)
          this.#arrive({ wire, from, at, around: leadsBack ? at : scope }, target);
        else this.#reach(from.call, target, at, wire, [from]);
        leave(wholes);
      });
    }
  }

  /** A trigger reaches a node. */
  #reach(call: Call, node: ReferenceNode, at: Scope, wire: Wire | undefined, causes: readonly Visit[]): void {
    const before = call.visits.get(keyIn(node, at));
    // A join: nothing happens.
    if (before?.causes !== undefined) return;
    const visit = before ?? this.#visit(call, node, at);
    visit.causes = causes;
    visit.order = this.#order += 1;
    visit.scope = at;
    enter(wholesOf(call, visit.scope));
    if (before === undefined) {
      const reads = this.#gather(call, node, at, wire?.from);
      this.#whenAll(reads, () => this.#execute(visit, reads, wire?.input));
    } else if (visit.isDone) this.#spread(visit);
  }

  /** A trigger reaches a Wait For All: what arrived around a scope counts within it. */
  #arrive(arrival: Arrival, node: ReferenceNode): void {
    const { call } = arrival.from;
    const arrivals = [...(call.arrivals.get(node.id) ?? []), arrival];
    call.arrivals.set(node.id, arrivals);
    const areAll = (some: readonly Arrival[]) =>
      node.triggeredBy.every(({ id }) => some.some(({ wire }) => wire.id === id));
    const scopes = [...new Map([arrival, ...arrivals].map(({ at }) => [at.id, at])).values()].filter(
      (at) => !hasRun(call, node, at),
    );
    const complete = scopes.flatMap((at) => {
      const counted = arrivals.filter((other) => at.isWithin(other.around));
      const shadow = arrivals.filter(
        (other) => at.soFar.some(({ id }) => id === other.at.id) && !hasRun(call, node, other.at),
      );
      if (areAll(counted) !== areAll(shadow)) this.open.push(`wait ${node.id}`);
      return areAll(counted) ? [{ at, counted }] : [];
    });
    for (const { at, counted } of complete)
      this.#reach(
        call,
        node,
        at,
        arrival.wire,
        counted.map(({ from }) => from),
      );
  }

  /** A visit that a trigger has reached, and that is done, fires. */
  #spread(visit: Visit): void {
    const { call, node, items, scope } = visit;
    const each = node.shape.each ?? [];
    const wholes = wholesOf(call, scope);
    if (items === undefined) {
      for (const socket of visit.fired) this.#fire(visit, socket, scope);
      return leave(wholes);
    }
    // A loop must fit into what is left of the budget before it is opened.
    const opens = node.fires.some(([socket, wires]) => each.includes(socket) && wires.length > 0);
    if (opens && items.length > (this.#options.maxVisits ?? 100_000) - this.#started)
      throw new Failure("budget_exceeded", call.path + node.id);
    const loop: Whole = {
      underway: 1,
      isOver: false,
      over: () => {
        for (const [socket] of node.fires) if (!each.includes(socket)) this.#fire(visit, socket, scope);
        leave(wholes);
      },
    };
    visit.loop = loop;
    for (const i of items.keys())
      for (const socket of each) this.#fire(visit, socket, scope.iteration(visit, i + 1));
    leave([loop]);
  }

  #visit(call: Call, node: ReferenceNode, scope: Scope): Visit {
    // Which of several entries is the beginning of a cycle, and so which cycles are within it, no rule says.
    if (node.cycles.some(({ entries }) => entries.length !== 1 || !node.isReached))
      this.open.push(`beginning ${node.id}`);
    const visit: Visit = {
      call,
      node,
      scope,
      name: "",
      order: (this.#order += 1),
      isDone: false,
      outputs: {},
      fired: [],
      items: undefined,
      whenDone: [],
      causes: undefined,
      loop: undefined,
    };
    call.visits.set(keyIn(node, scope), visit);
    return visit;
  }

  /** Pulls what a node reads, depth first, in the order of its sockets. */
  #gather(call: Call, node: ReferenceNode, at: Scope, triggeredBy?: string): Read[] {
    return node.reads.flatMap(([socket, wires]) => {
      const taken = node.shape.single === true ? [this.#oneOf(call, wires, at, triggeredBy)] : wires;
      return taken.map((wire): Read => ({ socket, wire, ...this.#pull(call, wire, at) }));
    });
  }

  /** Of several wires into an Output: that of the trigger, else one with data of this scope, else of the newest data, else the first. */
  #oneOf(call: Call, wires: readonly Wire[], at: Scope, triggeredBy: string | undefined): Wire {
    const triggering = wires.find(({ from }) => from === triggeredBy);
    if (triggering !== undefined) return triggering;
    const withData = wires.flatMap((wire) => {
      const place = at.sight.find(({ id }) => call.visits.has(`${wire.from} ${id}`));
      const visit = place && call.visits.get(`${wire.from} ${place.id}`);
      const shadowPlace = at.soFar.find(({ id }) => call.visits.has(`${wire.from} ${id}`));
      if (shadowPlace?.id !== place?.id) this.open.push(`turn-before ${wire.from}`);
      if (place === undefined || visit?.isDone !== true) return [];
      const scope = at.sight.find(({ step }) => step?.loop === visit) ?? place;
      return valueOf({ visit, wire, scope }) === undefined ? [] : [{ wire, visit, scope }];
    });
    const best = (some: typeof withData) =>
      some.find(({ scope }) => scope.id === at.id) ??
      some.toSorted((a, b) => b.visit.order - a.visit.order)[0];
    const chosen = best(withData)?.wire;
    // The engine does not count what a loop gives in an iteration as data.
    const shadow = best(
      withData.filter(({ visit, wire }) => Object.hasOwn(visit.outputs, wire.output)),
    )?.wire;
    if (chosen !== shadow) this.open.push(`item ${wires[0]?.to}`);
    return chosen ?? (wires[0] as Wire);
  }

  #pull(call: Call, wire: Wire, at: Scope): { visit: Visit; scope: Scope } {
    const node = call.drawing.nodes.get(wire.from) as ReferenceNode;
    if (node.triggeredBy.length > 0 || node.shape.role === "trigger") {
      const place = at.sight.find(({ id }) => call.visits.has(`${node.id} ${id}`));
      if (place === undefined) {
        // Read before its trigger came.
        const scope = at.entering(node);
        const visit = this.#visit(call, node, scope);
        const reads = this.#gather(call, node, scope);
        this.#whenAll(reads, () => this.#execute(visit, reads, undefined));
        return { visit, scope };
      }
      const visit = call.visits.get(`${node.id} ${place.id}`) as Visit;
      this.#note(call, node, at, visit);
      return { visit, scope: at.sight.find(({ step }) => step?.loop === visit) ?? place };
    }
    const order = (this.#order += 1);
    // A data node belongs to the innermost scope of what it reads; what reads the state, to its reader's.
    const reads = this.#gather(call, node, at);
    const sight = node.shape.volatile === true ? [at] : at.sight;
    const scope =
      sight.find(({ id }) => node.shape.volatile === true || reads.some((read) => read.scope.id === id)) ??
      call.root;
    const before = call.visits.get(keyIn(node, scope));
    const visit = before ?? this.#visit(call, node, scope);
    if (before === undefined) {
      visit.order = order;
      this.#whenAll(reads, () => this.#execute(visit, reads, undefined));
    }
    this.#note(call, node, at, visit);
    return { visit, scope };
  }

  /** What a scope has read of an earlier turn stays so for it, and for those after it. */
  #note(call: Call, node: ReferenceNode, at: Scope, visit: Visit): void {
    const isTriggered = node.triggeredBy.length > 0;
    if (isTriggered && call.visits.has(keyIn(node, at))) return;
    const [known] = (isTriggered ? at.soFar : [at]).flatMap((scope) => {
      const key = keyIn(node, scope);
      return call.noted.get(key) ?? call.visits.get(key) ?? [];
    });
    if (known !== visit && (known !== undefined || isTriggered)) this.open.push(`turn-before ${node.id}`);
    call.noted.set(keyIn(node, at), known ?? visit);
  }

  #whenAll(reads: readonly Read[], then: () => void): void {
    const missing = new Set(reads.filter(({ visit }) => !visit.isDone).map(({ visit }) => visit));
    if (missing.size === 0) return then();
    for (const visit of missing)
      visit.whenDone.push(() => {
        missing.delete(visit);
        if (missing.size === 0) then();
      });
  }

  #execute(visit: Visit, reads: readonly Read[], trigger: string | undefined): void {
    const { call, node } = visit;
    this.#started += 1;
    if (this.#started > (this.#options.maxVisits ?? 100_000))
      throw new Failure("budget_exceeded", call.path + node.id);
    visit.name = this.#nameOf(visit);
    const situation: Situation = {
      node,
      nodeId: call.path + node.id,
      visit: visit.name,
      trigger,
      get state() {
        return call.state;
      },
      values: (socket) => reads.filter((read) => read.socket === socket).map(valueOf),
      given: (name) => (Object.hasOwn(call.given, name) ? call.given[name] : undefined),
    };
    if (node.shape.role === "spell") return this.#runSpell(visit, situation);
    const behaviour = this.#options.behaviours?.[node.shape.name] ?? catalogueBehaviours[node.shape.name];
    if (behaviour === undefined) throw new Error(`The reference does not know what ${node.shape.name} does.`);
    const act = (): void => {
      try {
        this.#complete(visit, behaviour(situation));
      } catch (error) {
        if (!(error instanceof NodeFails)) throw error;
        throw new Failure(error.message, situation.nodeId);
      }
    };
    if (this.#options.slow?.has(node.shape.name) === true)
      this.pending.set(`${situation.nodeId}:${visit.name}`, act);
    else act();
  }

  /** Scopes may have the same ordinals: the later to execute gets a mark. */
  #nameOf({ call, node, scope }: Visit): string {
    const ordinals = scope.ordinalsOf(node) || "1";
    const key = `${call.path}${node.id} ${ordinals}`;
    const count = (this.#names.get(key) ?? 0) + 1;
    this.#names.set(key, count);
    return count === 1 ? ordinals : `${ordinals}~${count}`;
  }

  #complete(visit: Visit, { outputs = {}, fired, state, items }: Doing): void {
    const { call, node } = visit;
    const all = node.fires.map(([socket]) => socket);
    visit.outputs = Object.fromEntries(
      Object.entries(outputs).filter((entry): entry is [string, Json] => entry[1] !== undefined),
    );
    visit.items = items;
    visit.fired = fired ?? all;
    visit.isDone = true;
    call.state = { ...call.state, ...state };
    if (node.shape.role === "output") call.results.set(node.id, visit.outputs.output);
    if (node.shape.role === "exit") call.exits.add(node);
    this.visits.push({
      nodeId: call.path + node.id,
      visit: visit.name,
      outputs: visit.outputs,
      fired: visit.fired,
    });
    if (visit.causes !== undefined) this.#spread(visit);
    this.#woken.push(...visit.whenDone.splice(0));
  }

  #runSpell(visit: Visit, situation: Situation): void {
    const { call, node } = visit;
    const inner = call.drawing.document.spells?.[node.data.spellId as string];
    if (inner === undefined) throw new Error("The reference runs sub-spells that are carried inside.");
    const given = Object.fromEntries(
      node.inputs.flatMap(({ name, type, label }): [string, Json][] => {
        const [value] = situation.values(name);
        return type === "trigger" || value === undefined ? [] : [[label ?? name, value]];
      }),
    );
    const drawing = drawingOf(inner, this.#options.catalogue);
    // Outside any iteration and turn there is nothing to inherit.
    const isOutside = visit.name === "1" && visit.scope.ordinalsOf(node) === "";
    const prefix = isOutside ? "" : visit.name;
    const run = this.#open(drawing, `${situation.nodeId}/`, new Scope(prefix), given, {}, () => {
      const results = resultsOf(run);
      const exits = [...drawing.nodes.values()].filter(({ shape }) => shape.role === "exit");
      const own = new Set(node.shape.outputs.map(({ name }) => name));
      this.#complete(visit, {
        outputs: Object.fromEntries(
          node.outputs
            .filter(({ type }) => type !== "trigger")
            .map(({ name, label }) => [
              name,
              Object.hasOwn(results, label ?? name) ? results[label ?? name] : undefined,
            ]),
        ),
        fired: node.outputs
          .filter(({ type, name, label }) => {
            if (type !== "trigger") return false;
            if (exits.length === 0 || own.has(name)) return true;
            return [...run.exits].some(
              (exit) => exit.name === (label ?? name) || exit.data.socketKey === name,
            );
          })
          .map(({ name }) => name),
      });
    });
    this.#begin(run);
  }
}

class Failure extends Error {
  readonly told: { code: string; nodeId: string };
  constructor(code: string, nodeId: string) {
    super(code);
    this.told = { code, nodeId };
  }
}

const keyIn = (node: ReferenceNode, scope: Scope): string => `${node.id} ${scope.id}`;

function enter(wholes: readonly Whole[]): void {
  for (const whole of wholes) whole.underway += 1;
}

/** The innermost first: a loop that is over lets its `done` go on in what is around. */
function leave(wholes: readonly Whole[]): void {
  for (const whole of wholes.toReversed()) {
    whole.underway -= 1;
    if (whole.underway > 0 || whole.isOver) continue;
    whole.isOver = true;
    whole.over();
  }
}

/** What is not over while something goes on in a scope. */
function wholesOf(call: Call, scope: Scope): Whole[] {
  const loops = scope.chain.flatMap(({ step }) => step?.loop?.loop ?? []);
  return [call, ...loops.toReversed()];
}

/** This visit and every one that led to it by triggers. */
function causesOf(visit: Visit): Set<Visit> {
  const found = new Set([visit]);
  for (const one of found) for (const cause of one.causes ?? []) found.add(cause);
  return found;
}

const hasRun = (call: Call, node: ReferenceNode, scope: Scope): boolean =>
  call.visits.get(keyIn(node, scope))?.causes !== undefined;

function valueOf({ visit, wire, scope }: Omit<Read, "socket">): Json | undefined {
  const item = scope.step?.loop === visit ? visit.items?.[(scope.step?.ordinal ?? 1) - 1] : undefined;
  if (item !== undefined && Object.hasOwn(item, wire.output)) return item[wire.output];
  return Object.hasOwn(visit.outputs, wire.output) ? visit.outputs[wire.output] : undefined;
}

/** By the names of the Output nodes that were reached; of two of a name the later in load order. */
function resultsOf({ drawing, results }: Call): JsonObject {
  const found: JsonObject = {};
  for (const id of drawing.order) {
    const value = results.get(id);
    if (value !== undefined) found[drawing.nodes.get(id)?.name ?? ""] = value;
  }
  return found;
}
