import * as z from "zod";
import { joined } from "../bounds.ts";
import { defineComponent, input, output } from "../define.ts";
import { neededList } from "../inputs.ts";
import { textOf } from "../text.ts";

export const joinList = defineComponent({
  name: "Join List",
  aliases: [],
  category: "Data/Arrays",
  help: "Joins the items of a list to one text, with the separator between them (a blank unless set).",
  inputs: [input("list", "array", { required: true })],
  outputs: [output("text", "string")],
  data: z.object({ separator: z.string().nullish() }),
  execute: (context, { separator }) => ({
    outputs: { text: joined(context, neededList(context, "list").map(textOf), separator ?? " ") },
  }),
});
