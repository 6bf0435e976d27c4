import * as z from "zod";
import { defineComponent, input, output, outputs, trigger } from "../define.ts";

export const echo = defineComponent({
  name: "Echo",
  aliases: [],
  category: "Utility",
  help: "Gives what it gets. The input was called 'string' until 2023 and 'source' since; both work.",
  inputs: [trigger(), input("string"), input("source")],
  outputs: [trigger(), output("output")],
  data: z.object({}),
  execute: (context) => ({
    outputs: outputs({
      output: context.connected.includes("source") ? context.value("source") : context.value("string"),
    }),
  }),
});
