/** Runs any spell to its end within small budgets, on services in memory, without waiting for any clock. */
import { type EnginePorts, type Limits, startNames } from "../../src/engine/index.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import type { RunEvent } from "../../src/protocol/events.ts";
import type { Plan } from "../../src/protocol/plan.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { memoryServices } from "./memory-services.ts";
import { nastyValues } from "./nasty-values.ts";
import { run } from "./spells.ts";

/** To where all that needs no timer is done: streams take turns of the machine. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const limits: Partial<Limits> = {
  maxVisits: 200,
  maxDepth: 4,
  maxRecursion: 3,
  maxCalls: 50,
  maxOutputBytes: 4 * 1024 * 1024,
  visitsPerTurn: 50,
};

/** Turns of the machine that a run of so many visits may take. */
const maxTurns = 400;

export interface BoundedRun {
  events: RunEvent[];
  /** What the engine took for a fault of ours. */
  faults: unknown[];
}

/**
 * Runs it from its default start, or from the one that the first choice names.
 * @param choices what user code, models and the outside answer, by index of {@link nastyValues}
 * @throws Error when the run does not end
 */
export async function boundedRun(
  plan: Plan,
  inputs: JsonObject,
  choices: readonly number[],
): Promise<BoundedRun> {
  let asked = 0;
  const next = (): Json => nastyValues[(choices[asked++ % choices.length] ?? 0) % nastyValues.length] as Json;
  const text = (): string => JSON.stringify(next()).slice(0, 2000);
  const faults: unknown[] = [];
  let now = 1;
  let timers: { at: number; done: () => void }[] = [];
  const after = (ms: number, done: () => void) => {
    const timer = { at: now + ms, done };
    timers.push(timer);
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  };
  const { services } = memoryServices({
    now: () => now,
    complete: text,
    infer: next,
    respond: () => ({ status: 200, headers: {}, body: text() }),
  });
  const ports: Partial<EnginePorts> = {
    clock: { now: () => now },
    services,
    sandbox: { call: () => ({ value: next(), logs: [] }) },
    after,
    pause: settle,
    fault: (thrown) => (faults.push(thrown), "fault"),
  };
  const starts = plan.graphs[0] === undefined ? [] : startNames(plan.graphs[0]);
  const trigger = starts[(choices[0] ?? 0) % (starts.length + 1)];
  const options = trigger === undefined ? {} : { trigger };
  const { execution, events, ended } = run(plan, { inputs, limits, ports, ...options });
  for (let turn = 0; execution.end === null; turn++) {
    if (turn > maxTurns) throw new Error("This run does not end.");
    await settle();
    if (execution.end !== null) break;
    const [first] = timers.toSorted((a, b) => a.at - b.at);
    // It waits for someone, or has its timers tick for ever.
    if ((first === undefined && turn > 50) || turn > maxTurns / 2)
      execution.stop("cancelled", new SpellError("cancelled", "Nobody answers."));
    if (first === undefined) continue;
    timers = timers.filter((other) => other !== first);
    now = Math.max(now, first.at);
    first.done();
  }
  await ended;
  return { events, faults };
}
