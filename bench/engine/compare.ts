/** One shape at one size: every engine that can, in turn, and what each took beside ours. */
import type { Loaded, Peer, Shape } from "../peers/peer.ts";
import { median } from "../report.ts";
import { takeTurns, type Task, usual, warmUp } from "./rounds.ts";
import type { Tried, Trials } from "./trials.ts";

export interface Side {
  peer: Peer;
  /** Seconds of a run, one a round. */
  seconds: number[];
  /** Seconds of loading, the median. */
  loadSeconds: number;
  trial: Tried;
}

export interface Cell {
  shape: Shape;
  n: number;
  /** By the engine's name; a text says why there is nothing. */
  sides: Map<string, Side | string>;
}

const slowMs = 400;
const warmSize = 1000;
const warmMs = 400;

export async function compare(
  shape: Shape,
  n: number,
  peers: readonly Peer[],
  trialsOf: (peer: Peer, shape: Shape) => Trials,
): Promise<Cell> {
  const sides: Cell["sides"] = new Map();
  const able: { peer: Peer; trial: Tried; built: unknown }[] = [];
  for (const peer of peers) {
    const trial = trialsOf(peer, shape).get(n) ?? "not run";
    if (typeof trial === "string") sides.set(peer.name, trial);
    else able.push({ peer, trial, built: peer.build(shape, n) });
  }
  const loaded: Loaded[] = [];
  const loads = await takeTurns(
    able.map(({ peer, built, trial }, i) => ({
      isSlow: trial.loadMs > slowMs / 4 || peer.isBare === true,
      run: async () => (loaded[i] = await peer.load(built)),
    })),
    { rounds: 3, sliceMs: 1, budgetMs: slowMs, leastRounds: 1 },
  );
  const tasks = able.map(({ trial }, i): Task => ({
    isSlow: trial.runMs > slowMs,
    run: () => loaded[i]?.run(),
  }));
  const seconds = await takeTurns(tasks, { ...usual, rounds: n < 100_000 ? usual.rounds : 5 });
  for (const [i, { peer, trial }] of able.entries())
    sides.set(peer.name, {
      peer,
      trial,
      seconds: seconds[i] ?? [],
      loadSeconds: median(loads[i] ?? []),
    });
  return { shape, n, sides };
}

/** Has every engine that is fast enough compiled by the machine, as in a process that has run for a while. */
export async function warmUpFor(
  shape: Shape,
  peers: readonly Peer[],
  trialsOf: (peer: Peer, shape: Shape) => Trials,
): Promise<void> {
  const tasks: Task[] = [];
  for (const peer of peers) {
    const trial = trialsOf(peer, shape).get(warmSize);
    if (typeof trial !== "object" || trial.runMs > slowMs) continue;
    const loaded = await peer.load(peer.build(shape, warmSize));
    tasks.push({ run: () => loaded.run() });
  }
  await warmUp(tasks, warmMs);
}

/** How many times as fast as `other` ours is, in each round that both took part in. */
export const ratios = (ours: Side, other: Side): number[] =>
  other.seconds.slice(0, ours.seconds.length).map((seconds, i) => seconds / (ours.seconds[i] ?? seconds));
