/**
 * Keeps what a run needs to be run here, while the server runs it: the plan from its start on, values above 256 KB as they are
 * told. What this client did not see from the start is fetched at the end.
 */
import type { RunEvent, StampedEvent } from "../../src/protocol/events.ts";
import { isRunEnded } from "../../src/protocol/run-end.ts";
import type { Plan } from "../../src/protocol/plan.ts";
import type { SpellRef } from "../../src/protocol/runs.ts";
import type { Json } from "../../src/protocol/values.ts";
import { fillEvent } from "./large-values.ts";
import type { Recording } from "./local-run.ts";

/** Where runs come from. */
export interface RunSource {
  plan(runId: string): Promise<Plan>;
  events(runId: string): AsyncIterable<StampedEvent>;
  value(runId: string, valueId: string): Promise<Json>;
}

interface Kept {
  /** One each, in order; an event with a large value is there when that is fetched. */
  events: Promise<RunEvent>[];
  plan: Promise<Plan> | null;
  /** Its start was seen and nothing was missed since. */
  isWhole: boolean;
}

/** Plans of this many versions are kept. */
const maxPlans = 20;

export class Recorder {
  readonly #source: RunSource;
  readonly #runs = new Map<string, Kept>();
  readonly #plans = new Map<string, Promise<Plan>>();

  constructor(source: RunSource) {
    this.#source = source;
  }

  /** Takes the next event. Gives the recording when that was the last of a run that had begun. */
  take(event: StampedEvent): Promise<Recording> | undefined {
    if (!("runId" in event)) return undefined;
    const { runId } = event;
    let run = this.#runs.get(runId);
    if (run === undefined) {
      const isStart = event.type === "run.queued" || event.type === "run.started";
      run = { events: [], plan: null, isWhole: isStart };
      this.#runs.set(runId, run);
    }
    if (event.type === "run.started") run.plan = this.#planOf(runId, event.spell);
    if (run.isWhole) run.events.push(this.#fill(runId, event));
    if (!isRunEnded(event)) return undefined;
    this.#runs.delete(runId);
    // One that was cancelled in its queue has none, and did nothing.
    if (run.isWhole && run.plan === null) return undefined;
    if (!run.isWhole || run.plan === null) return this.fetch(runId);
    // The line may have been cut while the plan or a value was on its way; now it is there again.
    return recordingOf(run, run.plan).catch(() => this.fetch(runId));
  }

  /** Events were missed: runs in flight are no longer whole. */
  skipped(): void {
    for (const run of this.#runs.values()) {
      run.isWhole = false;
      run.events = [];
    }
  }

  /** Runs whose end has not come. */
  get open(): string[] {
    return [...this.#runs.keys()];
  }

  forget(runId: string): void {
    this.#runs.delete(runId);
  }

  /** A past run, from the server's journal. */
  async fetch(runId: string): Promise<Recording> {
    const plan = this.#source.plan(runId);
    plan.catch(() => {});
    const events: Promise<RunEvent>[] = [];
    for await (const event of this.#source.events(runId))
      if ("runId" in event) events.push(this.#fill(runId, event));
    return recordingOf({ events }, plan);
  }

  #fill(runId: string, event: RunEvent): Promise<RunEvent> {
    const filled = fillEvent(event, (valueId) => this.#source.value(runId, valueId));
    // Told when the run is put together.
    filled.catch(() => {});
    return filled;
  }

  #planOf(runId: string, { id, version, uses = [] }: SpellRef): Promise<Plan> {
    const key = JSON.stringify([id, version, uses]);
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const plan = this.#source.plan(runId);
    this.#plans.set(key, plan);
    plan.catch(() => this.#plans.delete(key));
    for (const oldest of this.#plans.keys())
      if (this.#plans.size > maxPlans) this.#plans.delete(oldest);
      else break;
    return plan;
  }
}

const recordingOf = async ({ events }: Pick<Kept, "events">, plan: Promise<Plan>): Promise<Recording> => ({
  plan: await plan,
  events: await Promise.all(events),
});
