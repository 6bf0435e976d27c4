/** A run of the server's, run again here: the engine on the run's plan and records, every value at hand beforehand. */
import { SpellError } from "../../src/protocol/spell-error.ts";
import { type EnginePlugin, replay } from "../../src/engine/index.ts";
import type { RunEnded, RunEvent } from "../../src/protocol/events.ts";
import type { Plan } from "../../src/protocol/plan.ts";
import type { JsonObject } from "../../src/protocol/values.ts";

/** What a run needs to be run here: no network, no catalogue, no importer. */
export interface Recording {
  plan: Plan;
  /** From the first event of the run, values in the place of their references. */
  events: readonly RunEvent[];
}

export interface LocalRun {
  runId: string;
  end: RunEnded;
  /** The run's state at its end. */
  state: JsonObject;
  /** What plugins threw. */
  pluginErrors: unknown[];
}

/**
 * Runs a recording at once, each node giving its recorded output of that visit; plugins see a normal run.
 * @throws SpellError `journal_mismatch` where the records do not fit the plan, or end before the run does
 */
export function runLocally({ plan, events }: Recording, plugins: readonly EnginePlugin[]): LocalRun {
  const pluginErrors: unknown[] = [];
  const { end, state } = replay(plan, events, {
    plugins,
    onPluginError: (thrown) => void pluginErrors.push(thrown),
  });
  if (end === null)
    throw new SpellError(
      "journal_mismatch",
      "The records of this run end before it does. Is it still running?",
    );
  if (end.error?.code === "journal_mismatch") throw new SpellError("journal_mismatch", end.error.message);
  return { runId: end.runId, end, state, pluginErrors };
}
