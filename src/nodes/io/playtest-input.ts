import * as z from "zod";
import { json } from "../../protocol/values.ts";
import { defineComponent, output, outputs, trigger } from "../define.ts";

export const playtestInput = defineComponent({
  name: "Playtest Input",
  aliases: [],
  category: "I/O",
  help: "Starts the spell and gives what the run brings: the value of this input's name, else, where the run starts here, its first value, else the text in the node.",
  inputs: [],
  outputs: [trigger(), output("text", "string")],
  role: "input",
  data: z.object({ name: z.string().nullish(), text: json.optional() }),
  execute(context, { text }) {
    const own = context.runInput(context.node.name ?? "");
    if (own !== undefined) return { outputs: { text: own } };
    // A run that starts elsewhere brings its values to others.
    const [first] = context.trigger === undefined ? [] : Object.values(context.runInputs);
    return { outputs: outputs({ text: first === undefined ? text : first }) };
  },
});
