import * as z from "zod";
import { defineComponent, input, needed, trigger } from "../define.ts";
import { callUserCode } from "./user-code.ts";

export const stringProcessor = defineComponent({
  name: "String Processor",
  aliases: [],
  category: "Strings",
  help: "Runs your function (text) => ({…}) in a sandbox; the keys of what it returns go to the outputs of the same names.",
  inputs: [input("input", "string", { required: true }), trigger()],
  outputs: [trigger()],
  dynamicOutputs: true,
  sandboxed: true,
  data: z.object({ code: z.string() }),
  execute: (context, data) => callUserCode(context, data.code, [needed(context, "input")]),
});
