import * as z from "zod";
import { defineComponent, input, needed, output, trigger } from "../define.ts";
import { neededText } from "../inputs.ts";

export const getLength = defineComponent({
  name: "Get Length",
  aliases: [],
  category: "Data/Text",
  help: "Counts the characters of a text (as JavaScript does: some signs are two), or the items of a list.",
  inputs: [input("string", "string", { required: true }), trigger()],
  outputs: [trigger(), output("output", "number")],
  data: z.object({}),
  execute(context) {
    const value = needed(context, "string");
    return {
      outputs: { output: Array.isArray(value) ? value.length : neededText(context, "string").length },
    };
  },
});
