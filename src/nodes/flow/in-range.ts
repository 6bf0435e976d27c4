import * as z from "zod";
import { defineComponent, input, trigger } from "../define.ts";
import { numberFrom, wiredOrOwn } from "../inputs.ts";
import { storedNumber } from "../schemas.ts";

export const inRange = defineComponent({
  name: "In Range",
  aliases: [],
  category: "Flow",
  help: "Fires 'true' when start ≤ input ≤ end, else 'false'. Bounds come from the wires, else from the node; reversed ones are swapped.",
  inputs: [
    input("startNumber", "number"),
    input("endNumber", "number"),
    trigger(),
    input("input", "number", { required: true }),
  ],
  outputs: [trigger("true"), trigger("false")],
  data: z.object({ startNumber: storedNumber, endNumber: storedNumber }),
  execute(context, data) {
    const start = numberFrom(context, "startNumber", wiredOrOwn(context, "startNumber", data.startNumber));
    const end = numberFrom(context, "endNumber", wiredOrOwn(context, "endNumber", data.endNumber));
    const value = numberFrom(context, "input", context.value("input"));
    return { fired: [value >= Math.min(start, end) && value <= Math.max(start, end) ? "true" : "false"] };
  },
});
