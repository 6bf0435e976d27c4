import * as z from "zod";
import { defineComponent, output, trigger } from "../define.ts";
import { failed, numberFrom } from "../inputs.ts";
import { storedNumber, storedText } from "../schemas.ts";

export const randomNumber = defineComponent({
  name: "Random Number",
  aliases: [],
  category: "Utility",
  help: "Gives a random whole number from the minimum to the maximum of the node, both included; reversed ones are swapped.",
  inputs: [trigger()],
  outputs: [output("output", "number")],
  data: z.object({ _Min: storedNumber, _Max: storedNumber, name: storedText }),
  execute(context, { _Min, _Max }) {
    const bounds = [
      numberFrom(context, "_Min", _Min ?? undefined),
      numberFrom(context, "_Max", _Max ?? undefined),
    ];
    const low = Math.ceil(Math.min(...bounds));
    const high = Math.floor(Math.max(...bounds));
    if (low > high) throw failed(context, "there is no whole number from the minimum to the maximum.");
    const number = low + Math.floor(Math.random() * (high - low + 1));
    // Of bounds too large for whole numbers, rounding may lead beyond them.
    return { outputs: { output: Math.min(high, Number.isFinite(number) ? number : high) } };
  },
});
