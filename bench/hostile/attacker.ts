/** The hostile clients in a thread of their own, so that their work is not the good one's. */
import { parentPort, workerData } from "node:worker_threads";
import { attacks, type Target } from "./attacks.ts";

const { target, names, ms } = workerData as { target: Target; names: string[]; ms: number };
const counts: Record<string, Record<string, number>> = {};
const end = Date.now() + ms;
await Promise.all(
  names.map((name) => {
    const told: Record<string, number> = (counts[name] = {});
    return attacks[name]?.({
      target,
      isOver: () => Date.now() > end,
      tell: (outcome) => void (told[outcome] = (told[outcome] ?? 0) + 1),
    });
  }),
);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of Node, not a window
parentPort?.postMessage(counts);
