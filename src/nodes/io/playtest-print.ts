import * as z from "zod";
import { defineComponent, input, output, outputs, trigger } from "../define.ts";

export const playtestPrint = defineComponent({
  name: "Playtest Print",
  aliases: [],
  category: "I/O",
  help: "A result of the spell, as the playtest window showed it. Fed by several wires it takes that of the branch that fired.",
  inputs: [trigger(), input("text", "any", { required: true })],
  outputs: [trigger(), output("output")],
  role: "output",
  single: true,
  data: z.object({ name: z.string().nullish() }),
  execute: (context) => ({ outputs: outputs({ output: context.value("text") }) }),
});
