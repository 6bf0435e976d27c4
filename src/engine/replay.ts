/** Replays a run from its journal: applies records, executes nothing, calls nothing, asks no catalogue. */
import type { RunEnded, RunEvent } from "../protocol/events.ts";
import type { Plan } from "../protocol/plan.ts";
import type { JsonObject } from "../protocol/values.ts";
import { Execution } from "./execution.ts";
import type { ExecutionOptions } from "./execution-options.ts";
import type { Limits } from "./limits.ts";
import type { EnginePlugin } from "./plugins.ts";
import type { EnginePorts } from "./ports.ts";
import { mismatch, startOf } from "./records.ts";

export interface Replayed {
  /** The events of the run again, without `seq` and `at`. */
  events: RunEvent[];
  /** The terminal event; null when the records end before the run does. */
  end: RunEnded | null;
  /** The run's state where the records end. */
  state: JsonObject;
}

export interface ReplayOptions {
  limits?: Partial<Limits>;
  /** They see what they would have seen of the run itself. */
  plugins?: readonly EnginePlugin[];
  /** What a plugin threw. Default: passed over. */
  onPluginError?: (thrown: unknown) => void;
}

/**
 * Runs a plan on recorded events. A record that does not fit ends in `run.failed` with `journal_mismatch`.
 * @param records the run's events from `run.started` on, of a whole run or any prefix, with or without `seq` and `at`
 * @throws SpellError `journal_mismatch` when the records do not begin with a run
 */
export function replay(plan: Plan, records: readonly RunEvent[], options: ReplayOptions = {}): Replayed {
  const events: RunEvent[] = [];
  const append = (event: RunEvent): number => {
    events.push(event);
    return 0;
  };
  const replayed: ExecutionOptions = {
    plan,
    records,
    isReplay: true,
    userId: "",
    ...(options.plugins === undefined ? {} : { plugins: options.plugins }),
    ports: {
      ...inert,
      journal: { append, commit: () => {} },
      fault: (thrown) => (options.onPluginError?.(thrown), ""),
    },
    // Those of the run itself: without them a tampered journal could open iterations until the memory is full.
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  };
  const start = startOf(records);
  let execution: Execution;
  try {
    execution = new Execution(replayed, start);
  } catch (thrown) {
    // A plan that cannot be prepared was tampered with: a compiled one has no such faults.
    const error = mismatch("its plan is none", undefined, thrown).toInfo();
    const end: RunEnded = { type: "run.failed", runId: start.runId, error, ms: 0 };
    return { events: [end], end, state: start.state };
  }
  execution.run();
  return { events, end: execution.end, state: execution.state };
}

const inert: Omit<EnginePorts, "journal"> = {
  clock: { now: () => 0 },
  components: () => undefined,
  services: {},
  after: () => () => {},
  sandbox: {
    call() {
      throw new Error("A replay executes nothing.");
    },
  },
};
