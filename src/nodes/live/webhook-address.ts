import * as z from "zod";
import { defineComponent, output } from "../define.ts";

export const webhookAddress = defineComponent({
  name: "Webhook Address",
  aliases: [],
  category: "I/O",
  help: "Gives the address by which the Wait for Webhook of this name is answered in this run, to be sent to whoever will answer. A call may come before the run waits for it.",
  inputs: [],
  outputs: [output("address", "string")],
  data: z.object({ name: z.string().max(300).default("webhook") }),
  execute: (context, { name }) => ({ outputs: { address: context.callback(name) } }),
});
