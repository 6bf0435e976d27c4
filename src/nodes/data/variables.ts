/**
 * Constants that a node holds. Those that are public can be set anew for each agent in Magick; here the value of the
 * node counts.
 */
import * as z from "zod";
import { json } from "../../protocol/values.ts";
import { bounded, checkLength, checkSearch } from "../bounds.ts";
import { defineComponent, output } from "../define.ts";
import { failed, numberFrom } from "../inputs.ts";
import { isOn, storedFlag, storedNumber, storedText, textIn } from "../schemas.ts";
import { textOf } from "../text.ts";

const category = "Data/Variables";
const name = storedText;
const isPublic = storedFlag;

export const stringVariable = defineComponent({
  name: "String Variable",
  aliases: [],
  category,
  help: "Gives the text that the node holds, one line.",
  inputs: [],
  outputs: [output("output", "string")],
  data: z.object({ _var: storedText, isPublic, name }),
  execute: (_, data) => ({ outputs: { output: textIn(data._var) } }),
});

export const textVariable = defineComponent({
  name: "Text Variable",
  aliases: ["Fewshot Variable"],
  category,
  help: "Gives the text that the node holds, of any number of lines.",
  inputs: [],
  outputs: [output("output")],
  data: z.object({ fewshot: storedText, isPublic, name }),
  execute: (_, { fewshot }) => ({ outputs: { output: textIn(fewshot) } }),
});

export const numberVariable = defineComponent({
  name: "Number Variable",
  aliases: [],
  category,
  help: "Gives the number that the node holds; an empty field counts as 0.",
  inputs: [],
  outputs: [output("output", "number")],
  data: z.object({ _var: storedNumber, isPublic, name }),
  execute(context, data) {
    const held = data._var === null || data._var === "" ? 0 : data._var;
    return { outputs: { output: numberFrom(context, "_var", held) } };
  },
});

export const booleanVariable = defineComponent({
  name: "Boolean Variable",
  aliases: [],
  category,
  help: "Gives true where the node's switch is on, else false.",
  inputs: [],
  outputs: [output("output", "boolean")],
  data: z.object({ _var: storedFlag, isPublic, name }),
  execute: (_, data) => ({ outputs: { output: isOn(data._var) } }),
});

export const arrayVariable = defineComponent({
  name: "Array Variable",
  aliases: [],
  category,
  help: "Cuts the text of the node at each splitter and gives the parts as a list. Empty parts are dropped unless they are to be kept; without a splitter the text is the one item, an empty splitter gives its characters.",
  inputs: [],
  outputs: [output("output", "array")],
  data: z.object({ _var: json.optional(), splitter: storedText, keepEmpty: storedFlag, name }),
  execute(context, { _var: held, splitter, keepEmpty }) {
    if (Array.isArray(held)) return { outputs: { output: held } };
    const text = textOf(held);
    checkLength(context, text.length * 8);
    checkSearch(context, text.length, String(splitter ?? "").length);
    const parts = splitter == null ? [text] : text.split(String(splitter));
    const list = isOn(keepEmpty) ? parts : parts.filter((part) => part !== "");
    return { outputs: { output: bounded(context, list) } };
  },
});

export const imageVariable = defineComponent({
  name: "Image Variable",
  aliases: [],
  category,
  help: "Gives the image that the node holds: its address, or a data: URL.",
  inputs: [],
  outputs: [output("output")],
  data: z.object({ _var: json.optional(), isPublic, name }),
  execute(context, { _var: held }) {
    if (held !== undefined && held !== null && held !== "") return { outputs: { output: held } };
    throw failed(context, "the node holds no image. Give it an address, or a data: URL, as its value.");
  },
});
