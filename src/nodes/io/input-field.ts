import * as z from "zod";
import { json } from "../../protocol/values.ts";
import { defineComponent, output, outputs } from "../define.ts";

export const inputField = defineComponent({
  name: "Input Field",
  aliases: [],
  category: "I/O",
  help: "Gives the text that is written in the node.",
  inputs: [],
  outputs: [output("text", "string")],
  data: z.object({ text: json.optional() }),
  execute: (_context, { text }) => ({ outputs: outputs({ text }) }),
});
