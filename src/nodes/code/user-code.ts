/** Calling a user's function in the sandbox, and sorting what it returns. */
import type { NodeContext, NodeOutcome } from "../../engine/component.ts";
import type { SandboxResult } from "../../engine/sandbox.ts";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";

/**
 * Calls `code` with `args`. The keys of the object that it returns go to the outputs of the same names (or sockets); the
 * whole of it is shown to `more`, for what else a component makes of it. What is no object gives no outputs.
 */
export function callUserCode(
  context: NodeContext,
  code: string,
  args: Json[],
  more: (returned: JsonObject) => NodeOutcome = () => ({}),
): NodeOutcome | Promise<NodeOutcome> {
  const outcomeOf = ({ value, logs }: SandboxResult): NodeOutcome =>
    isJsonObject(value) ? { outputs: returnedOutputs(context, value), logs, ...more(value) } : { logs };
  const called = context.sandbox.call({ code, args, label: context.label });
  return called instanceof Promise ? called.then(outcomeOf) : outcomeOf(called);
}

function returnedOutputs(context: NodeContext, value: JsonObject): JsonObject {
  const found = context.node.outs.flatMap(([name, socket]): [string, Json][] => {
    const key = Object.hasOwn(value, name) ? name : socket;
    return Object.hasOwn(value, key) ? [[socket, value[key] as Json]] : [];
  });
  return Object.fromEntries(found);
}
