/** The fronts of the engine: start a run, go on with one, replay one. */
import { SpellError } from "../protocol/spell-error.ts";
import type { RunEnded, RunEvent, RunStarted } from "../protocol/events.ts";
import { engineVersion } from "../protocol/run-end.ts";
import type { Plan } from "../protocol/plan.ts";
import type { SpellRef } from "../protocol/runs.ts";
import type { JsonObject } from "../protocol/values.ts";
import { Dirt } from "./dirt.ts";
import { Execution } from "./execution.ts";
import type { RunHandle } from "./execution-options.ts";
import type { Limits } from "./limits.ts";
import type { EnginePlugin } from "./plugins.ts";
import type { EnginePorts } from "./ports.ts";
import { Past } from "./past.ts";
import { startOf } from "./records.ts";
import type { ReuseSource } from "./reuse.ts";
import { firstStart, startCalled, startNames } from "./starts.ts";

export interface RunOptions {
  plan: Plan;
  runId: string;
  spell: SpellRef;
  userId: string;
  inputs: JsonObject;
  /** Name of the trigger-in or input to start from; the default one when absent. */
  trigger?: string;
  /** The state that the run starts from. */
  state: JsonObject;
  requestId?: string;
  /** Runs by the spells service that are around this one. */
  depth?: number;
  ports: EnginePorts;
  /** Those who watch. */
  plugins?: readonly EnginePlugin[];
  limits?: Partial<Limits>;
  deadlineAt?: number;
  onEnd?: (end: RunEnded) => void;
}

/** Starts a run and goes as far as it can without waiting; `onEnd` is called within when that is the end. */
export function startRun(options: RunOptions): RunHandle {
  const { plan, runId, spell, inputs, state, requestId, depth } = options;
  const trigger = chooseTrigger(plan, inputs, options.trigger);
  const start: RunStarted =
    requestId === undefined
      ? { type: "run.started", runId, trigger, inputs, state, spell, engineVersion }
      : { type: "run.started", runId, requestId, trigger, inputs, state, spell, engineVersion };
  if (depth !== undefined) start.depth = depth;
  const execution = new Execution(options, start);
  execution.run();
  return execution;
}

/**
 * The start of a run by name: the one asked for (by its id where no name is that); else the topmost trigger-in; where only inputs start, the one
 * named by the first key of `inputs`, else `Input - Default`, else the topmost. Empty when the spell has no start.
 * @throws SpellError `bad_request` when the trigger asked for does not exist
 */
export function chooseTrigger(plan: Plan, inputs: JsonObject, asked: string | undefined): string {
  const graph = plan.graphs[0] as Plan["graphs"][number];
  if (asked === undefined && !graph.startsByInput) return firstStart(graph);
  const names = startNames(graph);
  if (asked !== undefined) {
    if (startCalled(graph, asked) !== undefined) return asked;
    const known =
      names.length === 0 ? "it has none" : `it has ${names.map((name) => JSON.stringify(name)).join(", ")}`;
    throw new SpellError("bad_request", `The spell has no trigger ${JSON.stringify(asked)}; ${known}.`, {
      errors: [{ path: "trigger", message: "no trigger-in or input of this name" }],
    });
  }
  const [first] = Object.keys(inputs);
  if (first !== undefined && names.includes(first)) return first;
  return names.includes("Input - Default") ? "Input - Default" : (names[0] ?? "");
}

export interface ResumeOptions {
  plan: Plan;
  /** The run's events so far, from `run.started` on. */
  records: readonly RunEvent[];
  userId: string;
  ports: EnginePorts;
  /** Told as `run.resumed` where the records end. */
  reason?: string;
  /** Of a run that is a fork: what it takes over where its own records end. Without it all else executes. */
  fork?: ParentRun;
  limits?: Partial<Limits>;
  deadlineAt?: number;
  onEnd?: (end: RunEnded) => void;
}

/**
 * Goes on with a run from its records: completed nodes take what was recorded, those in flight are tried again.
 * All events are appended anew, the recorded ones first; a host that has them skips as many.
 * @throws SpellError `journal_mismatch` when the records do not begin with a run
 */
export function resumeRun(options: ResumeOptions): RunHandle {
  const { reason, fork, ...rest } = options;
  const start = startOf(options.records);
  const execution = new Execution(
    {
      ...rest,
      ...(reason === undefined ? {} : { resumeReason: reason }),
      ...(fork === undefined
        ? {}
        : { reuse: reuseOf({ ...fork, plan: rest.plan, ports: rest.ports }, start) }),
    },
    start,
  );
  execution.run();
  return execution;
}

/** What a run takes over from. */
export interface ParentRun {
  /** The events of that run, from `run.started` on, values in the place of their references. */
  parent: readonly RunEvent[];
  /** Its plan, where that is another: what an edit did not touch is taken over. */
  parentPlan?: Plan;
}

export interface ForkOptions extends ParentRun {
  plan: Plan;
  runId: string;
  spell: SpellRef;
  userId: string;
  /** Over the inputs of the parent. */
  inputs?: JsonObject;
  /** In the place of the state that the parent started from. */
  state?: JsonObject;
  /** Path of the node from which all executes again, `12/7` in a sub-spell. */
  fromNode?: string;
  requestId?: string;
  ports: EnginePorts;
  /** Those who watch. */
  plugins?: readonly EnginePlugin[];
  limits?: Partial<Limits>;
  deadlineAt?: number;
  onEnd?: (end: RunEnded) => void;
}

/**
 * Starts a new run that takes over what an earlier one did, and executes the rest: what that one did not end (so a failed
 * run goes on where it failed), what changed (inputs, state, the plan), `fromNode`, and all that is downstream of those.
 * @throws SpellError `bad_request` (path `fromNode`) when there is no such node, or the parent never came to it and neither plan,
 * inputs nor state are others; (path `trigger`) when the plan has the parent's start no more; `journal_mismatch` when the
 * records do not begin with a run
 */
export function forkRun(options: ForkOptions): RunHandle {
  const { plan, parent, runId, spell, inputs, state, fromNode, requestId, ...rest } = options;
  const first = startOf(parent);
  const all = inputs === undefined ? first.inputs : { ...first.inputs, ...inputs };
  const start: RunStarted = {
    type: "run.started",
    runId,
    ...(requestId === undefined ? {} : { requestId }),
    trigger: first.trigger === "" ? "" : chooseTrigger(plan, all, first.trigger),
    inputs: all,
    state: state ?? first.state,
    spell,
    engineVersion,
    parent: { runId: first.runId, ...(fromNode === undefined ? {} : { fromNode }) },
    ...(first.depth === undefined ? {} : { depth: first.depth }),
  };
  const execution = new Execution({ ...rest, plan, reuse: reuseOf(options, start) }, start);
  execution.run();
  return execution;
}

function reuseOf(
  { plan, parent, parentPlan, ports }: ParentRun & { plan: Plan; ports: EnginePorts },
  start: RunStarted,
): ReuseSource {
  const past = new Past(parent);
  const dirt = new Dirt({
    past,
    plan,
    parentPlan,
    fromNode: start.parent?.fromNode,
    inputs: start.inputs,
    state: start.state,
    components: ports.components,
  });
  return { past, isDirty: (nodeId) => dirt.isDirty(nodeId) };
}
