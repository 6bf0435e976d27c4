/** A past run, stepwise: forward and back through what happened, with what each node was given and gave. */
import type { EnginePlugin, PluginNode } from "../../src/engine/index.ts";
import { patched, patchIn } from "../../src/engine/state.ts";
import type {
  NodeCompleted,
  NodeFailed,
  NodeWaiting,
  RunEnded,
  RunStarted,
} from "../../src/protocol/events.ts";
import type { Plan } from "../../src/protocol/plan.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import { type LocalRun, type Recording, runLocally } from "./local-run.ts";

/** One thing that happened, in the order of the run. */
export type Step =
  | { type: "run.start"; start: RunStarted; plan: Plan }
  | { type: "node.start"; node: PluginNode; attempt: number }
  | { type: "node.waiting"; node: PluginNode; question: NodeWaiting }
  | { type: "node.end"; node: PluginNode; record: NodeCompleted }
  | { type: "node.error"; node: PluginNode; record: NodeFailed }
  | { type: "run.end"; end: RunEnded };

export class Playback {
  /** All of the run. */
  readonly steps: readonly Step[];
  readonly run: LocalRun;
  readonly #plugins: readonly EnginePlugin[];
  /** The spell's state after each step; shared where a step changed nothing. */
  readonly #states: readonly JsonObject[];
  #position = 0;

  /**
   * @param plugins are told the steps as they are taken forward; going back tells them nothing
   * @throws SpellError `journal_mismatch` where the records do not fit the plan
   */
  constructor(recording: Recording, plugins: readonly EnginePlugin[] = []) {
    const steps: Step[] = [];
    this.run = runLocally(recording, [
      {
        name: "playback",
        onRunStart: (start, plan) => void steps.push({ type: "run.start", start, plan }),
        onNodeStart: (node, attempt) => void steps.push({ type: "node.start", node, attempt }),
        onNodeWaiting: (node, question) => void steps.push({ type: "node.waiting", node, question }),
        onNodeEnd: (node, record) => void steps.push({ type: "node.end", node, record }),
        onNodeError: (node, record) => void steps.push({ type: "node.error", node, record }),
        onRunEnd: (end) => void steps.push({ type: "run.end", end }),
      },
    ]);
    this.steps = steps;
    this.#plugins = plugins;
    this.#states = statesOf(steps);
  }

  /** How many steps have been taken. */
  get position(): number {
    return this.#position;
  }

  /** The step taken last; null at the beginning. */
  get current(): Step | null {
    return this.steps[this.#position - 1] ?? null;
  }

  /** The spell's state here. */
  get state(): JsonObject {
    return this.#states[this.#position] ?? {};
  }

  /** What each node gave last, up to here, by its path. */
  get outputs(): Map<string, JsonObject> {
    const outputs = new Map<string, JsonObject>();
    for (const step of this.steps.slice(0, this.#position))
      if (step.type === "node.end") outputs.set(step.node.nodeId, step.record.outputs);
      else if (step.type === "node.error" && step.record.outputs !== undefined)
        outputs.set(step.node.nodeId, step.record.outputs);
    return outputs;
  }

  /** Takes the next step and tells the plugins; null at the end. */
  forward(): Step | null {
    const step = this.steps[this.#position];
    if (step === undefined) return null;
    this.#position += 1;
    for (const plugin of this.#plugins) tell(plugin, step);
    return step;
  }

  /** Goes back by one and gives the step that was taken back; null at the beginning. */
  back(): Step | null {
    const step = this.current;
    if (step !== null) this.#position -= 1;
    return step;
  }

  /** Goes to where `position` steps have been taken; telling the plugins those on the way forward. */
  goTo(position: number): void {
    const to = Math.max(0, Math.min(this.steps.length, position));
    if (to < this.#position) this.#position = to;
    while (this.#position < to) this.forward();
  }
}

/** At most as many copies as there are patches: those of sub-spells change a state of their own. */
function statesOf(steps: readonly Step[]): JsonObject[] {
  let state: JsonObject = {};
  const states = [state];
  for (const step of steps) {
    if (step.type === "run.start") state = step.start.state;
    if (step.type === "node.end" && step.record.state !== undefined && !step.node.nodeId.includes("/"))
      state = patched(state, patchIn(step.record));
    states.push(state);
  }
  return states;
}

function tell(plugin: EnginePlugin, step: Step): void {
  if (step.type === "run.start") plugin.onRunStart?.(step.start, step.plan);
  else if (step.type === "node.start") plugin.onNodeStart?.(step.node, step.attempt);
  else if (step.type === "node.waiting") plugin.onNodeWaiting?.(step.node, step.question);
  else if (step.type === "node.end") plugin.onNodeEnd?.(step.node, step.record);
  else if (step.type === "node.error") plugin.onNodeError?.(step.node, step.record);
  else plugin.onRunEnd?.(step.end);
}
