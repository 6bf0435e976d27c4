import * as z from "zod";
import { json } from "../../protocol/values.ts";
import { defineComponent, output } from "../define.ts";
import { missingInput } from "./missing-input.ts";

export const socketInput = defineComponent({
  name: "Socket Input",
  aliases: [],
  category: "I/O",
  help: "A further input of a spell that others run, by its name, beside the event that starts it. Without a value it gives the text in the node.",
  inputs: [],
  outputs: [output("output")],
  role: "input",
  data: z.object({ name: z.string().nullish(), fewshot: json.optional() }),
  execute(context, { fewshot }) {
    const name = context.node.name ?? "";
    const given = context.runInput(name);
    const value = given === undefined ? (fewshot ?? undefined) : given;
    if (value === undefined) throw missingInput(context, name);
    return { outputs: { output: value } };
  },
});
