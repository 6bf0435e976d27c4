import * as z from "zod";
import { defineComponent, trigger } from "../define.ts";

export const triggerOut = defineComponent({
  name: "Trigger Out",
  aliases: ["Module Trigger Out"],
  category: "I/O",
  help: "When this is reached inside a sub-spell, the Spell node that runs it fires its trigger of the same name.",
  inputs: [trigger()],
  outputs: [],
  role: "exit",
  data: z.object({ name: z.string().nullish() }),
  execute: () => ({}),
});
