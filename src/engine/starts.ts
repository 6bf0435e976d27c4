/** Where a graph starts: at a node of its own, or, where flows are fibers, with its life. */
import type { PlanGraph } from "../protocol/plan.ts";

/** Stands for all events of a graph's life. */
export const lifeStart = -1;
/** The trigger of a run by which a graph lives: its start events, one tick, its end events. */
export const lifeTrigger = "lifecycle";

/** The topmost start; in a graph that only lives, its life. */
export const defaultStart = (graph: PlanGraph | undefined): number | undefined =>
  graph?.starts[0] ?? (graph?.life === undefined ? undefined : lifeStart);

/** The names by which a run can choose a start, the default one first. */
export const startNames = (graph: PlanGraph): string[] => [
  ...(graph.life === undefined ? [] : [lifeTrigger]),
  ...graph.starts.map((start) => nameOf(graph, start)),
];

/** The name of the default start; empty where there is none. */
export function firstStart(graph: PlanGraph): string {
  if (graph.life !== undefined) return lifeTrigger;
  const [start] = graph.starts;
  return start === undefined ? "" : nameOf(graph, start);
}

export function startCalled(graph: PlanGraph, name: string): number | undefined {
  const start =
    graph.starts.find((index) => nameOf(graph, index) === name) ??
    graph.starts.find((index) => graph.nodes[index]?.id === name);
  return start ?? (name === lifeTrigger && graph.life !== undefined ? lifeStart : undefined);
}

/** What chooses that start and no other: its name or, where another one has that, its id; undefined where that is taken, too. */
export function callOfStart(graph: PlanGraph, start: number): string | undefined {
  const calls = [nameOf(graph, start), graph.nodes[start]?.id ?? ""];
  return calls.find((call) => startCalled(graph, call) === start);
}

function nameOf(graph: PlanGraph, index: number): string {
  const node = graph.nodes[index];
  return node?.name ?? node?.id ?? "";
}
