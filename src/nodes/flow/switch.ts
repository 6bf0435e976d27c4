import * as z from "zod";
import { defineComponent, input, needed, trigger } from "../define.ts";

/** `default` has always been a socket; what matches nothing fires it. */
const otherwise = "default";

export const switchNode = defineComponent({
  name: "Switch",
  aliases: [],
  category: "Flow",
  help: "Fires the trigger output whose name is strictly equal to the input (the number 1 is not the text 1), else 'default'.",
  inputs: [input("input", "any", { required: true }), trigger()],
  outputs: [trigger(otherwise)],
  dynamicOutputs: true,
  data: z.object({}),
  execute(context) {
    const value = needed(context, "input");
    const match = context.node.next.find(([socket]) => nameOf(context.node.exitLabels, socket) === value);
    return { fired: [match?.[0] ?? otherwise] };
  },
});

const nameOf = (labels: readonly [string, string][] | undefined, socket: string): string =>
  labels?.find(([name]) => name === socket)?.[1] ?? socket;
