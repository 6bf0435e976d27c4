import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";
import { defineComponent, flattened, trigger } from "../define.ts";
import { callUserCode } from "./user-code.ts";

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
  sandboxed: true,
  data: z.object({ code: z.string() }),
  execute(context, data) {
    return callUserCode(context, data.code, argumentsFor(context, data.code), ({ state }) =>
      isJsonObject(state) ? { state } : {},
    );
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
  return [flattened(context), {}, context.state];
}
