import * as z from "zod";
import { defineComponent, input, output as dataOutput, outputs, trigger } from "../define.ts";

export const output = defineComponent({
  name: "Output",
  aliases: ["Module Output"],
  category: "I/O",
  help: "A result of the spell, by its name. Fed by several wires it takes that of the branch that fired. Passes the trigger and the value on; an event that is wired in changes nothing.",
  inputs: [trigger(), input("input", "any", { required: true }), input("event", "event")],
  outputs: [trigger(), dataOutput("output")],
  role: "output",
  single: true,
  data: z.object({ name: z.string().nullish() }),
  execute: (context) => ({ outputs: outputs({ output: context.value("input") }) }),
});
