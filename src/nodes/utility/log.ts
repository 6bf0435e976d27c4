import * as z from "zod";
import type { Json } from "../../protocol/values.ts";
import { defineComponent, input, trigger } from "../define.ts";
import { storedText, textIn } from "../schemas.ts";

/** As much as a call of user code may log. */
const maxCharacters = 64 * 1024;

const cut = (text: string): string =>
  text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters)}… (${text.length} characters in all)`;

const written = (value: Json | undefined): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined");

export const log = defineComponent({
  name: "Log",
  aliases: [],
  category: "Utility",
  help: "Writes the value into the logs of the run, under the node's name if it has one.",
  inputs: [input("string", "any", { required: true }), trigger()],
  outputs: [],
  data: z.object({ name: storedText }),
  execute(context, { name }) {
    const text = written(context.value("string"));
    return { logs: [{ level: "log", text: cut(name ? `${textIn(name)}: ${text}` : text) }] };
  },
});

export const alert = defineComponent({
  name: "Alert",
  aliases: [],
  category: "Utility",
  help: "Writes the node's text into the logs of the run. In editors it opened a window.",
  inputs: [trigger()],
  outputs: [],
  data: z.object({ text: storedText }),
  execute: (_, { text }) => ({
    logs: textIn(text) === "" ? [] : [{ level: "info", text: cut(textIn(text)) }],
  }),
});
