import { isJsonObject, type Json } from "../../protocol/values.ts";

/** A list, the `rows` of a database's answer, or one thing alone; null for none. */
export function rowsOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value;
  if (value === null) return [];
  return isJsonObject(value) && Array.isArray(value.rows) ? value.rows : [value];
}
