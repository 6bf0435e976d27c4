/** Changes that keep every value of its kind, so that a schema still takes the whole: other numbers, texts swapped, items moved. */
import fc from "fast-check";

const nudge = fc.record({
  where: fc.nat(),
  other: fc.nat(),
  number: fc.constantFrom(0, 1, 2, 7, 99, 1_000_000_000, Number.MAX_SAFE_INTEGER),
});
export type Nudge = typeof nudge extends fc.Arbitrary<infer N> ? N : never;

export const nudges: fc.Arbitrary<Nudge[]> = fc.array(nudge, { minLength: 1, maxLength: 4 });

type Holder = Record<string, unknown>;

/** A changed copy. */
export function nudged<T>(value: T, changes: readonly Nudge[]): T {
  const copy = structuredClone(value);
  for (const change of changes) change_(copy, change);
  return copy;
}

function change_(whole: unknown, { where, other, number }: Nudge): void {
  const holders: [Holder, string][] = [];
  const texts: string[] = [];
  const open: unknown[] = [whole];
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const [key, inner] of Object.entries(at as Holder)) {
      holders.push([at as Holder, key]);
      if (typeof inner === "string") texts.push(inner);
      if (typeof inner === "object" && inner !== null) open.push(inner);
    }
  const [holder, key] = holders[where % Math.max(1, holders.length)] ?? [];
  if (holder === undefined || key === undefined) return;
  const present = holder[key];
  if (typeof present === "number") holder[key] = other % 2 === 0 ? number : present + 1;
  else if (typeof present === "string") holder[key] = texts[other % texts.length];
  else if (typeof present === "boolean") holder[key] = !present;
  else if (Array.isArray(present) && present.length > 0) move(present, other);
  else if (Array.isArray(holder)) move(holder, other);
}

/** Takes an item away, doubles it, or puts it elsewhere. */
function move(list: unknown[], other: number): void {
  const [item] = list.splice(other % list.length, 1);
  if (other % 3 === 0) return;
  if (other % 3 === 1) list.splice(other % (list.length + 1), 0, item);
  else list.push(structuredClone(item), item);
}
