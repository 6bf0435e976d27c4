/** A process of its own tries one engine with one shape, larger and larger: is its number right, how long, how much memory. */
import { Worker } from "node:worker_threads";
import { findPeer } from "../peers/index.ts";
import { expected, type Peer, type Shape } from "../peers/peer.ts";
import { processorMs } from "./processor.ts";
import { collectGarbage } from "./rounds.ts";

/** A line of what the process prints. */
export interface Trial {
  n: number;
  loadMs?: number;
  runMs?: number;
  failed?: string;
  /** Heap that a loaded graph takes, and that its run adds while it is held. */
  loadedBytes?: number;
  runBytes?: number;
}

/** What takes longer to load and run is not done twice for the memory; nor are larger graphs: a node weighs the same there. */
const longMs = 3000;
const weighedSize = 10_000;

process.env.NODE_ENV = "production";
const [limit, name = "", asked, ...sizes] = process.argv.slice(2);
const shape = asked as Shape;
const peer = await findPeer(name);
const guard = new Worker(new URL("guard.ts", import.meta.url), { workerData: { limitMs: Number(limit) } });
const tell = (trial: Trial): void => {
  console.log(JSON.stringify(trial));
  guard.postMessage("goes on", []);
};

// In functions of their own, so that nothing is held by what is already measured.
for (const n of sizes.map(Number)) {
  const built = peer.build(shape, n);
  tell({ n });
  try {
    const times = await time(peer, built, n);
    tell({ n, ...times });
    if (times.loadMs + times.runMs > longMs || n > weighedSize) continue;
    // Twice: what of an earlier one is freed late, or learned by V8 then, would be taken for its weight.
    const [one, two] = [await weigh(peer, built), await weigh(peer, built)];
    const loadedBytes = Math.max(one.loadedBytes, two.loadedBytes);
    const runBytes = Math.max(one.runBytes, two.runBytes);
    tell({ n, ...times, loadedBytes, runBytes });
  } catch (thrown) {
    const isOverflow = thrown instanceof RangeError && thrown.message.includes("call stack");
    tell({ n, failed: isOverflow ? "stack overflow" : String(thrown) });
    break;
  }
}
// Some engines leave timers behind.
process.exit(0);

async function time(one: Peer, built: unknown, n: number): Promise<{ loadMs: number; runMs: number }> {
  const start = processorMs();
  const loaded = await one.load(built);
  const loadMs = processorMs() - start;
  const { value, events } = await loaded.run();
  const runMs = processorMs() - start - loadMs;
  if (value !== expected(shape, n)) throw new Error(`gave ${value}`);
  if (one.isBare !== true && events.length < n) throw new Error(`told of ${events.length} nodes only`);
  return { loadMs, runMs };
}

async function weigh(one: Peer, built: unknown): Promise<{ loadedBytes: number; runBytes: number }> {
  const before = await heap();
  const loaded = await one.load(built);
  const whenLoaded = await heap();
  const outcome = await loaded.run();
  const whenRun = await heap();
  // Looked at behind the measure, so that it is not collected before.
  if (Number.isNaN(outcome.value)) throw new Error("gave no number");
  return { loadedBytes: whenLoaded - before, runBytes: whenRun - whenLoaded };
}

async function heap(): Promise<number> {
  // What a finished promise holds goes with the turn.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
