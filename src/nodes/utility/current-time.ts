import * as z from "zod";
import { defineComponent, output, trigger } from "../define.ts";

export const currentTime = defineComponent({
  name: "Current Time",
  aliases: [],
  category: "Utility",
  help: "Gives the time as text (American, in UTC: '1/31/2024, 5:06:07 PM') and as milliseconds since 1970.",
  inputs: [trigger()],
  outputs: [trigger(), output("string", "string"), output("timestamp", "number")],
  data: z.object({}),
  execute: (context) => ({
    outputs: {
      string: new Date(context.now).toLocaleString("en-US", { timeZone: "UTC" }),
      timestamp: context.now,
    },
  }),
});
