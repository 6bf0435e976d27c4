import * as z from "zod";
import { defineComponent, output, outputs, trigger } from "../define.ts";

/** Sockets come in pairs, "<x> trigger" and "<x> data". */
export const exclusiveGate = defineComponent({
  name: "Exclusive Gate",
  aliases: [],
  category: "Flow",
  help: "Passes on the data whose socket pairs with the trigger that arrives first.",
  inputs: [],
  outputs: [trigger(), output("output")],
  dynamicInputs: true,
  data: z.object({}),
  execute(context) {
    const stem = (context.trigger ?? "").replace("trigger", "").trim();
    const socket =
      context.connected.find((name) => name === `${stem} data`) ??
      context.connected.find((name) => name.includes(stem));
    return { outputs: outputs({ output: socket === undefined ? undefined : context.value(socket) }) };
  },
});
