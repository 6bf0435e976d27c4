import * as z from "zod";
import { defineComponent, trigger } from "../define.ts";

export const triggerIn = defineComponent({
  name: "Trigger In",
  aliases: ["Module Trigger In", "Module Trigger"],
  category: "I/O",
  help: "Starts the spell. The topmost one starts unless the run names another by its name.",
  inputs: [],
  outputs: [trigger()],
  role: "trigger",
  data: z.object({ name: z.string().nullish() }),
  execute: () => ({}),
});
