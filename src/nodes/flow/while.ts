import * as z from "zod";
import { SpellError } from "../../protocol/errors.ts";
import { defineComponent, input, needed, output, trigger } from "../define.ts";

export const whileNode = defineComponent({
  name: "While",
  aliases: [],
  category: "Flow",
  help: "Fires 'body' as long as the condition is truthy, then 'done'. Lead the end of the body back into 'again': the condition is then read anew. It fails after 'maxIterations' of them.",
  inputs: [trigger(), trigger("again"), input("condition", "any", { required: true })],
  outputs: [trigger("body"), output("index", "number"), trigger("done")],
  data: z.object({ maxIterations: z.number().int().positive().default(1000) }),
  execute(context, { maxIterations }) {
    // Its turn of the cycle is the last ordinal of the visit.
    const turn = Number(context.visit.split("~")[0]?.split(".").at(-1));
    const index = context.trigger === "again" ? turn - 1 : 0;
    if (!needed(context, "condition")) return { outputs: { index }, fired: ["done"] };
    if (index >= maxIterations)
      throw new SpellError(
        "node_failed",
        `${context.label}: its condition still holds after ${maxIterations} iterations. Does the body change it? Else raise maxIterations.`,
      );
    return { outputs: { index }, fired: ["body"] };
  },
});
