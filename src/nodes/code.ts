import * as z from "zod";
import type { NodeContext, NodeOutcome } from "../engine/component.ts";
import type { SandboxResult } from "../engine/sandbox.ts";
import type { Json, JsonObject } from "../protocol/values.ts";
import { defineComponent, trigger } from "./define.ts";
import { isObject, returnedOutputs } from "./returned.ts";

/** Until 2022-02 the function was `worker(node, inputs, data)` and inputs were lists: its first parameter tells. */
const takesNode = /^\s*(?:\/\/.*\n|\/\*[\s\S]*?\*\/|\s)*(?:async\s+)?(?:function\b[^(]*)?\(?\s*node\b/;

export const code = defineComponent({
  name: "Code",
  aliases: [],
  category: "Code",
  help: "Runs your function worker(inputs, data, state) in a sandbox. What it returns goes to the outputs of the same names; a returned 'state' is merged into the state.",
  inputs: [trigger()],
  outputs: [trigger()],
  dynamicInputs: true,
  dynamicOutputs: true,
  data: z.object({ code: z.string() }),
  execute(context, data) {
    const called = context.sandbox.call({
      code: data.code,
      args: argumentsFor(context, data.code),
      label: context.label,
    });
    return called instanceof Promise
      ? called.then((result) => outcomeOf(context, result))
      : outcomeOf(context, called);
  },
});

function argumentsFor(context: NodeContext, source: string): Json[] {
  if (takesNode.test(source)) {
    const lists = context.connected.map((socket): [string, Json] => [
      socket,
      context.values(socket).map((value) => value ?? null),
    ]);
    const node: JsonObject = { id: context.node.id, name: context.node.component, data: context.data };
    return [node, Object.fromEntries(lists), {}];
  }
  const flat = context.connected.flatMap((socket): [string, Json][] => {
    const value = context.value(socket);
    return value === undefined ? [] : [[socket, value]];
  });
  return [Object.fromEntries(flat), {}, context.state];
}

/** Sorts what the function returned into outputs and state. */
function outcomeOf(context: NodeContext, { value, logs }: SandboxResult): NodeOutcome {
  if (!isObject(value)) return { logs };
  const { state } = value;
  return { outputs: returnedOutputs(context, value), logs, ...(isObject(state) ? { state } : {}) };
}
