import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";
import { defineComponent, flattened, trigger } from "../define.ts";
import { parametersOf } from "./parameters.ts";
import { callUserCode } from "./user-code.ts";

/**
 * Until 2022-02 the function was `worker(node, inputs, data)` and inputs were lists; then `worker(inputs, data, state)`;
 * in Magick `worker({ a, b }, data)`, without the state. Nothing but the parameters tells them apart.
 */
type Era = "lists" | "state" | "magick";

function eraOf(source: string): Era {
  const [first = "", ...others] = parametersOf(source);
  if (/^node\b/.test(first)) return "lists";
  return first.startsWith("{") && others.length < 2 ? "magick" : "state";
}

export const code = defineComponent({
  name: "Code",
  aliases: ["Wysiwyg"],
  category: "Code",
  help: "Runs your function worker(inputs, data, state) in a sandbox. What it returns goes to the outputs of the same names; a returned 'state' is merged into the state. A function worker({ a, b }, data), as Magick had it, is given the inputs of the run as data, and no state.",
  inputs: [trigger()],
  outputs: [trigger()],
  dynamicInputs: true,
  dynamicOutputs: true,
  sandboxed: true,
  // Parsed once for a node, and so its era found once.
  data: z.object({ code: z.string().transform((source) => ({ source, era: eraOf(source) })) }),
  execute(context, { code: { source, era } }) {
    return callUserCode(context, source, argumentsOf(context, era), ({ state }) =>
      era !== "magick" && isJsonObject(state) ? { state } : {},
    );
  },
});

function argumentsOf(context: NodeContext, era: Era): Json[] {
  if (era === "magick") return [flattened(context), context.runInputs];
  if (era === "state") return [flattened(context), {}, context.state];
  const lists = context.connected.map((socket): [string, Json] => [
    socket,
    context.values(socket).map((value) => value ?? null),
  ]);
  const node: JsonObject = { id: context.node.id, name: context.node.component, data: context.data };
  return [node, Object.fromEntries(lists), {}];
}
