import * as z from "zod";
import { defineComponent } from "../define.ts";

export const stateRead = defineComponent({
  name: "State Read",
  aliases: ["State sRead"],
  category: "State",
  help: "Gives the state: add an output for each key to read. Read once in a run, and once in each iteration or turn of a loop.",
  inputs: [],
  outputs: [],
  dynamicOutputs: true,
  volatile: true,
  data: z.object({}),
  execute(context) {
    const { state } = context;
    const found = context.node.outs.flatMap(([name, socket]) => {
      const key = Object.hasOwn(state, socket) ? socket : name;
      const value = Object.hasOwn(state, key) ? state[key] : undefined;
      return value === undefined ? [] : [[socket, value] as const];
    });
    return { outputs: Object.fromEntries(found) };
  },
});
