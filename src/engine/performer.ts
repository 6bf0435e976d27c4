/** Makes visits for real: calls the component, enters a sub-spell, and turns what came of it into records. */
import { SpellError } from "../protocol/errors.ts";
import type { NodeCompleted, RunEvent, StatePatch } from "../protocol/events.ts";
import type { JsonObject } from "../protocol/values.ts";
import type { NodeOutcome } from "./component.ts";
import { type Host, VisitContext } from "./context.ts";
import { Frame } from "./frame.ts";
import type { EnginePorts } from "./ports.ts";
import type { PreparedGraph } from "./prepared.ts";
import { patchOf } from "./state.ts";
import type { Visit } from "./visit.ts";

export interface PerformerHost extends Host {
  readonly runId: string;
  readonly deadlineAt: number | undefined;
  readonly isEnded: boolean;
  append(event: RunEvent): void;
  /** Takes a node's record. */
  apply(visit: Visit, record: NodeCompleted): void;
  hold(visit: Visit): void;
  /** Where records are followed, theirs of a Spell node must be at hand. */
  agree(visit: Visit): void;
  /** Starts a graph at one of its nodes. */
  begin(frame: Frame, start: number): void;
  /** Does `first` and all that it sets off. */
  turn(first: () => void): void;
  fail(error: SpellError): void;
}

export class Performer {
  readonly #host: PerformerHost;
  readonly #ports: EnginePorts;
  readonly #graphs: readonly PreparedGraph[];
  readonly #maxDepth: number;

  constructor(
    host: PerformerHost,
    options: { ports: EnginePorts; graphs: readonly PreparedGraph[]; maxDepth: number },
  ) {
    this.#host = host;
    this.#ports = options.ports;
    this.#graphs = options.graphs;
    this.#maxDepth = options.maxDepth;
  }

  perform(visit: Visit): void {
    const { runId } = this.#host;
    this.#host.append({
      type: "node.started",
      runId,
      nodeId: visit.nodeId,
      visit: visit.visit,
      attempt: visit.attempt,
    });
    if (visit.node.plan.role === "spell") return this.enterSpell(visit);
    const name = visit.node.plan.component;
    const component = (visit.node.component ??= this.#ports.components(name));
    if (component === undefined)
      return this.#failed(
        visit,
        new SpellError("spell_invalid", `Node "${visit.nodeId}": there is no component "${name}" here.`),
      );
    visit.startedAt = this.#ports.clock.now();
    let outcome: NodeOutcome | Promise<NodeOutcome>;
    try {
      outcome = component.execute(new VisitContext(this.#host, visit));
    } catch (thrown) {
      return this.#failed(visit, thrown);
    }
    if (!(outcome instanceof Promise)) return this.complete(visit, outcome);
    this.#host.hold(visit);
    visit.waited = true;
    outcome.then(
      (value) => this.#settled(() => this.complete(visit, value)),
      (thrown: unknown) => this.#settled(() => this.#failed(visit, thrown)),
    );
  }

  /** A Spell node runs its graph in this same run: its nodes' events are in the same journal, under its path. */
  enterSpell(visit: Visit): void {
    const { call } = visit.node.plan;
    const graph = call === undefined ? undefined : this.#graphs[call.graph];
    const start = call?.entries?.find(([socket]) => socket === visit.trigger)?.[1] ?? graph?.plan.starts[0];
    const depth = visit.frame.depth + 1;
    if (call === undefined || graph === undefined || start === undefined)
      return this.#failed(visit, noSpell(visit));
    if (depth > this.#maxDepth) return this.#failed(visit, tooDeep(visit, depth, this.#maxDepth));
    const context = new VisitContext(this.#host, visit);
    const inputs: JsonObject = Object.fromEntries(
      call.inputs.flatMap(([socket, name]) => {
        const value = context.value(socket);
        return value === undefined ? [] : [[name, value]];
      }),
    );
    this.#host.hold(visit);
    this.#host.begin(new Frame(graph, visit, inputs, {}), start);
  }

  complete(visit: Visit, outcome: NodeOutcome): void {
    const { outputs, fired, iterations, state, logs, usage } = outcome;
    let patch: StatePatch | undefined;
    try {
      patch = state === undefined ? undefined : patchOf(state);
    } catch (thrown) {
      return this.#failed(visit, thrown);
    }
    const record: NodeCompleted = {
      type: "node.completed",
      runId: this.#host.runId,
      nodeId: visit.nodeId,
      visit: visit.visit,
      attempt: visit.attempt,
      outputs: outputs ?? {},
      fired: fired ?? (visit.node.triggers as string[]),
      ...(iterations === undefined ? {} : { iterations }),
      ...(patch === undefined || patch.length === 0 ? {} : { state: { patch } }),
      ...(logs === undefined || logs.length === 0 ? {} : { logs }),
      ...(usage === undefined ? {} : { usage }),
      ...(visit.waited ? { waited: true } : {}),
      ms: this.#since(visit),
    };
    if (visit.node.plan.role === "spell") this.#host.agree(visit);
    if (!this.#host.isEnded) this.#host.apply(visit, record);
  }

  #failed(visit: Visit, thrown: unknown): void {
    const error = SpellError.from(thrown);
    error.nodeId ??= visit.nodeId;
    if (error.code === "internal") error.errorId ??= this.#ports.fault?.(thrown, visit.nodeId);
    if (visit.node.plan.role === "spell") this.#host.agree(visit);
    if (this.#host.isEnded) return;
    const { nodeId: _nodeId, ...info } = error.toInfo();
    const logs = [...(this.#ports.logsOf?.(thrown) ?? [])];
    this.#host.append({
      type: "node.failed",
      runId: this.#host.runId,
      nodeId: visit.nodeId,
      visit: visit.visit,
      attempt: visit.attempt,
      error: info,
      ...(logs.length === 0 ? {} : { logs }),
      ...(visit.waited ? { waited: true } : {}),
      ms: this.#since(visit),
    });
    // A provider that gave up because the run's own time was over: that is what ended the run.
    this.#host.fail(error.code === "provider_timeout" && this.#isOverdue ? overdue(visit) : error);
  }

  /** An answer from outside: it comes between turns, one at a time. */
  #settled(apply: () => void): void {
    if (!this.#host.isEnded) this.#host.turn(apply);
  }

  get #isOverdue(): boolean {
    const { deadlineAt } = this.#host;
    return deadlineAt !== undefined && this.#ports.clock.now() >= deadlineAt;
  }

  #since(visit: Visit): number {
    return visit.startedAt === 0 ? 0 : Math.max(0, this.#ports.clock.now() - visit.startedAt);
  }
}

const noSpell = (visit: Visit): SpellError =>
  new SpellError(
    "spell_invalid",
    `Node "${visit.nodeId}" runs a spell that does not exist or that nothing starts.`,
  );

const tooDeep = (visit: Visit, depth: number, allowed: number): SpellError =>
  new SpellError(
    "recursion_limit",
    `Node "${visit.nodeId}" would run a spell ${depth} deep; ${allowed} are allowed. Does a spell run itself?`,
  );

const overdue = (visit: Visit): SpellError =>
  new SpellError(
    "run_timeout",
    `The run was out of time while node "${visit.nodeId}" (${visit.node.plan.component}) waited for its provider. Raise timeoutMs or check the provider.`,
    { nodeId: visit.nodeId },
  );
