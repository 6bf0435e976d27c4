/** What a profile of the processor says: which functions took most themselves. */
import type { Profiler } from "node:inspector/promises";

/** µs by what `nameOf` calls a function. */
export function selfTimes(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  nameOf: (frame: Profiler.ProfileNode["callFrame"]) => string,
): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, nameOf(node.callFrame)]));
  const times = new Map<string, number>();
  for (const [i, id] of samples.entries()) {
    const name = byId.get(id) ?? "";
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[i] ?? 0));
  }
  return times;
}
