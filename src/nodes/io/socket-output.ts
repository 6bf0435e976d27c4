import * as z from "zod";
import { defineComponent, input, outputs, trigger } from "../define.ts";

export const socketOutput = defineComponent({
  name: "Socket Output",
  aliases: [],
  category: "I/O",
  help: "A further result of a spell that others run, by its name. Fed by several wires it takes that of the branch that fired.",
  inputs: [trigger(), input("input", "any", { required: true })],
  outputs: [],
  role: "output",
  single: true,
  data: z.object({ name: z.string().nullish() }),
  execute: (context) => ({ outputs: outputs({ output: context.value("input") }) }),
});
