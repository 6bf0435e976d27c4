import * as z from "zod";
import { defineComponent, trigger } from "../define.ts";

export const orGate = defineComponent({
  name: "Or Gate",
  aliases: [],
  category: "Flow",
  help: "Fires when the first of its triggers arrives; the others, in the same scope, change nothing.",
  inputs: [trigger("trigger1"), trigger("trigger2")],
  outputs: [trigger()],
  data: z.object({}),
  execute: () => ({}),
});
