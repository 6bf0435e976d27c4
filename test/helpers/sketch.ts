/** Shapes of values, as far as a reader that goes by names depends on them. */

/** A type's name, a list of the shapes of its items, or the shapes of its fields. Texts that are JSON are looked into. */
export type Sketch = string | Sketch[] | { [field: string]: Sketch };

export function sketchOf(value: unknown): Sketch {
  if (typeof value === "string" && /^[{[]/.test(value)) return { "(json)": sketchOf(JSON.parse(value)) };
  if (value instanceof ReadableStream) return "stream";
  if (Array.isArray(value)) return value.slice(0, 1).map(sketchOf);
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, sketchOf(field)]));
}

/** Where a reader of `before` does not find in `now` what it looks for; fields more are no fault. */
export function lostIn(before: Sketch, now: Sketch, path = ""): string[] {
  // Whoever was answered nothing reads nothing.
  if (before === "undefined") return [];
  if (typeof before === "string") return before === now ? [] : [`${path}: ${before}`];
  if (Array.isArray(before)) {
    if (!Array.isArray(now)) return [`${path}: a list`];
    return before[0] === undefined || now[0] === undefined ? [] : lostIn(before[0], now[0], `${path}[]`);
  }
  if (typeof now !== "object" || Array.isArray(now)) return [`${path}: an object`];
  return Object.entries(before).flatMap(([name, field]) =>
    Object.hasOwn(now, name) ? lostIn(field, now[name] as Sketch, `${path}.${name}`) : [`${path}.${name}`],
  );
}
