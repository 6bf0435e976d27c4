/** A runtime of each side, and the client of both in a process of its own. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findListener } from "../../scripts/processes.ts";
import { memoryBytes, openFiles } from "../process-time.ts";
import { type Side, type Sides, startSides } from "../sides.ts";
import type { Done, Order } from "./client.ts";

export const bothSides = ["spell", "bare"] as const satisfies readonly Side[];

export interface Part {
  sides: Sides;
  pids: Record<Side, number>;
  /** Spells of each batch that are this part's. */
  batches: readonly string[][];
  token: string;
  client: ChildProcess;
  /** Aborted when the client ends, so that nobody waits for it. */
  ended: AbortSignal;
}

export async function startPart(batches: readonly string[][]): Promise<Part> {
  const sides = await startSides("bench/workers/bare-idle.ts");
  const client = fork(join(import.meta.dirname, "client.ts"));
  const ended = new AbortController();
  client.once("exit", () => ended.abort(new Error("The client has ended.")));
  const pidOf = (side: Side): number => findListener(Number(new URL(sides.urls[side]).port))?.pid ?? 0;
  return {
    sides,
    pids: { spell: pidOf("spell"), bare: pidOf("bare") },
    batches,
    token: sides.headers.authorization?.slice("Bearer ".length) ?? "",
    client,
    ended: ended.signal,
  };
}

export async function endPart({ client, sides }: Part): Promise<void> {
  client.kill();
  await sides.close();
}

/** Has the part's client do that. Gives how many connections it has open then, to both sides. */
export async function ask(
  { sides, token, client, ended }: Part,
  side: Side,
  what: Pick<Order, "spells" | "connectionsEach">,
): Promise<number> {
  client.send({ url: sides.urls[side], token, ...what } satisfies Order);
  const [done] = (await once(client, "message", { signal: ended })) as [Done];
  if ("failed" in done) throw new Error(done.failed);
  return done.open;
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);

/** Bytes of all runtimes of a side. */
export const memoryOf = (parts: readonly Part[], side: Side): number =>
  sum(parts.map(({ pids }) => memoryBytes(pids[side])));

/** Objects of a side that are awake: they have their database open. */
export const awakeOf = (parts: readonly Part[], side: Side): number =>
  sum(
    parts.map(
      ({ pids }) =>
        openFiles(pids[side]).filter((path) => /SpellRunner\/[0-9a-f]+\.sqlite$/.test(path)).length,
    ),
  );

/** An object hibernates 10 s after the last thing that happened. */
const hibernatedWithinMs = 60_000;
const lookEachMs = 500;

/** Waits until all objects sleep. @throws Error when one does not */
export async function hibernated(parts: readonly Part[]): Promise<void> {
  const deadline = Date.now() + hibernatedWithinMs;
  for (;;) {
    const awake = sum(bothSides.map((side) => awakeOf(parts, side)));
    if (awake === 0) return;
    if (Date.now() > deadline) throw new Error(`${awake} objects do not hibernate.`);
    await sleep(lookEachMs);
  }
}
