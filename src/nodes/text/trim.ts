import * as z from "zod";
import { defineComponent, input, output, trigger } from "../define.ts";
import { neededText } from "../inputs.ts";

export const trim = defineComponent({
  name: "Trim",
  aliases: [],
  category: "Data/Text",
  help: "Takes the blanks and line ends off both ends of the text.",
  inputs: [input("string", "string", { required: true }), trigger()],
  outputs: [trigger(), output("output", "string")],
  data: z.object({}),
  execute: (context) => ({ outputs: { output: neededText(context, "string").trim() } }),
});
