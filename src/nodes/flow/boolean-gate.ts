import * as z from "zod";
import { defineComponent, input, needed, trigger } from "../define.ts";

export const booleanGate = defineComponent({
  name: "Boolean Gate",
  aliases: [],
  category: "Flow",
  help: "Fires 'true' when the input is truthy, else 'false'.",
  inputs: [input("boolean", "boolean", { required: true }), trigger()],
  outputs: [trigger("true"), trigger("false")],
  data: z.object({}),
  execute: (context) => ({ fired: [needed(context, "boolean") ? "true" : "false"] }),
});
