import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import type { Json } from "../../protocol/values.ts";
import { defineComponent, input, needed, output } from "../define.ts";
import { wrongKind } from "../inputs.ts";
import { storedText, textIn } from "../schemas.ts";
import { textOf } from "../text.ts";

export const cast = defineComponent({
  name: "Cast",
  aliases: [],
  category: "Utility",
  help: "Gives the value as String, Number or Boolean, as the node says; every other type passes it on unchanged.",
  inputs: [input("input", "any", { required: true })],
  outputs: [output("output")],
  data: z.object({ socketType: storedText, name: storedText }),
  execute: (context, { socketType }) => ({
    outputs: { output: asType(context, textIn(socketType).toLowerCase(), needed(context, "input")) },
  }),
});

function asType(context: NodeContext, type: string, value: Json): Json {
  switch (type) {
    case "string":
      return value === null ? "null" : textOf(value);
    case "number": {
      const number = typeof value === "object" && value !== null ? Number(textOf(value)) : Number(value);
      if (!Number.isFinite(number)) throw wrongKind(context, "input", "a number", value);
      return number;
    }
    case "boolean":
      return Boolean(value);
    default:
      return value;
  }
}
