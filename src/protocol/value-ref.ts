/** Tells a reference from any other value. Without zod, for a page. */
import type { Json, ValueRef } from "./values.ts";

/** True where `value` has exactly the shape of a `valueRef`. */
export function isValueRef(value: Json | undefined): value is ValueRef {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  if (keys.length !== 1 || keys[0] !== "$value") return false;
  const { $value: ref } = value as { $value: Json };
  if (typeof ref !== "object" || ref === null || Array.isArray(ref)) return false;
  const { id, bytes, preview } = ref;
  return (
    typeof id === "string" && Number.isSafeInteger(bytes) && Number(bytes) >= 0 && typeof preview === "string"
  );
}
