/** Several servers asked the same in turn, each ratio taken within its round, so that they meet the same machine. */
import { load, type LoadOptions, type LoadResult } from "./load.ts";
import { processorUs } from "./process-time.ts";
import { median } from "./report.ts";

export interface Asked extends Omit<LoadOptions, "connections" | "requests"> {
  name: string;
  pid: number;
  /** Of the requests of a round, for a server that is slow beyond comparison; 1 unless given. */
  share?: number;
  /** Waits for what its requests have set off beside their answers: that is of their time. */
  settled?: (requests: number) => Promise<unknown>;
}

export interface Measured {
  /** Requests a second, by round. */
  rates: number[];
  perSecond: number;
  /** ms, the median of the rounds. */
  p50: number;
  p99: number;
  /** µs of the server's processor a request; NaN where the system does not tell. */
  processorUs: number;
}

export interface Turns {
  rounds: number;
  requests: number;
  warmUp: number;
  connections: number;
}

export async function inTurns(
  all: readonly Asked[],
  { rounds, requests, warmUp, connections }: Turns,
): Promise<Map<string, Measured>> {
  const kept = new Map<string, (LoadResult & { us: number })[]>(all.map(({ name }) => [name, []]));
  const ask = async (one: Asked, count: number) => {
    const asked = Math.max(connections, Math.round(count * (one.share ?? 1)));
    const before = processorUs(one.pid);
    const started = performance.now();
    const { p50, p99 } = await load({ ...one, connections, requests: asked });
    await one.settled?.(asked);
    const perSecond = asked / ((performance.now() - started) / 1000);
    return { perSecond, p50, p99, us: (processorUs(one.pid) - before) / asked };
  };
  for (const one of all) await ask(one, warmUp);
  for (let round = 0; round < rounds; round++)
    for (const one of round % 2 === 0 ? all : all.toReversed())
      kept.get(one.name)?.push(await ask(one, requests));
  return new Map(
    [...kept].map(([name, results]) => [
      name,
      {
        rates: results.map(({ perSecond }) => perSecond),
        perSecond: median(results.map(({ perSecond }) => perSecond)),
        p50: median(results.map(({ p50 }) => p50)),
        p99: median(results.map(({ p99 }) => p99)),
        processorUs: median(results.map(({ us }) => us)),
      },
    ]),
  );
}

/** How many times as fast `a` is, by round. */
export const ratiosOf = (a: Measured, b: Measured): number[] =>
  a.rates.map((rate, i) => rate / (b.rates[i] ?? Number.NaN));

/** The same in words: the median over the rounds, the least and the most. */
export function ratioOf(a: Measured, b: Measured): string {
  const ratios = ratiosOf(a, b);
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} – ${Math.max(...ratios).toFixed(2)})`;
}
