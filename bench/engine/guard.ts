/** A thread beside a trial: ends the process when one step of it has taken too much of the processor. */
import { parentPort, workerData } from "node:worker_threads";
import { processorMs } from "./processor.ts";

const { limitMs } = workerData as { limitMs: number };
let since = processorMs();
parentPort?.on("message", () => (since = processorMs()));
setInterval(() => {
  if (processorMs() - since > limitMs) process.kill(process.pid, "SIGKILL");
}, 50);
