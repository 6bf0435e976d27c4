/** One value tested: 'true' or 'false' fires. */
import * as z from "zod";
import type { Json } from "../../protocol/values.ts";
import { defineComponent, input, trigger } from "../define.ts";

const condition = (name: string, help: string, holds: (value: Json | undefined) => boolean) =>
  defineComponent({
    name,
    aliases: [],
    category: "Flow",
    help,
    inputs: [input("input"), trigger()],
    outputs: [trigger("true"), trigger("false")],
    data: z.object({}),
    execute: (context) => ({ fired: [holds(context.value("input")) ? "true" : "false"] }),
  });

export const isNullOrUndefined = condition(
  "Is Null Or Undefined",
  "Fires 'true' when there is no value, or null, an empty text or an empty list, else 'false'.",
  (value) =>
    value === undefined ||
    value === null ||
    ((typeof value === "string" || Array.isArray(value)) && value.length === 0),
);

export const isVariableTrue = condition(
  "Is Variable True",
  "Fires 'true' for true, the text 'true' and the number 1, else 'false'.",
  (value) => value === true || value === "true" || value === 1,
);
