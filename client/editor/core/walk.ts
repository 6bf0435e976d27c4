/** Which node a walk by keys comes to. */
import type { SpellDocument } from "../../lib/index.ts";

export type Direction = "right" | "left" | "up" | "down";

/** From `from` along its wires, or up and down the canvas; from nowhere to the topmost start. */
export function walk(
  document: SpellDocument,
  from: string | undefined,
  direction: Direction,
): string | undefined {
  const ids = Object.keys(document.nodes);
  const heightOf = (id: string): number => document.nodes[id]?.position[1] ?? 0;
  const topmost = (of: readonly string[]): string | undefined =>
    of.toSorted((a, b) => heightOf(a) - heightOf(b))[0];
  const here = from === undefined ? undefined : document.nodes[from];
  if (from === undefined || here === undefined) {
    const led = new Set(Object.values(document.edges).map(({ to }) => to[0]));
    return topmost(ids.filter((id) => !led.has(id))) ?? topmost(ids);
  }
  const edges = Object.values(document.edges);
  if (direction === "right")
    return topmost(edges.filter(({ from: [id] }) => id === from).map(({ to }) => to[0]));
  if (direction === "left")
    return topmost(edges.filter(({ to: [id] }) => id === from).map(({ from: [id] }) => id));
  const sign = direction === "down" ? 1 : -1;
  const [x, y] = here.position;
  // Near in both directions, but a step to the side counts more.
  const costOf = (id: string): number => {
    const [otherX, otherY] = document.nodes[id]?.position ?? [0, 0];
    return Math.abs(otherY - y) + 2 * Math.abs(otherX - x);
  };
  return ids
    .filter((id) => id !== from && (heightOf(id) - y) * sign > 0)
    .toSorted((a, b) => costOf(a) - costOf(b))[0];
}
