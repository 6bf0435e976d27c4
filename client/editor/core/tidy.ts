/** Places for nodes, so that wires go from left to right and cross little. */
import { Graph, layout } from "@dagrejs/dagre";
import type { SpellDocument } from "../../lib/index.ts";
import type { Point } from "./document.ts";

export interface Size {
  width: number;
  height: number;
}

/**
 * @param ids of the nodes to place; the others stay. @param sizes as they are drawn
 * The order from top to bottom among starts is kept: the topmost one starts.
 */
export function tidied(
  document: SpellDocument,
  ids: readonly string[],
  sizes: ReadonlyMap<string, Size>,
): Map<string, Point> {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 28, ranksep: 70, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  const chosen = ids
    .filter((id) => document.nodes[id] !== undefined)
    .toSorted((a, b) => (document.nodes[a]?.position[1] ?? 0) - (document.nodes[b]?.position[1] ?? 0));
  for (const id of chosen) graph.setNode(id, { ...(sizes.get(id) ?? { width: 220, height: 110 }) });
  const inside = new Set(chosen);
  for (const [id, { from, to }] of Object.entries(document.edges))
    if (inside.has(from[0]) && inside.has(to[0])) graph.setEdge(from[0], to[0], {}, id);
  layout(graph);
  const left = Math.min(...chosen.map((id) => document.nodes[id]?.position[0] ?? 0));
  const top = Math.min(...chosen.map((id) => document.nodes[id]?.position[1] ?? 0));
  const places = new Map<string, Point>();
  for (const id of chosen) {
    const { x, y, width, height } = graph.node(id) as unknown as { x: number; y: number } & Size;
    places.set(id, [left + x - width / 2, top + y - height / 2]);
  }
  return keepStartsInOrder(document, places);
}

/** The vertical order of nodes that nothing leads to decides which one starts. */
function keepStartsInOrder(document: SpellDocument, places: Map<string, Point>): Map<string, Point> {
  const led = new Set(Object.values(document.edges).map(({ to }) => to[0]));
  const starts = [...places.keys()].filter((id) => !led.has(id));
  const heights = starts.map((id) => places.get(id)?.[1] ?? 0).toSorted((a, b) => a - b);
  for (const [i, id] of starts.entries()) {
    const [x] = places.get(id) ?? [0, 0];
    places.set(id, [x, heights[i] ?? 0]);
  }
  return places;
}
