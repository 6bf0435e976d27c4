/** Replays a run from its journal: applies records, executes nothing, calls nothing, asks no catalogue. */
import type { RunEnded, RunEvent, RunStarted } from "../protocol/events.ts";
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
 * @throws SpellError `journal_mismatch` when the records do not begin with a run, or the plan is none
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
  const execution = prepared(replayed, startOf(records));
  execution.run();
  return { events, end: execution.end, state: execution.state };
}

function prepared(options: ExecutionOptions, start: RunStarted): Execution {
  try {
    return new Execution(options, start);
  } catch (thrown) {
    // Whatever a tampered plan leads to; a compiled one has no faults of this kind.
    throw mismatch("the plan cannot be prepared", undefined, thrown);
  }
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
