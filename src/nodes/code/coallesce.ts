import * as z from "zod";
import { defineComponent, flattened, trigger } from "../define.ts";
import { callUserCode } from "./user-code.ts";

export const coallesce = defineComponent({
  name: "Coallesce",
  aliases: [],
  category: "Code",
  help: "Runs your function worker(inputs, data) in a sandbox on what the branch that fired gave: of several wires into one input it takes that of the node that triggered it.",
  inputs: [trigger()],
  outputs: [trigger()],
  dynamicInputs: true,
  dynamicOutputs: true,
  single: true,
  sandboxed: true,
  data: z.object({ code: z.string() }),
  execute: (context, { code }) => callUserCode(context, code, [flattened(context), {}]),
});
