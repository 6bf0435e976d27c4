/** Makes visits for real: calls the component, enters a sub-spell, and turns what came of it into records. */
import { SpellError } from "../protocol/spell-error.ts";
import type { NodeCompleted, NodeItem, RunEvent, StatePatch } from "../protocol/events.ts";
import type { Json, JsonObject } from "../protocol/values.ts";
import type { Component, NodeOutcome } from "./component.ts";
import { type Host, VisitContext } from "./context.ts";
import type { Failures } from "./failures.ts";
import { Frame } from "./frame.ts";
import type { Limits } from "./limits.ts";
import type { EnginePorts } from "./ports.ts";
import type { PreparedGraph } from "./prepared.ts";
import { defaultStart } from "./starts.ts";
import { patchOf } from "./state.ts";
import { Streams } from "./streams.ts";
import { Underway } from "./underway.ts";
import type { Visit } from "./visit.ts";

export interface PerformerHost extends Host {
  readonly runId: string;
  readonly isEnded: boolean;
  /** What becomes of nodes that fail or wait. */
  readonly failures: Failures;
  /** When the present turn began. */
  readonly turnedAt: number;
  append(event: RunEvent): void;
  /** Takes a node's record. */
  apply(visit: Visit, record: NodeCompleted): void;
  /** Takes an item of a node that streams. */
  applyItem(visit: Visit, record: NodeItem): void;
  hold(visit: Visit): void;
  /** Where records are followed, theirs of a Spell node must be at hand. */
  agree(visit: Visit): void;
  /** Starts a graph at one of its nodes. */
  begin(frame: Frame, start: number): void;
  /** Does `first` and all that it sets off. */
  turn(first: () => void): void;
  /** A human took that long, which does not count. */
  extendDeadline(ms: number): void;
}

interface Asked {
  question: Question;
  visit: Visit;
  component: Component;
}

/** A node that waits for a human. */
export interface Question {
  nodeId: string;
  visit: string;
  prompt: Json;
  /** ms since 1970 */
  until?: number;
}

export class Performer {
  readonly #host: PerformerHost;
  readonly #ports: EnginePorts;
  readonly #graphs: readonly PreparedGraph[];
  readonly #limits: Limits;
  #questions: Map<string, Asked> | null = null;
  #streams: Streams | null = null;
  /** One that no visit holds, for the next. */
  #context: VisitContext | null = null;
  #askedAt = 0;

  constructor(host: PerformerHost, ports: EnginePorts, graphs: readonly PreparedGraph[], limits: Limits) {
    this.#host = host;
    this.#ports = ports;
    this.#graphs = graphs;
    this.#limits = limits;
  }

  /** Made for the first node that streams. */
  #allStreams(): Streams {
    return (this.#streams ??= new Streams({
      runId: this.#host.runId,
      turn: (underway, first) => this.#settled(underway, first),
      item: (visit, record) => this.#host.applyItem(visit, record),
      end: (visit, count) => this.complete(visit, { iterations: { count, outputs: {} } }),
      fail: (visit, thrown) => this.#failed(visit, thrown),
    }));
  }

  // What each visit comes through is kept short, and what few do apart: so V8 makes one piece of it.
  perform(visit: Visit): void {
    const { node } = visit;
    if (!visit.isCommon) visit.waited = false;
    const component = node.component ?? this.#componentOf(visit);
    if (component === undefined) return;
    if (node.isSandboxed) this.#time(visit);
    const context = this.#freeContext(visit);
    let outcome: NodeOutcome | Promise<NodeOutcome>;
    try {
      outcome = component.execute(context);
    } catch (thrown) {
      return this.#failed(visit, thrown);
    }
    if (outcome instanceof Promise) return this.#awaitOutcome(visit, component, outcome);
    // Only what goes on holds its context.
    if (outcome.stream === undefined) this.#context = context;
    if (outcome.events !== undefined || outcome.waiting !== undefined || outcome.stream !== undefined)
      this.#done(visit, component, outcome);
    else this.complete(visit, outcome);
  }

  /** At the first visit of a node. A Spell node has none: it is entered. */
  #componentOf(visit: Visit): Component | undefined {
    const { node } = visit;
    if (node.isSpell) {
      this.enterSpell(visit);
      return undefined;
    }
    const component = this.#ports.components(node.plan.component);
    if (component === undefined) this.#failed(visit, noComponent(visit));
    else {
      node.component = component;
      node.isSandboxed = component.sandboxed === true;
    }
    return component;
  }

  /** Within a turn deployed clocks stand still, and asking one costs more than most nodes do. */
  #time(visit: Visit): void {
    visit.startedAt = this.#ports.clock.now();
  }

  #awaitOutcome(visit: Visit, component: Component, outcome: Promise<NodeOutcome>): void {
    if (visit.startedAt === 0) visit.startedAt = this.#host.turnedAt;
    const underway = this.#wait(visit);
    outcome.then(
      (value) => this.#settled(underway, () => this.#done(visit, component, value)),
      (thrown: unknown) => this.#settled(underway, () => this.#failed(visit, thrown)),
    );
  }

  #freeContext(visit: Visit): VisitContext {
    const context = this.#context;
    if (context === null) return new VisitContext(this.#host, visit);
    this.#context = null;
    context.moveTo(visit);
    return context;
  }

  /** A Spell node runs its graph in this same run: its nodes' events are in the same journal, under its path. */
  enterSpell(visit: Visit, isLive = true): void {
    const { maxDepth, maxRecursion } = this.#limits;
    const { call } = visit.node.plan;
    const graph = call === undefined ? undefined : this.#graphs[call.graph];
    const start =
      call?.entries?.find(([socket]) => socket === visit.trigger)?.[1] ??
      call?.start ??
      defaultStart(graph?.plan);
    const depth = visit.frame.depth + 1;
    if (call === undefined || graph === undefined || start === undefined)
      return this.#failed(visit, noSpell(visit));
    const times = visit.frame.countOf(graph);
    if (times > maxRecursion) return this.#failed(visit, tooOften(visit, graph, maxRecursion));
    if (depth > maxDepth) return this.#failed(visit, tooDeep(visit, depth, maxDepth));
    const context = new VisitContext(this.#host, visit);
    const inputs: JsonObject = Object.fromEntries(
      call.inputs.flatMap(([socket, name]) => {
        const value = context.value(socket);
        return value === undefined ? [] : [[name, value]];
      }),
    );
    this.#host.hold(visit);
    if (isLive) this.watchSpell(visit);
    visit.inner = new Frame(graph, visit, inputs, {});
    this.#host.begin(visit.inner, start);
  }

  /** Limits the time of a sub-spell, where its node does. */
  watchSpell(visit: Visit): void {
    if (visit.node.plan.settings?.timeoutMs === undefined) return;
    this.#wait(visit);
    // Its own record follows from those inside, unless the time is over first.
    visit.waited = false;
  }

  /** What waits for a human, in the order in which it was asked. */
  get questions(): Question[] {
    return [...(this.#questions?.values() ?? [])].map(({ question }) => question);
  }

  get isAsking(): boolean {
    return this.#questions !== null && this.#questions.size > 0;
  }

  /** @throws SpellError `not_found` when that visit asks nothing, `bad_request` for an answer that does not fit it */
  answer(nodeId: string, visitName: string, value: Json): void {
    const key = `${nodeId}#${visitName}`;
    const asked = this.#questions?.get(key);
    if (asked === undefined || this.#host.isEnded)
      throw new SpellError("not_found", `Node "${nodeId}", visit ${visitName}, waits for no answer.`);
    const { visit, component } = asked;
    const outcome = component.answered?.(new VisitContext(this.#host, visit), value) ?? {};
    this.#closeQuestion(key);
    this.#settled(visit.underway, () => this.complete(visit, outcome));
  }

  /** Gives a value to the nodes that take what is pushed to `source`: a node's path or name. False when there is none. */
  push(source: string, value: Json): boolean {
    return this.#streams?.push(source, value) ?? false;
  }

  /** Ends what is pushed to `source`. False when there is none. */
  close(source: string): boolean {
    return this.#streams?.close(source) ?? false;
  }

  /** The iteration of an item is over: the next may come. */
  itemEnded(visit: Visit, item: number): void {
    this.#streams?.itemEnded(visit, item);
  }

  #done(visit: Visit, component: Component, outcome: NodeOutcome): void {
    if (outcome.events !== undefined)
      for (const { name, data } of outcome.events)
        this.#host.append({
          type: "node.event",
          runId: this.#host.runId,
          nodeId: visit.nodeId,
          visit: visit.visit,
          name,
          data,
        });
    if (outcome.waiting !== undefined) return this.#ask(visit, component, outcome.waiting);
    if (outcome.stream === undefined) return this.complete(visit, outcome);
    if (visit.frame.graph.isFibers) return this.#failed(visit, noStream(visit));
    visit.items ??= [];
    this.#allStreams().open(this.#wait(visit), outcome.stream);
  }

  #ask(visit: Visit, component: Component, waiting: NonNullable<NodeOutcome["waiting"]>): void {
    const { prompt, until } = waiting;
    const question = {
      nodeId: visit.nodeId,
      visit: visit.visit,
      prompt,
      ...(until === undefined ? {} : { until }),
    };
    this.#host.append({ type: "node.waiting", runId: this.#host.runId, ...question });
    this.#await(visit, component, question);
  }

  /** Goes on to wait for what was asked before the run was cut off: it is not asked again, and has the time that it had. */
  reopen(visit: Visit, question: Question): void {
    const component = visit.node.component ?? this.#componentOf(visit);
    if (component === undefined) return;
    visit.startedAt = this.#host.turnedAt;
    this.#await(visit, component, question);
  }

  #await(visit: Visit, component: Component, question: Question): void {
    const { until } = question;
    this.#questions ??= new Map();
    if (this.#questions.size === 0) this.#askedAt = this.#host.now;
    this.#questions.set(visit.key, { question, visit, component });
    const underway = this.#wait(visit);
    if (until === undefined) return;
    underway.stopTimer?.();
    const ports = this.#ports;
    const expire = (): void => this.#settled(underway, () => this.#failed(visit, unanswered(visit)));
    underway.stopTimer =
      ports.until?.(until, expire) ?? ports.after(Math.max(0, until - this.#host.now), expire);
  }

  /** Nobody waits any more for what was asked in sub-spells that are over. */
  dropQuestions(): void {
    for (const [key, { visit }] of this.#questions ?? []) if (visit.frame.isOver) this.#closeQuestion(key);
  }

  #closeQuestion(key: string): void {
    if (this.#questions?.delete(key) && this.#questions.size === 0)
      this.#host.extendDeadline(this.#host.now - this.#askedAt);
  }

  complete(visit: Visit, outcome: NodeOutcome): void {
    const { outputs, fired } = outcome;
    const record: NodeCompleted = {
      type: "node.completed",
      runId: this.#host.runId,
      nodeId: visit.nodeId,
      visit: visit.visit,
      attempt: visit.attempt,
      outputs: outputs ?? nothing,
      fired: fired ?? (visit.node.fires as string[]),
      ms: visit.elapsed(this.#host),
    };
    if (!(visit.isCommon && isCommon(outcome)) && !this.#tellRest(visit, outcome, record)) return;
    if (!this.#host.isEnded) this.#host.apply(visit, record);
  }

  /** Adds what few records have. False when the outcome cannot be one. */
  #tellRest(visit: Visit, outcome: NodeOutcome, record: NodeCompleted): boolean {
    const { iterations, again, state, logs, usage } = outcome;
    let patch: StatePatch | undefined;
    try {
      patch = state === undefined ? undefined : patchOf(state);
    } catch (thrown) {
      this.#failed(visit, thrown);
      return false;
    }
    if (iterations !== undefined) record.iterations = iterations;
    if (again !== undefined) record.again = again;
    if (patch !== undefined && patch.length > 0) record.state = { patch };
    if (logs !== undefined && logs.length > 0) record.logs = logs;
    if (usage !== undefined) record.usage = usage;
    if (visit.waited) record.waited = true;
    if (visit.node.isSpell) {
      this.#host.failures.forget(visit);
      this.#host.agree(visit);
    }
    return true;
  }

  #failed(visit: Visit, thrown: unknown): void {
    this.#closeQuestion(visit.key);
    this.#host.failures.failed(visit, thrown);
  }

  /** Keeps the visit until an answer from outside, no longer than its node allows. */
  #wait(visit: Visit): Underway {
    this.#host.hold(visit);
    visit.waited = true;
    if (visit.underway !== null) return visit.underway;
    const underway = new Underway(visit);
    visit.underway = underway;
    this.#host.failures.watch(underway);
    const { settings } = visit.node.plan;
    if (settings?.timeoutMs !== undefined)
      underway.stopTimer = this.#ports.after(settings.timeoutMs, () =>
        this.#settled(underway, () => {
          visit.waited = true;
          this.#failed(visit, timedOut(visit, settings.timeoutMs as number));
        }),
      );
    return underway;
  }

  /** An answer from outside: it comes between turns, one at a time, and once. */
  #settled(underway: Underway | null, apply: () => void): void {
    if (this.#host.isEnded || underway === null) return;
    const { visit } = underway;
    // Looked at when its turn comes: something before it may have given it up.
    this.#host.turn(() => {
      if (visit.underway !== underway || visit.frame.isOver || this.#host.isEnded) return;
      apply();
    });
  }
}

/** Shared, so not to be changed. */
const nothing: JsonObject = Object.freeze({});

const isCommon = ({ iterations, again, state, logs, usage }: NodeOutcome): boolean =>
  iterations === undefined &&
  again === undefined &&
  state === undefined &&
  logs === undefined &&
  usage === undefined;

const noComponent = ({ nodeId, node }: Visit): SpellError =>
  new SpellError("spell_invalid", `Node "${nodeId}": there is no component "${node.plan.component}" here.`);

const noSpell = (visit: Visit): SpellError =>
  new SpellError(
    "spell_invalid",
    `Node "${visit.nodeId}" runs a spell that does not exist or that nothing starts.`,
  );

const noStream = (visit: Visit): SpellError =>
  new SpellError("node_failed", `${visit.label} streams, which a spell whose flows are fibers cannot.`);

const tooDeep = (visit: Visit, depth: number, allowed: number): SpellError =>
  new SpellError(
    "depth_limit",
    `Node "${visit.nodeId}" would run a spell ${depth} deep; ${allowed} are allowed. Flatten the spells, or raise settings.maxDepth.`,
  );

const tooOften = (visit: Visit, graph: PreparedGraph, allowed: number): SpellError =>
  new SpellError(
    "recursion_limit",
    `Node "${visit.nodeId}" would run the spell "${graph.plan.spell.name}" within itself more than ${allowed} times. Does it run itself without an end? settings.maxRecursion allows more.`,
  );

const timedOut = (visit: Visit, ms: number): SpellError =>
  new SpellError(
    "node_timeout",
    `${visit.label} timed out after ${ms} ms. Raise timeoutMs or check the provider.`,
    { retryable: true },
  );

const unanswered = (visit: Visit): SpellError =>
  new SpellError("node_timeout", `${visit.label} got no answer in time.`);
