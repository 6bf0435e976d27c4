/** An object without some of its keys; the same one where it has none of them. */
export function removeFrom<T extends Readonly<Record<string, unknown>>>(
  object: T,
  keys: readonly string[],
): T {
  if (!keys.some((key) => Object.hasOwn(object, key))) return object;
  const gone = new Set(keys);
  return Object.fromEntries(Object.entries(object).filter(([key]) => !gone.has(key))) as T;
}
