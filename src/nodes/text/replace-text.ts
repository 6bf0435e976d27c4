import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { checkLength, checkSearch } from "../bounds.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { neededText, textFrom } from "../inputs.ts";
import { storedText } from "../schemas.ts";

export const replaceText = defineComponent({
  name: "Replace Text",
  aliases: ["String Replacer"],
  category: "Data/Text",
  help: "Replaces every occurrence of 'match' in the input by 'replace', both taken from wires, else from the node. The texts are taken as they are: no patterns.",
  inputs: [
    input("input", "string", { required: true }),
    input("match", "string"),
    input("replace", "string"),
    trigger(),
  ],
  outputs: [trigger(), output("output", "string")],
  data: z.object({ match: storedText, replace: storedText }),
  execute(context, data) {
    const text = neededText(context, "input");
    // An empty wire counts as none here, as it did.
    const match = textFrom(context, "match", context.value("match") || (data.match ?? ""));
    const replacement = textFrom(context, "replace", context.value("replace") || (data.replace ?? ""));
    return { outputs: { output: match === "" ? text : replaced(context, text, match, replacement) } };
  },
});

function replaced(context: NodeContext, text: string, match: string, replacement: string): string {
  checkSearch(context, text.length, match.length);
  let count = 0;
  for (let at = text.indexOf(match); at !== -1; at = text.indexOf(match, at + match.length)) count += 1;
  checkLength(context, text.length + count * (replacement.length - match.length));
  return text.replaceAll(match, () => replacement);
}
