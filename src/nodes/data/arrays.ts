/** Items and properties out of lists. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";
import { defineComponent, input, needed, output, outputs, trigger } from "../define.ts";
import { failed, storedIn, wrongKind } from "../inputs.ts";
import { storedText, textIn } from "../schemas.ts";

const listIn = [input("input", "array", { required: true }), trigger()];
const listOut = [trigger(), output("output", "array")];

/** What is no list gives an empty one, as it always did here. */
function itemsOf(context: NodeContext): Json[] {
  const value = needed(context, "input");
  return Array.isArray(value) ? value : [];
}

export const getValueFromArray = defineComponent({
  name: "Get Value From Array",
  aliases: [],
  category: "Data/Arrays",
  help: "Gives the item at the node's place; the first is at 0. There is no output where the list has no such place.",
  inputs: [input("array", "array", { required: true }), trigger()],
  outputs: [trigger(), output("output")],
  data: z.object({ element: storedText }),
  execute(context, { element }) {
    const list = needed(context, "array");
    const place = textIn(element).trim() || "0";
    if (typeof list === "string") return { outputs: outputs({ output: list[Number(place)] }) };
    if (typeof list !== "object" || list === null) throw wrongKind(context, "array", "a list", list);
    return {
      outputs: outputs({ output: Array.isArray(list) ? list[Number(place)] : storedIn(list, place) }),
    };
  },
});

export const extractFromArray = defineComponent({
  name: "Extract From Array",
  aliases: [],
  category: "Data/Arrays",
  help: "Gives one property of each item as a list: null where an item has none, and an empty list for what is no list.",
  inputs: listIn,
  outputs: listOut,
  data: z.object({ value: storedText }),
  execute(context, { value }) {
    const key = textIn(value).trim();
    if (key === "") throw failed(context, '"value" is empty. Name the property to extract.');
    const found = itemsOf(context).map((item) => (isJsonObject(item) ? (storedIn(item, key) ?? null) : null));
    return { outputs: { output: found } };
  },
});

export const remapArray = defineComponent({
  name: "Remap Array",
  aliases: [],
  category: "Data/Arrays",
  help: "Gives the items with the listed properties alone. Names stand between commas; what is no list gives an empty one.",
  inputs: listIn,
  outputs: listOut,
  data: z.object({ values: storedText }),
  execute(context, { values }) {
    const kept = new Set(
      textIn(values)
        .split(",")
        .map((name) => name.trim()),
    );
    const remapped = (item: Json): JsonObject =>
      isJsonObject(item) ? Object.fromEntries(Object.entries(item).filter(([key]) => kept.has(key))) : {};
    return { outputs: { output: itemsOf(context).map(remapped) } };
  },
});
