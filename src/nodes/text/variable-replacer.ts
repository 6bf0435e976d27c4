import * as z from "zod";
import { defineComponent, input, output, trigger } from "../define.ts";
import { neededText } from "../inputs.ts";
import { textOf } from "../text.ts";
import { withFirst } from "./string-combiner.ts";

export const variableReplacer = defineComponent({
  name: "Variable Replacer",
  aliases: [],
  category: "Agents",
  help: "Puts each input in the place where its name first stands in the text of 'inp'.",
  inputs: [
    input("inp", "string", { required: true }),
    input("agent", "string"),
    input("speaker", "string"),
    trigger(),
  ],
  outputs: [trigger(), output("output", "string")],
  dynamicInputs: true,
  data: z.object({}),
  execute(context) {
    let text = neededText(context, "inp");
    for (const name of context.connected) {
      const value = name === "inp" ? undefined : context.value(name);
      if (value !== undefined) text = withFirst(context, text, name, textOf(value));
    }
    return { outputs: { output: text } };
  },
});
