/** Objects put together from inputs and taken apart into outputs. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";
import { bounded } from "../bounds.ts";
import { defineComponent, flattened, input, output, outputs, trigger } from "../define.ts";
import { neededObject, storedIn, wrongKind } from "../inputs.ts";

export const composeObject = defineComponent({
  name: "Compose Object",
  aliases: [],
  category: "Data/Data Structures",
  help: "Makes an object of all inputs, each under its name.",
  inputs: [trigger()],
  outputs: [trigger(), output("output", "object")],
  dynamicInputs: true,
  data: z.object({}),
  execute: (context) => ({ outputs: { output: bounded(context, flattened(context)) } }),
});

const merging = {
  inputs: [trigger(), input("object", "object")],
  outputs: [trigger(), output("object", "object")],
  dynamicInputs: true,
  data: z.object({}),
} as const;

export const mergeObjects = defineComponent({
  ...merging,
  name: "Merge Objects",
  aliases: ["Merge"],
  category: "Data/Object",
  help: "Adds all other inputs to the object, each under its name; where it has that key already, the input takes its place.",
  execute: (context) => ({
    outputs: { object: merged(context, ([name]) => name !== "object") },
  }),
});

/** Existed for a day; kept apart because what it gave holds the object itself, too. */
export const spread = defineComponent({
  ...merging,
  name: "Spread",
  aliases: [],
  category: "Utility",
  help: "Adds all inputs to the object, each under its name, and the object itself under 'object'. Merge Objects does without the latter.",
  execute: (context) => ({ outputs: { object: merged(context, () => true) } }),
});

function merged(context: NodeContext, isAdded: (entry: [string, Json]) => boolean): JsonObject {
  const base = context.value("object") ?? {};
  if (!isJsonObject(base)) throw wrongKind(context, "object", "an object", base);
  const added = Object.entries(flattened(context)).filter(isAdded);
  return bounded(context, Object.fromEntries([...Object.entries(base), ...added]));
}

export const getValuesFromObject = defineComponent({
  name: "Get Values From Object",
  aliases: ["Destructure"],
  category: "Data/Object",
  help: "Gives the properties of the object on the outputs of their names. Add an output for each. A text counts as an event with that content.",
  inputs: [trigger(), input("object", "object", { required: true })],
  outputs: [trigger()],
  dynamicOutputs: true,
  data: z.object({}),
  execute(context) {
    const object = eventOrObject(context);
    const found = context.node.outs.map(([name, socket]): [string, Json | undefined] => [
      socket,
      storedIn(object, socket) ?? storedIn(object, name),
    ]);
    return { outputs: outputs(Object.fromEntries(found)) };
  },
});

/** Spells take the event of their Input apart with it, and people call them with the bare text. */
function eventOrObject(context: NodeContext): JsonObject {
  const value = context.value("object");
  return typeof value === "string" ? { content: value } : neededObject(context, "object");
}
