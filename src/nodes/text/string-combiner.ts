import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { checkLength, checkSearch, joined } from "../bounds.ts";
import { defineComponent, flattened, input, output, trigger } from "../define.ts";
import { neededText } from "../inputs.ts";
import { textOf } from "../text.ts";

const isReplacer = (socket: string): boolean => socket.toLowerCase().includes("replacer");

/** Two components of one name: in 2022 it filled in a text, in 2023 it joined all inputs. The sockets tell. */
export const stringCombiner = defineComponent({
  name: "String Combiner",
  aliases: [],
  category: "Strings",
  help: "With inputs called '<name> Replacer': puts each in the place of the first $name (in small letters) of the input 'string'. Without any: joins the texts of all inputs.",
  inputs: [input("string", "string"), trigger()],
  outputs: [trigger(), output("output", "string")],
  dynamicInputs: true,
  data: z.object({}),
  execute(context) {
    const replacers = context.connected.filter(isReplacer);
    return { outputs: { output: replacers.length > 0 ? filledIn(context, replacers) : all(context) } };
  },
});

const all = (context: NodeContext): string =>
  joined(context, Object.values(flattened(context)).map(textOf), "");

function filledIn(context: NodeContext, replacers: readonly string[]): string {
  let text = neededText(context, "string");
  for (const socket of replacers) {
    const value = context.value(socket);
    if (value === undefined) continue;
    const name = socket.split(" ")[0]?.toLowerCase() ?? "";
    text = withFirst(context, text, `$${name}`, textOf(value));
  }
  return text;
}

/** Replaces the first `match`; signs such as `$&` in the replacement mean themselves. */
export function withFirst(context: NodeContext, text: string, match: string, replacement: string): string {
  checkSearch(context, text.length, match.length);
  const at = text.indexOf(match);
  if (at === -1) return text;
  checkLength(context, text.length - match.length + replacement.length);
  return text.slice(0, at) + replacement + text.slice(at + match.length);
}
