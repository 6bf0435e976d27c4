import type { Json } from "../protocol/values.ts";

/** True where two values are the same JSON: the order of keys does not count. */
export function isSameJson(
  a: Json | undefined,
  b: Json | undefined,
  spend: (count: number) => void = () => {},
): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    spend(a.length);
    return a.every((item, i) => isSameJson(item, b[i], spend));
  }
  const keys = Object.keys(a);
  const others = Object.keys(b).length;
  spend(keys.length + others);
  return (
    keys.length === others && keys.every((key) => Object.hasOwn(b, key) && isSameJson(a[key], b[key], spend))
  );
}
