import * as z from "zod";
import { SpellError } from "../../protocol/errors.ts";
import type { Json } from "../../protocol/values.ts";
import { defineComponent, input, trigger } from "../define.ts";

const bound = z.union([z.number(), z.string()]).nullish();

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
  data: z.object({ startNumber: bound, endNumber: bound }),
  execute(context, data) {
    const numberOf = (socket: string, value: Json | undefined): number => {
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      if (typeof number === "number" && !Number.isNaN(number)) return number;
      throw new SpellError(
        "node_failed",
        `${context.label}: "${socket}" must be a number, but is ${JSON.stringify(value) ?? "missing"}.`,
      );
    };
    const start = numberOf("startNumber", context.value("startNumber") ?? data.startNumber ?? undefined);
    const end = numberOf("endNumber", context.value("endNumber") ?? data.endNumber ?? undefined);
    const value = numberOf("input", context.value("input"));
    return { fired: [value >= Math.min(start, end) && value <= Math.max(start, end) ? "true" : "false"] };
  },
});
