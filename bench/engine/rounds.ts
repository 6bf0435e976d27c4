/** Times things side by side: each in turn, round after round, so that all meet the same machine. In time of the processor. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { processorMs } from "./processor.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as (options?: { type: "minor" }) => void;

/** All that can be freed. Not between timings: with no run alive V8 forgets what it had learned of a run's objects. */
export const collectGarbage = (): void => collect();

export interface Task {
  run(): unknown;
  /** A run is known to be slow: no warming up. */
  isSlow?: boolean;
}

export interface Timing {
  rounds: number;
  /** Short runs are repeated for at least so long, and that counts as one. */
  sliceMs: number;
  /** A task that has had so much takes no part in further rounds, but for so many. */
  budgetMs: number;
  leastRounds: number;
}
export const usual: Timing = { rounds: 7, sliceMs: 15, budgetMs: 1500, leastRounds: 2 };

/** Seconds of the processor that a run takes, for each task, one a round; slow tasks have fewer. */
export async function takeTurns(tasks: readonly Task[], timing: Timing = usual): Promise<number[][]> {
  const { rounds, sliceMs, budgetMs, leastRounds } = timing;
  const repeats: number[] = [];
  for (const task of tasks) repeats.push(task.isSlow === true ? 1 : await calibrate(task, sliceMs));
  const seconds: number[][] = tasks.map(() => []);
  const spent = tasks.map(() => 0);
  for (let round = 0; round < rounds; round++)
    for (const [i, task] of tasks.entries()) {
      if (round >= leastRounds && (spent[i] ?? 0) > budgetMs) continue;
      // None pays for the short-lived objects of the one before.
      collect({ type: "minor" });
      const count = repeats[i] ?? 1;
      const ms = await timed(task, count);
      spent[i] = (spent[i] ?? 0) + ms;
      seconds[i]?.push(ms / count / 1000);
    }
  return seconds;
}

/** Runs each task for so long, so that it is compiled before it is timed. */
export async function warmUp(tasks: readonly Task[], ms: number): Promise<void> {
  for (const task of tasks) for (let spent = 0; spent < ms;) spent += await timed(task, 1);
}

/** Warms a task up and finds how many runs make a slice. */
async function calibrate(task: Task, sliceMs: number): Promise<number> {
  let count = 1;
  let ms = await timed(task, 1);
  for (let warm = ms; warm < sliceMs * 3; warm += ms) {
    if (ms < sliceMs) count *= 2;
    ms = await timed(task, count);
  }
  return Math.max(1, Math.ceil((count * sliceMs) / ms));
}

async function timed(task: Task, count: number): Promise<number> {
  const start = processorMs();
  for (let i = 0; i < count; i++) {
    const given = task.run();
    // What is synchronous is not made to wait a turn.
    if (given instanceof Promise) await given;
  }
  return processorMs() - start;
}
