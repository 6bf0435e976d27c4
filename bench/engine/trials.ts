/** Tries every engine with every shape before anything is compared, in processes that can be stopped. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Peer, Shape } from "../peers/peer.ts";
import type { Trial } from "./trial.ts";

/** An engine that takes more of the processor to load and run once is stopped. */
export const limitMs = 5000;
const atOnce = 2;

export type Tried = Required<Pick<Trial, "loadMs" | "runMs">> & Trial;
/** What came of each size: its measures, or why there are none. */
export type Trials = Map<number, Tried | string>;

/** @throws Error when an engine gives another number than the others do */
export async function tryAll(
  jobs: readonly { peer: Peer; shape: Shape }[],
  sizes: readonly number[],
): Promise<(peer: Peer, shape: Shape) => Trials> {
  const found = new Map<string, Trials>();
  const keyOf = (peer: Peer, shape: Shape): string => `${peer.triedAs ?? peer.name} ${shape}`;
  const waiting = jobs.filter(({ peer }) => peer.triedAs === undefined);
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const { peer, shape } = job;
      const lack = peer.lacks?.(shape);
      const trials =
        lack === undefined ? await tryOne(peer, shape, sizes) : new Map(sizes.map((n) => [n, lack]));
      found.set(keyOf(peer, shape), trials);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, () => work()));
  return (peer, shape) => found.get(keyOf(peer, shape)) ?? new Map<number, Tried | string>();
}

async function tryOne(peer: Peer, shape: Shape, sizes: readonly number[]): Promise<Trials> {
  const words = [limitMs, peer.name, shape, ...sizes].map(String);
  const child = spawn(
    process.execPath,
    // Code that V8 drops would count as memory that the graph gives back.
    ["--no-flush-bytecode", join(import.meta.dirname, "trial.ts"), ...words],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on("close", (...how) => resolve(how)),
  );
  const trials: Trials = new Map();
  let latest: Trial | undefined;
  for await (const line of createInterface(child.stdout)) {
    latest = JSON.parse(line) as Trial;
    const { n, failed } = latest;
    if (failed !== undefined && failed !== overflow)
      throw new Error(`${peer.name}, ${shape} of ${n}: ${failed}`);
    if (failed !== undefined) trials.set(n, failed);
    else if (latest.runMs !== undefined) trials.set(n, latest as Tried);
  }
  const [code, signal] = await ended;
  if (latest === undefined || (signal === null && code !== 0))
    throw new Error(`${peer.name} could not be tried with a ${shape}: ended with ${signal ?? code}.`);
  const why = signal === "SIGKILL" ? `over ${limitMs / 1000} s` : `ended by ${signal}`;
  if (!trials.has(latest.n)) trials.set(latest.n, why);
  const last = trials.get(latest.n);
  for (const n of sizes) if (!trials.has(n)) trials.set(n, last === overflow ? overflow : "not run");
  return trials;
}

const overflow = "stack overflow";
