import * as z from "zod";
import { checkSearch } from "../bounds.ts";
import { defineComponent, input, trigger } from "../define.ts";
import { neededText, shown } from "../inputs.ts";
import { storedText, textIn } from "../schemas.ts";

type Operation = (text: string, other: string) => boolean;

const equals: Operation = (text, other) => text === other;
/** Written without blanks: "starts with" and "startsWith" were both in use. */
const operations = new Map<string, Operation>([
  ["includes", (text, other) => text.includes(other)],
  ["equals", equals],
  ["equal", equals],
  ["===", equals],
  ["==", equals],
  ["startswith", (text, other) => text.startsWith(other)],
  ["endswith", (text, other) => text.endsWith(other)],
]);

export const evaluateText = defineComponent({
  name: "Evaluate Text",
  aliases: ["String Evaluator"],
  category: "Data/Text",
  help: "Holds the text against that of the node and fires 'true' or 'false'. Operations: includes (unless set), equals, starts with, ends with, each also with 'not' in front.",
  inputs: [input("string", "string", { required: true }), trigger()],
  outputs: [trigger("true"), trigger("false")],
  data: z.object({ fewshot: storedText, operationType: storedText }),
  execute(context, { fewshot, operationType }) {
    const text = neededText(context, "string");
    const other = textIn(fewshot).trim();
    const { isNegated, name } = parsed(textIn(operationType) || "includes");
    const operation = operations.get(name);
    if (operation === undefined)
      return {
        fired: ["false"],
        logs: [
          {
            level: "warn",
            text: `There is no operation ${shown(operationType ?? null)}, so it never holds. Choose includes, equals, starts with or ends with.`,
          },
        ],
      };
    checkSearch(context, text.length, other.length);
    return { fired: [operation(text, other) === isNegated ? "false" : "true"] };
  },
});

function parsed(operation: string): { isNegated: boolean; name: string } {
  const plain = operation.toLowerCase().replaceAll(/\s/g, "");
  const isNegated = plain.startsWith("not") || plain.startsWith("!");
  const name = plain.startsWith("not")
    ? plain.slice(3)
    : plain.startsWith("!")
      ? `=${plain.slice(1)}`
      : plain;
  return { isNegated, name };
}
