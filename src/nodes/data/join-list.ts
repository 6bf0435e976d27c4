import * as z from "zod";
import { SpellError } from "../../protocol/errors.ts";
import { defineComponent, input, output } from "../define.ts";
import { textOf } from "../text.ts";

export const joinList = defineComponent({
  name: "Join List",
  aliases: [],
  category: "Data/Arrays",
  help: "Joins the items of a list to one text, with the separator between them (a blank unless set).",
  inputs: [input("list", "array", { required: true })],
  outputs: [output("text", "string")],
  data: z.object({ separator: z.string().nullish() }),
  execute(context, { separator }) {
    const list = context.value("list");
    if (!Array.isArray(list))
      throw new SpellError(
        "node_failed",
        `${context.label}: "list" must be a list, but is ${JSON.stringify(list)?.slice(0, 100) ?? "missing"}.`,
      );
    return { outputs: { text: list.map(textOf).join(separator ?? " ") } };
  },
});
