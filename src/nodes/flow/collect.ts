import * as z from "zod";
import { defineComponent, input, output, trigger } from "../define.ts";

export const collect = defineComponent({
  name: "Collect",
  aliases: [],
  category: "Flow",
  help: "Put it behind a loop's 'done' and wire a node of the loop's body into 'value': gives the list of what that node gave, in the order of the iterations.",
  inputs: [trigger(), input("value", "any", { required: true })],
  outputs: [trigger(), output("list", "array"), output("count", "number")],
  collects: true,
  data: z.object({}),
  execute(context) {
    const list = context.collected("value");
    return { outputs: { list, count: list.length } };
  },
});
