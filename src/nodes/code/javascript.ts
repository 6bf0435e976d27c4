import * as z from "zod";
import { defineComponent, flattened, trigger } from "../define.ts";
import { callUserCode } from "./user-code.ts";

export const javascript = defineComponent({
  name: "Javascript",
  aliases: [],
  category: "Invoke/Languages",
  help: "Runs your function worker({ a, b }, data) in a sandbox: first the inputs by name, then the inputs of the run. What it returns goes to the outputs of the same names.",
  inputs: [trigger()],
  outputs: [trigger()],
  dynamicInputs: true,
  dynamicOutputs: true,
  sandboxed: true,
  data: z.object({ code: z.string() }),
  execute: (context, { code }) => callUserCode(context, code, [flattened(context), context.runInputs]),
});
