/** Old components that asked nobody, so that they simply work. */
import * as z from "zod";
import { joined } from "../bounds.ts";
import { type CatalogueEntry, defineComponent, input, output, outputs, trigger } from "../define.ts";
import { neededList } from "../inputs.ts";
import { textOf } from "../text.ts";

const list = input("array", "array", { required: true });

const arrayToString = defineComponent({
  name: "Array to String",
  aliases: [],
  category: "Data/Arrays",
  help: "Writes the items of a list as one text, each on a line of its own.",
  inputs: [list, trigger()],
  outputs: [trigger(), output("output", "string")],
  data: z.object({}),
  execute(context) {
    const text = joined(context, neededList(context, "array").map(textOf), "\n");
    return { outputs: { output: text } };
  },
});

const arrayToItems = defineComponent({
  name: "Array to Items",
  aliases: [],
  category: "Data/Arrays",
  help: "Gives each item of a list at the output called by its index: 0, 1, 2 … Add as many outputs as are read.",
  inputs: [list, trigger()],
  outputs: [trigger()],
  dynamicOutputs: true,
  data: z.object({}),
  execute(context) {
    const items = neededList(context, "array");
    const at = (name: string) => (/^\d+$/.test(name) ? items[Number(name)] : undefined);
    return {
      outputs: outputs(Object.fromEntries(context.node.outs.map(([name, socket]) => [socket, at(name)]))),
    };
  },
});

const booleanPassthrough = defineComponent({
  name: "Boolean Passthrough",
  aliases: [],
  category: "Flow",
  help: "Passes its value on where the boolean is truthy, and gives none where it is not.",
  inputs: [input("boolean", "boolean", { required: true }), input("passthroughIn")],
  outputs: [output("passthroughOut")],
  data: z.object({}),
  execute: (context) => ({
    outputs: outputs({
      passthroughOut: context.value("boolean") ? context.value("passthroughIn") : undefined,
    }),
  }),
});

const isQuery = defineComponent({
  name: "Is Query",
  aliases: [],
  category: "Flow",
  help: "Always fires 'false': the model that was to tell questions from other texts was never asked. Use Classifier and Switch to tell them.",
  inputs: [input("input", "string"), trigger()],
  outputs: [trigger("true"), trigger("false")],
  data: z.object({}),
  execute: () => ({ fired: ["false"] }),
});

export const pureComponents: CatalogueEntry[] = [arrayToString, arrayToItems, booleanPassthrough, isQuery];
