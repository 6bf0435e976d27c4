import * as z from "zod";
import { isJsonObject, type Json } from "../../protocol/values.ts";
import { defineComponent, trigger } from "../define.ts";

export const stateWrite = defineComponent({
  name: "State Write",
  aliases: [],
  category: "State",
  help: "Writes each input into the state under its name: appended to a list, merged into an object, else put in place.",
  inputs: [trigger()],
  outputs: [trigger()],
  dynamicInputs: true,
  setsState: true,
  data: z.object({}),
  execute(context) {
    const labels = new Map(context.node.labels ?? []);
    const entries = context.connected.flatMap((socket): [string, Json][] => {
      const key = labels.get(socket) ?? socket;
      const value = context.value(socket);
      return value === undefined
        ? []
        : [[key, merged(Object.hasOwn(context.state, key) ? context.state[key] : undefined, value)]];
    });
    return { state: Object.fromEntries(entries) };
  },
});

function merged(present: Json | undefined, value: Json): Json {
  if (Array.isArray(present)) return [...present, value];
  // The original spread a text into its letters here; what is no object takes the place instead.
  if (isJsonObject(present) && isJsonObject(value))
    return Object.fromEntries([...Object.entries(present), ...Object.entries(value)]);
  return value;
}
