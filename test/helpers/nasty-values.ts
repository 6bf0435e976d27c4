/** What wires may carry and editors may have stored, that components must take or refuse in words. */
import type { Json, JsonObject } from "../../src/protocol/values.ts";

export const nastyValues: readonly Json[] = [
  null,
  true,
  -1.5,
  1e308,
  "",
  "text",
  "5",
  "[1,2]",
  '{"__proto__": null}',
  "\uD800",
  "x".repeat(100_000),
  [],
  [null, 1, "a", {}],
  {},
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "toString": null}') as JsonObject,
];
