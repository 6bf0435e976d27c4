/** Where our engine's time and memory go: the functions that take most themselves. */
import { type HeapProfiler, type Profiler, Session } from "node:inspector/promises";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Shape } from "../peers/peer.ts";
import { documentOf, planOf, runPlan } from "../peers/spellrunner.ts";
import { selfTimes } from "../self-times.ts";
import { processorMs } from "./processor.ts";

const shown = 14;

export async function profile(graphs: readonly [Shape, number][], ms: number): Promise<void> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  for (const [shape, n] of graphs) {
    const plan = planOf(documentOf(shape, n));
    const repeat = (forMs: number): number => {
      const start = performance.now();
      let runs = 0;
      for (; performance.now() - start < forMs; runs++) runPlan(plan, true);
      return runs;
    };
    repeat(ms / 2);
    await session.post("Profiler.start");
    const start = processorMs();
    const runs = repeat(ms);
    const ns = ((processorMs() - start) * 1e6) / (runs * n);
    const { profile: cpu } = await session.post("Profiler.stop");
    console.log(`\n## ${shape} of ${n}: ${ns.toFixed(0)} ns a visit while profiled\n`);
    const times = selfTimes(cpu, whereIs);
    // The profiler's own beginning and end.
    times.delete("post");
    print(times, (share) => `${((share / sumOf(times)) * ns).toFixed(0)} ns`);
    await session.post("HeapProfiler.startSampling", {
      samplingInterval: 4096,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    } as HeapProfiler.StartSamplingParameterType);
    const measured = repeat(ms / 3);
    const { profile: heap } = await session.post("HeapProfiler.stopSampling");
    console.log("\nAllocated in:\n");
    print(allocations(heap.head), (bytes) => `${(bytes / (measured * n)).toFixed(0)} B`);
  }
  session.disconnect();
}

function print(shares: ReadonlyMap<string, number>, each: (share: number) => string): void {
  const sum = sumOf(shares);
  const sorted = [...shares].toSorted((a, b) => b[1] - a[1]).slice(0, shown);
  for (const [where, share] of sorted)
    console.log(`${((share / sum) * 100).toFixed(1).padStart(5)} %  ${each(share).padStart(7)}  ${where}`);
}

function whereIs({ functionName, url, lineNumber }: Profiler.ProfileNode["callFrame"]): string {
  const name = functionName === "" ? "(anonymous)" : functionName;
  if (!url.startsWith("file:")) return name;
  return `${name}  ${relative(process.cwd(), fileURLToPath(url))}:${lineNumber + 1}`;
}

const sumOf = (shares: ReadonlyMap<string, number>): number =>
  [...shares.values()].reduce((sum, share) => sum + share, 0);

function allocations(head: HeapProfiler.SamplingHeapProfileNode): Map<string, number> {
  const sizes = new Map<string, number>();
  const rest = [head];
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    const where = whereIs(node.callFrame);
    if (node.selfSize > 0) sizes.set(where, (sizes.get(where) ?? 0) + node.selfSize);
    rest.push(...node.children);
  }
  return sizes;
}
