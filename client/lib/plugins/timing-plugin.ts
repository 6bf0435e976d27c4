/** Adds up how long nodes took, by the server's clock as their records tell. */
import type { EnginePlugin } from "../../../src/engine/index.ts";

export interface NodeTiming {
  /** Path of the node, `12/7` in a sub-spell. */
  nodeId: string;
  component: string;
  visits: number;
  /** Attempts that failed. */
  failures: number;
  /** Of all its visits. A Spell node's includes what it runs. */
  totalMs: number;
  maxMs: number;
}

export interface TimingPlugin extends EnginePlugin {
  /** Of the run seen last, the slowest first. */
  readonly timings: NodeTiming[];
}

export function timingPlugin(): TimingPlugin {
  let nodes = new Map<string, NodeTiming>();
  const timingOf = (nodeId: string, component: string): NodeTiming => {
    const known = nodes.get(nodeId);
    if (known !== undefined) return known;
    const timing = { nodeId, component, visits: 0, failures: 0, totalMs: 0, maxMs: 0 };
    nodes.set(nodeId, timing);
    return timing;
  };
  const add = (timing: NodeTiming, ms: number): void => {
    timing.totalMs += ms;
    timing.maxMs = Math.max(timing.maxMs, ms);
  };
  return {
    name: "timing",
    get timings() {
      return [...nodes.values()].toSorted((a, b) => b.totalMs - a.totalMs);
    },
    onRunStart: () => {
      nodes = new Map();
    },
    onNodeEnd: ({ nodeId, component }, { ms }) => {
      const timing = timingOf(nodeId, component);
      timing.visits += 1;
      add(timing, ms);
    },
    onNodeError: ({ nodeId, component }, { ms }) => {
      const timing = timingOf(nodeId, component);
      timing.failures += 1;
      add(timing, ms);
    },
  };
}
