import * as z from "zod";
import { defineComponent, trigger } from "../define.ts";

export const randomGate = defineComponent({
  name: "Random Gate",
  aliases: [],
  category: "Flow",
  help: "Fires one of its triggers at random. Add an output for each way to go.",
  inputs: [trigger()],
  outputs: [],
  dynamicOutputs: true,
  data: z.object({}),
  execute(context) {
    const ways = context.node.next.map(([socket]) => socket);
    const chosen = ways[Math.floor(Math.random() * ways.length)];
    return { fired: chosen === undefined ? [] : [chosen] };
  },
});
