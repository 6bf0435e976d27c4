import * as z from "zod";
import { defineComponent, output } from "../define.ts";

export const uuidGenerator = defineComponent({
  name: "UUID Generator",
  aliases: [],
  category: "Data/Text",
  help: "Gives a new random UUID (version 4): one a run, and one in each iteration that reads it.",
  inputs: [],
  outputs: [output("output", "string")],
  data: z.object({}),
  execute: () => ({ outputs: { output: crypto.randomUUID() } }),
});
