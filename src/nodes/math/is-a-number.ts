import * as z from "zod";
import { defineComponent, input, trigger } from "../define.ts";

export const isANumber = defineComponent({
  name: "Is A Number",
  aliases: [],
  category: "Flow",
  help: "Fires 'true' for numbers and for texts that begin with one ('12 apples'), else 'false'.",
  inputs: [trigger(), input("input")],
  outputs: [trigger("true"), trigger("false")],
  data: z.object({}),
  execute(context) {
    const value = context.value("input");
    const isNumber =
      typeof value === "number" || (typeof value === "string" && !Number.isNaN(Number.parseFloat(value)));
    return { fired: [isNumber ? "true" : "false"] };
  },
});
