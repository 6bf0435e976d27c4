/** Forks runs in memory. */
import { type EnginePorts, forkRun, type ForkOptions } from "../../src/engine/index.ts";
import { catalogue as builtIn } from "../../src/nodes/index.ts";
import type { RunEvent } from "../../src/protocol/events.ts";
import type { Plan } from "../../src/protocol/plan.ts";
import type { TestCatalogue, TestRun } from "./spells.ts";

export interface TestForkOptions extends Partial<Omit<ForkOptions, "plan" | "parent" | "ports">> {
  catalogue?: TestCatalogue;
  ports?: Partial<EnginePorts>;
}

/** A run `run-2` of `plan` that takes over from the events of another. */
export function fork(
  plan: Plan,
  parent: readonly RunEvent[],
  { catalogue = builtIn, ports, ...options }: TestForkOptions = {},
): TestRun {
  const events: RunEvent[] = [];
  const commits: number[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<NonNullable<TestRun["execution"]["end"]>>();
  const execution = forkRun({
    plan,
    parent,
    runId: "run-2",
    spell: { id: "test", version: 1 },
    userId: "alice",
    onEnd: resolve,
    ports: {
      journal: { append: (event) => (events.push(event), 0), commit: () => void commits.push(events.length) },
      clock: { now: () => 1 },
      components: (name) => catalogue.find(name),
      services: {},
      sandbox: { call: () => ({ value: {}, logs: [] }) },
      after: (ms, done) => {
        const timer = setTimeout(done, ms);
        return () => clearTimeout(timer);
      },
      ...ports,
    },
    ...options,
  });
  return { execution, events, commits, ended };
}
