/** How values become text where a component of the original left it to JavaScript. */
import type { Json } from "../protocol/values.ts";

/** As Array.prototype.join has it: nothing for null, `[object Object]` for objects, commas within nested lists. */
export function textOf(value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(textOf).join(",");
  return typeof value === "object" ? "[object Object]" : String(value);
}
