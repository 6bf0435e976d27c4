/** Values to JSON text and back. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";
import { bounded, checkLength } from "../bounds.ts";
import { defineComponent, flattened, input, needed, output, trigger } from "../define.ts";
import { failed, shown } from "../inputs.ts";

function written(context: NodeContext, value: Json): string {
  const text = JSON.stringify(bounded(context, value));
  checkLength(context, text.length);
  return text;
}

/** What is no text was read before. */
function read(context: NodeContext): Json {
  const value = needed(context, "input");
  if (typeof value !== "string") return value;
  checkLength(context, value.length);
  let parsed: Json;
  try {
    parsed = JSON.parse(value) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : "it cannot be read";
    throw failed(context, `"input" must be JSON, but is ${shown(value)}: ${reason}.`);
  }
  return bounded(context, parsed);
}

const trailing = [trigger(), output("output", "string")];

export const arrayToJson = defineComponent({
  name: "Array To JSON",
  aliases: [],
  category: "Data/Arrays",
  help: "Writes the list as JSON text.",
  inputs: [trigger(), input("input", "array", { required: true })],
  outputs: trailing,
  data: z.object({}),
  execute: (context) => ({ outputs: { output: written(context, needed(context, "input")) } }),
});

export const objectToJson = defineComponent({
  name: "Object To JSON",
  aliases: ["Stringify (Object -> String)"],
  category: "Data/Object",
  help: "Writes the object as JSON text.",
  inputs: [trigger(), input("input", "object", { required: true })],
  outputs: trailing,
  data: z.object({}),
  execute: (context) => ({ outputs: { output: written(context, needed(context, "input")) } }),
});

export const inputsToJson = defineComponent({
  name: "Inputs To JSON",
  aliases: [],
  category: "Utility",
  help: "Writes all inputs as one JSON object, under their names in small letters.",
  inputs: [trigger()],
  outputs: trailing,
  dynamicInputs: true,
  data: z.object({}),
  execute(context) {
    const entries = Object.entries(flattened(context)).map(([name, value]): [string, Json] => [
      name.toLowerCase().trim(),
      value,
    ]);
    const all: JsonObject = Object.fromEntries(entries);
    return { outputs: { output: written(context, all) } };
  },
});

export const jsonToArray = defineComponent({
  name: "JSON To Array",
  aliases: [],
  category: "Data/Arrays",
  help: "Reads a list from JSON text. What is no text is passed on as it is.",
  inputs: [trigger(), input("input", "string", { required: true })],
  outputs: [trigger(), output("output", "array")],
  data: z.object({}),
  execute: (context) => ({ outputs: { output: read(context) } }),
});

export const jsonToObject = defineComponent({
  name: "JSON To Object",
  aliases: ["Parse JSON (String -> Object)"],
  category: "Data/Object",
  help: "Reads an object from JSON text. What is no text is passed on as it is.",
  inputs: [trigger(), input("input", "string", { required: true })],
  outputs: [trigger(), output("output", "object")],
  data: z.object({}),
  execute: (context) => ({ outputs: { output: read(context) } }),
});
