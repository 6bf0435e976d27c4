import * as z from "zod";
import { SpellError } from "../../protocol/errors.ts";
import { defineComponent, input, output, trigger } from "../define.ts";

export const forEach = defineComponent({
  name: "ForEach",
  aliases: ["For Each"],
  category: "Flow",
  help: "Fires 'act' once for each item of the list, with the item as 'element' and its place as 'index'; then 'done', when all that they set off is over.",
  inputs: [trigger("act1"), input("array", "array", { required: true })],
  outputs: [trigger("act"), output("element"), output("index", "number"), trigger("done")],
  each: ["act"],
  data: z.object({}),
  execute(context) {
    const list = context.value("array");
    if (!Array.isArray(list))
      throw new SpellError(
        "node_failed",
        `${context.label}: "array" must be a list, but is ${JSON.stringify(list)?.slice(0, 100) ?? "missing"}.`,
      );
    return {
      iterations: { count: list.length, outputs: { element: list, index: list.map((_, index) => index) } },
    };
  },
});
