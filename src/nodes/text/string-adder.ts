import * as z from "zod";
import { defineComponent, input, output, trigger } from "../define.ts";
import { neededText } from "../inputs.ts";
import { isOn, storedFlag } from "../schemas.ts";

/** It kept the memory of a conversation short. */
const maxCharacters = 1000;

export const stringAdder = defineComponent({
  name: "String Adder",
  aliases: [],
  category: "Strings",
  help: "Puts the new text behind the old one, on a line of its own if so set, and gives the last 1000 characters.",
  inputs: [
    input("string", "string", { required: true }),
    input("newInput", "string", { required: true }),
    trigger(),
  ],
  outputs: [trigger(), output("output", "string")],
  data: z.object({ newLineStarting: storedFlag }),
  execute(context, { newLineStarting }) {
    const text = neededText(context, "string");
    const added = `${isOn(newLineStarting) ? "\n" : ""}${neededText(context, "newInput")}`;
    return { outputs: { output: (text.slice(-maxCharacters) + added).slice(-maxCharacters) } };
  },
});
