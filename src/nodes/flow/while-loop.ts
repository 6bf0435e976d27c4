import * as z from "zod";
import { defineComponent, trigger } from "../define.ts";
import { numberFrom } from "../inputs.ts";
import { storedNumber } from "../schemas.ts";

export const whileLoop = defineComponent({
  name: "While Loop",
  aliases: [],
  category: "Flow",
  help: "Fires 'true' as many times as the node says, then 'false', when all that they set off is over.",
  inputs: [trigger("act1")],
  outputs: [trigger("true"), trigger("false")],
  each: ["true"],
  data: z.object({ recursionTimes: storedNumber }),
  execute(context, { recursionTimes }) {
    const times = recursionTimes === "" ? 0 : numberFrom(context, "recursionTimes", recursionTimes ?? 0);
    // Larger ones are no whole numbers to events; the run's budget ends long before.
    const count = Math.min(Math.max(0, Math.trunc(times)), Number.MAX_SAFE_INTEGER);
    return { iterations: { count, outputs: {} } };
  },
});
