import * as z from "zod";
import { json } from "../../protocol/values.ts";
import { defineComponent, output } from "../define.ts";
import { missingInput } from "./missing-input.ts";

export const universalInput = defineComponent({
  name: "Universal Input",
  aliases: ["Module Input"],
  category: "I/O",
  help: "An input of the spell, by its name. With 'use default' it always gives the default; else the run's value, and the text only where the run gives none.",
  inputs: [],
  outputs: [output("output")],
  role: "input",
  data: z.object({
    name: z.string().nullish(),
    useDefault: z.boolean().nullish(),
    defaultValue: json.optional(),
    text: json.optional(),
  }),
  execute(context, { useDefault, defaultValue, text }) {
    if (useDefault === true && defaultValue !== undefined) return { outputs: { output: defaultValue } };
    const name = context.node.name ?? "";
    const given = context.runInput(name);
    // Only a missing input falls back to the text: "", 0, false and null are values that were given.
    const value = given === undefined ? text : given;
    if (value === undefined) throw missingInput(context, name);
    return { outputs: { output: value } };
  },
});
