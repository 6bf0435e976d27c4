/** What a user's function returned, sorted into a node's outputs. */
import type { NodeContext } from "../engine/component.ts";
import type { Json, JsonObject } from "../protocol/values.ts";

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The keys of `value` that the node has an output for, by the output's label or else its socket. */
export function returnedOutputs(context: NodeContext, value: JsonObject): JsonObject {
  const found = context.node.outs.flatMap(([name, socket]): [string, Json][] => {
    const key = Object.hasOwn(value, name) ? name : socket;
    return Object.hasOwn(value, key) ? [[socket, value[key] as Json]] : [];
  });
  return Object.fromEntries(found);
}
