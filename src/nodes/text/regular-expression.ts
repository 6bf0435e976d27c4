import * as z from "zod";
import type { SandboxResult } from "../../engine/sandbox.ts";
import type { NodeOutcome } from "../../engine/component.ts";
import { defineComponent, input, output, outputs, trigger } from "../define.ts";
import { failed, neededText } from "../inputs.ts";
import { storedText, textIn } from "../schemas.ts";

/** A pattern can take longer than the universe has; the sandbox counts its steps. */
const removal = '(text, rule) => text.replace(new RegExp(rule, "g"), "")';

export const regularExpression = defineComponent({
  name: "Regular Expression",
  aliases: [],
  category: "Data/Text",
  help: "Removes everything from the text that the regular expression of the node matches. Write the expression without slashes around it.",
  inputs: [input("input", "string", { required: true }), trigger()],
  outputs: [trigger(), output("output", "string")],
  sandboxed: true,
  data: z.object({ rule: storedText }),
  execute(context, { rule }) {
    const pattern = textIn(rule);
    if (pattern === "") throw failed(context, '"rule" is empty. Write a regular expression into the node.');
    const args = [neededText(context, "input"), pattern];
    const outcomeOf = ({ value }: SandboxResult): NodeOutcome => ({ outputs: outputs({ output: value }) });
    const called = context.sandbox.call({ code: removal, args, label: context.label });
    return called instanceof Promise ? called.then(outcomeOf) : outcomeOf(called);
  },
});
