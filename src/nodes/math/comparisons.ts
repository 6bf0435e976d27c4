/** Numbers compared: 'true' or 'false' fires. */
import * as z from "zod";
import { defineComponent, input, needed, trigger } from "../define.ts";
import { numberFrom, wiredOrOwn } from "../inputs.ts";
import { storedNumber } from "../schemas.ts";

const comparison = (name: string, sign: string, holds: (tested: number, value: number) => boolean) =>
  defineComponent({
    name,
    aliases: [],
    category: "Arithmetic/Comparisons",
    help: `Fires 'true' when input ${sign} value, else 'false'. The value comes from its wire, else from the node (0 unless set).`,
    inputs: [input("value", "number"), trigger(), input("input", "number", { required: true })],
    outputs: [trigger("true"), trigger("false")],
    data: z.object({ value: storedNumber }),
    execute(context, data) {
      const own = data.value === "" ? 0 : (data.value ?? 0);
      const value = numberFrom(context, "value", wiredOrOwn(context, "value", own));
      const tested = numberFrom(context, "input", needed(context, "input"));
      return { fired: [holds(tested, value) ? "true" : "false"] };
    },
  });

export const equal = comparison("Equal", "=", (tested, value) => tested === value);
export const greaterThan = comparison("Greater Than", ">", (tested, value) => tested > value);
export const greaterThanOrEqual = comparison(
  "Greater Than Or Equal",
  "≥",
  (tested, value) => tested >= value,
);
export const lessThan = comparison("Less Than", "<", (tested, value) => tested < value);
export const lessThanOrEqual = comparison("Less Than Or Equal", "≤", (tested, value) => tested <= value);
