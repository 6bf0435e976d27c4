import * as z from "zod";
import { defineComponent, input, output, trigger } from "../define.ts";
import { failed } from "../inputs.ts";
import { textOf } from "../text.ts";

const maxCharacters = 1000;

export const error = defineComponent({
  name: "Error",
  aliases: [],
  category: "Utility",
  help: "Fails, with the text as its message. What the spell then does is a setting of the node.",
  inputs: [input("string", "string"), trigger()],
  outputs: [trigger(), output("output", "string")],
  data: z.object({}),
  execute(context) {
    const text = textOf(context.value("string")).slice(0, maxCharacters);
    throw failed(context, text === "" ? "the spell gave this error no text." : text);
  },
});
