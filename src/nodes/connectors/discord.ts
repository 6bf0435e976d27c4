/** How spells of early 2023 took messages from Discord and answered them. Since then `Input` and `Output` do. */
import * as z from "zod";
import { json } from "../../protocol/values.ts";
import { defineComponent, input, output, outputs, trigger } from "../define.ts";
import { missingInput } from "../io/missing-input.ts";

export const discordInput = defineComponent({
  name: "Discord Input",
  aliases: [],
  category: "I/O",
  help: "Starts the spell with a message from Discord: the run's input of this node's name, else its first, else the text of the node.",
  inputs: [],
  outputs: [output("output", "event"), trigger()],
  role: "input",
  data: z.object({ name: z.string().nullish(), text: json.optional() }),
  execute(context, { text }) {
    const name = context.node.name ?? "";
    const [first] = Object.values(context.runInputs);
    const value = context.runInput(name) ?? first ?? text;
    if (value === undefined) throw missingInput(context, name);
    return { outputs: { output: value } };
  },
});

export const discordOutput = defineComponent({
  name: "Discord Output",
  aliases: [],
  category: "I/O",
  help: "A result of the spell, by its name, which an agent on Discord sends as its answer. Passes the trigger and the value on.",
  inputs: [trigger(), input("input", "any", { required: true })],
  outputs: [trigger(), output("output")],
  role: "output",
  single: true,
  data: z.object({ name: z.string().nullish() }),
  execute: (context) => ({ outputs: outputs({ output: context.value("input") }) }),
});
