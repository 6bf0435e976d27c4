import * as z from "zod";
import { defineComponent, input, output, outputs, trigger } from "../define.ts";

export const respond = defineComponent({
  name: "Respond",
  aliases: [],
  category: "I/O",
  help: "A result of the spell, by its name, which an agent sends back where the event came from. Passes the trigger on.",
  inputs: [trigger(), input("input", "any", { required: true }), input("event", "event")],
  outputs: [trigger(), output("output")],
  role: "output",
  single: true,
  data: z.object({ name: z.string().nullish() }),
  execute: (context) => ({ outputs: outputs({ output: context.value("input") }) }),
});
