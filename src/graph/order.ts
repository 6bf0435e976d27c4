/** Load order: nodes by number, each after those that it is fed by, as the original engine built its tasks. */
import type { SpellDocument } from "../protocol/spell.ts";

function byNumber(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  const [isX, isY] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isX && isY && x !== y) return x - y;
  if (isX !== isY) return isX ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Node ids in load order. Every edge counts, data and trigger; in a cycle the lower number comes first. */
export function loadOrder(document: SpellDocument): string[] {
  const sources = new Map<string, string[]>();
  const ids = Object.keys(document.nodes).toSorted(byNumber);
  for (const id of ids) sources.set(id, []);
  for (const { from, to } of Object.values(document.edges))
    if (sources.has(from[0])) sources.get(to[0])?.push(from[0]);
  const order: string[] = [];
  const seen = new Set<string>();
  for (const start of ids) {
    if (seen.has(start)) continue;
    seen.add(start);
    const stack: { id: string; next: number }[] = [{ id: start, next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const feeding = sources.get(top.id) ?? [];
      const source = feeding[top.next++];
      if (source === undefined) {
        order.push(top.id);
        stack.pop();
      } else if (!seen.has(source)) {
        seen.add(source);
        stack.push({ id: source, next: 0 });
      }
    }
  }
  return order;
}
