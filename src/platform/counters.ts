/**
 * What is counted for the operator. Each isolate counts in memory, and tells the actor that adds up (`actor/metrics-book.ts`) every ten
 * seconds, with something that is done anyway: so counting costs nothing on the way. What an isolate had not told when it ended is lost.
 */
import { now } from "./clock.ts";
import { describeError, log } from "./log.ts";

export type CounterName = "requests" | "problems" | "runs" | "sign_ins";
export type Labels = Record<string, string | number>;
/** Name, labels as JSON, how many more. */
export type Delta = [name: string, labels: string, more: number];

/** Where counts are added up. */
export interface CountsKeeper {
  add(deltas: Delta[]): Promise<void>;
  /** All sums. */
  read(): Promise<Delta[]>;
}
interface KeeperEnv {
  METRICS?: { getByName(name: string): unknown };
}

/** One for the deployment. */
export const keeperOf = ({ METRICS: keepers }: KeeperEnv): CountsKeeper | undefined =>
  keepers?.getByName("all") as CountsKeeper | undefined;

const periodMs = 10_000;
/** Series of one isolate between two tellings; there are fewer, unless a label is made of what users write. */
const maxSeries = 1000;

let counts = new Map<string, number>();
let toldAt = 0;

/** Adds one. @param labels of few values each: never of an id */
export function count(name: CounterName, labels: Labels, more = 1): void {
  const key = `${name}\n${JSON.stringify(labels)}`;
  const before = counts.get(key);
  if (before === undefined && counts.size >= maxSeries) return;
  counts.set(key, (before ?? 0) + more);
}

/**
 * Tells what was counted, at most every ten seconds unless it `isWanted` now; undefined where there is nothing to do. Never fails. What
 * could not be told is told the next time; where only the answer was lost it counts twice.
 */
export function tellCounts(env: KeeperEnv, isWanted = false): Promise<void> | undefined {
  if (counts.size === 0 || (!isWanted && now() - toldAt < periodMs)) return undefined;
  const keeper = keeperOf(env);
  return keeper === undefined ? undefined : tell(keeper);
}

async function tell(keeper: CountsKeeper): Promise<void> {
  const telling = counts;
  counts = new Map();
  toldAt = now();
  try {
    await keeper.add(
      [...telling].map(([key, more]): Delta => {
        const at = key.indexOf("\n");
        return [key.slice(0, at), key.slice(at + 1), more];
      }),
    );
  } catch (error) {
    for (const [key, more] of telling) counts.set(key, (counts.get(key) ?? 0) + more);
    log.warn("counts were not told", { error: describeError(error) });
  }
}
