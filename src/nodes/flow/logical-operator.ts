import * as z from "zod";
import type { Json } from "../../protocol/values.ts";
import { defineComponent, input, needed, output, trigger } from "../define.ts";
import { asNumber, shown } from "../inputs.ts";
import { storedNumber, storedText, textIn } from "../schemas.ts";
import { textOf } from "../text.ts";

const operations = new Map<string, (a: Json, b: Json) => boolean>([
  ["equal", isEqual],
  ["not equal", (a, b) => !isEqual(a, b)],
  ["greater than", (a, b) => order(a, b) > 0],
  ["less than", (a, b) => order(a, b) < 0],
]);

export const logicalOperator = defineComponent({
  name: "Logical Operator",
  aliases: [],
  category: "Flow",
  help: "Compares two values and fires 'true' or 'false'. Operations: equal, not equal, greater than, less than; with another, or none, it is always 'false'. Numbers are ordered as numbers, even as texts; the number 1 does not equal the text 1.",
  inputs: [
    input("input1", "string", { required: true }),
    input("input2", "string", { required: true }),
    trigger(),
  ],
  outputs: [trigger("true"), trigger("false"), output("error", "string")],
  data: z.object({ operationType: storedText, testt: storedNumber }),
  execute(context, { operationType }) {
    const name = textIn(operationType).toLowerCase().trim();
    const operation = operations.get(name);
    const outputs = { error: "" };
    if (operation === undefined)
      return {
        outputs,
        fired: ["false"],
        logs: [
          {
            level: "warn",
            text: `There is no operation ${shown(operationType ?? null)}, so it never holds. Choose equal, not equal, greater than or less than.`,
          },
        ],
      };
    const holds = operation(needed(context, "input1"), needed(context, "input2"));
    return { outputs, fired: [holds ? "true" : "false"] };
  },
});

/** By what they hold: the same object twice is another one after a run was resumed. */
function isEqual(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (Array.isArray(a) !== Array.isArray(b) || keys.length !== Object.keys(b).length) return false;
  const [left, right] = [a as Record<string, Json>, b as Record<string, Json>];
  return keys.every((key) => Object.hasOwn(b, key) && isEqual(left[key] as Json, right[key] as Json));
}

function order(a: Json, b: Json): number {
  const [x, y] = [asNumber(a), asNumber(b)];
  if (x !== undefined && y !== undefined) return x - y;
  const [left, right] = [textOf(a), textOf(b)];
  return left === right ? 0 : left > right ? 1 : -1;
}
