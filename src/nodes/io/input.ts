import * as z from "zod";
import { json } from "../../protocol/values.ts";
import { defineComponent, output, trigger } from "../define.ts";
import { missingInput } from "./missing-input.ts";

export const input = defineComponent({
  name: "Input",
  aliases: [],
  category: "I/O",
  help: "Starts the spell and gives what the run brings: the value of this input's name, else the run's first value, else the default. 'Use default' says which of default and text stands in where the run brings nothing.",
  inputs: [],
  outputs: [trigger(), output("output")],
  role: "input",
  data: z.object({
    name: z.string().nullish(),
    useDefault: z.boolean().nullish(),
    defaultValue: json.optional(),
    text: json.optional(),
  }),
  execute(context, { useDefault, defaultValue, text }) {
    const name = context.node.name ?? "";
    const own = context.runInput(name);
    // A run brings one event under the name of one input; every other Input of the spell gives that event too.
    const [first] = Object.values(context.runInputs);
    const brought = own === undefined ? first : own;
    // Editors left the whole last request under `text`.
    const typed = typeof text === "object" ? undefined : text;
    const fallback = useDefault === true ? defaultValue : (defaultValue ?? typed);
    const value = brought === undefined ? fallback : brought;
    if (value === undefined) throw missingInput(context, name);
    return { outputs: { output: value } };
  },
});
