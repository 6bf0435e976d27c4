/** Three generations of one component: lists of rules open 'true' or 'false'. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { defineComponent, input, trigger } from "../define.ts";
import { neededText, textFrom } from "../inputs.ts";
import { isOn, storedFlag, storedText, textIn } from "../schemas.ts";
import { textOf } from "../text.ts";
import { entriesOf, fitsLength, isMatched, lengthBounds, listIn, matches } from "./rules.ts";

const gates = [trigger("true"), trigger("false")];
const gate = (isOpen: boolean) => ({ fired: [isOpen ? "true" : "false"] });

export const textRuleMatcher = defineComponent({
  name: "Text Rule Matcher",
  aliases: [],
  category: "Data/Text",
  help: "Fires 'true' when the text fits the lengths and matches the rules, else 'false'. Rules are lists with ', ' between, from wires, else from the node; they are compared in small letters, so give the text in small letters, too. The end decides over the beginning, 'any' over both.",
  inputs: [
    input("input", "string", { required: true }),
    trigger(),
    input("matchBeginning", "string"),
    input("matchEnd", "string"),
    input("matchAny", "string"),
  ],
  outputs: gates,
  data: z.object({
    matchBeginningString: storedText,
    matchEndString: storedText,
    matchAnyString: storedText,
    ...lengthBounds,
  }),
  execute(context, data) {
    const text = neededText(context, "input");
    const lists = {
      beginning: entriesOf(listText(context, "matchBeginning") ?? textIn(data.matchBeginningString)),
      end: entriesOf(listText(context, "matchEnd") ?? textIn(data.matchEndString)),
      any: entriesOf(listText(context, "matchAny") ?? textIn(data.matchAnyString)),
    };
    return gate(fitsLength(context, text, data) && isMatched(context, text, lists));
  },
});

/** A wire may carry the list as a list. */
function listText(context: NodeContext, socket: string): string | undefined {
  const value = context.value(socket);
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value.map(textOf).join(", ") : textFrom(context, socket, value);
}

export const complexStringMatcher = defineComponent({
  name: "Complex String Matcher",
  aliases: [],
  category: "Strings",
  help: "Fires 'true' when the text fits the lengths, matches the rules and no invalidating rule, else 'false'. Rules are lists with ', ' between. Capitals, quotes, tags and the first blank of the text do not count. The end decides over the beginning, 'any' over both.",
  inputs: [input("input", "string", { required: true }), trigger()],
  outputs: gates,
  data: z.object({
    matchBeginningString: storedText,
    matchEndString: storedText,
    matchAnyString: storedText,
    notMatchBeginningString: storedText,
    notMatchEndString: storedText,
    notMatchAnyString: storedText,
    ...lengthBounds,
  }),
  execute(context, data) {
    const text = withoutTag(neededText(context, "input"))
      .replace(" ", "")
      .replaceAll(/["']/g, "")
      .toLowerCase();
    const isInvalid =
      !fitsLength(context, text, data) ||
      matches(context, text, "beginning", listIn(data.notMatchBeginningString)) ||
      matches(context, text, "end", listIn(data.notMatchEndString)) ||
      matches(context, text, "any", listIn(data.notMatchAnyString));
    const lists = {
      beginning: listIn(data.matchBeginningString),
      end: listIn(data.matchEndString),
      any: listIn(data.matchAnyString),
    };
    return gate(!isInvalid && isMatched(context, text, lists));
  },
});

/**
 * Cuts out what stands between the first `<` and the last `>` of the first line that has both in this order. Done by
 * hand: the expression for it takes the square of the text's length where no `>` comes.
 */
function withoutTag(text: string): string {
  let start = 0;
  for (const line of text.split(/[\n\r\u2028\u2029]/)) {
    const open = line.indexOf("<");
    const close = line.lastIndexOf(">");
    if (open !== -1 && close > open) return text.slice(0, start + open) + text.slice(start + close + 1);
    start += line.length + 1;
  }
  return text;
}

export const fastClassifier = defineComponent({
  name: "Fast Classifier",
  aliases: [],
  category: "AI/ML",
  help: "Fires 'true' when the text fits the lengths and the lists of the node, which have ', ' between their entries, else 'false'. A list that is turned around ('don't match') must not match.",
  inputs: [input("input", "string", { required: true }), trigger()],
  outputs: gates,
  data: z.object({
    matchBeginningString: storedText,
    matchEndString: storedText,
    matchAnyString: storedText,
    dontMatchBeginning: storedFlag,
    dontMatchEnd: storedFlag,
    dontMatchAny: storedFlag,
    ...lengthBounds,
  }),
  execute(context, data) {
    const text = neededText(context, "input").toLowerCase();
    if (!fitsLength(context, text, data)) return gate(false);
    const rules = [
      ["beginning", data.matchBeginningString, data.dontMatchBeginning],
      ["end", data.matchEndString, data.dontMatchEnd],
      ["any", data.matchAnyString, data.dontMatchAny],
    ] as const;
    let isOpen = false;
    for (const [place, list, isTurnedAround] of rules) {
      const entries = listIn(list);
      if (entries.length === 0) continue;
      const found = matches(context, text, place, entries);
      if (isOn(isTurnedAround) && found) return gate(false);
      isOpen = isOn(isTurnedAround) || found;
    }
    return gate(isOpen);
  },
});
