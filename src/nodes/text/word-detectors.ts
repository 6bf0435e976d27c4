/** Lists of words that open 'true' or 'false': greetings, questions, foul language. */
import * as z from "zod";
import { defineComponent, input, output, trigger } from "../define.ts";
import { checkSearch } from "../bounds.ts";
import { asNumber, neededText, wrongKind } from "../inputs.ts";
import { storedNumber, storedText, textIn } from "../schemas.ts";
import { foulWords, isFoul } from "./foul-language.ts";
import { includesAny } from "./rules.ts";

const inputs = [input("string", "string", { required: true }), trigger()];
const gates = [trigger("true"), trigger("false")];
const gate = (isOpen: boolean) => ({ fired: [isOpen ? "true" : "false"] });

const linesOf = (list: string): string[] =>
  list
    .split("\n")
    .map((line) => line.trim().toLowerCase())
    .filter((line) => line !== "");

export const profanityFilter = defineComponent({
  name: "Profanity Filter",
  aliases: [],
  category: "Data/Text",
  help: "Fires 'true' when the text holds a foul word (of a short English list), else 'false'.",
  inputs,
  outputs: gates,
  data: z.object({}),
  execute: (context) => gate(isFoul(neededText(context, "string"))),
});

const usualGreetings = ["hello", "hey", "hi", "good morning", "good evening", "how are you", "what's up"];
/** Longer texts say more than hello. */
const usualMaxLength = 10;

export const fastGreetingDetector = defineComponent({
  name: "Fast Greeting Detector",
  aliases: [],
  category: "Agents",
  help: "Fires 'true' when the text is short, no question, and contains a greeting of the node's list (one a line), else 'false'.",
  inputs,
  outputs: gates,
  data: z.object({ fewshot: storedText, maxLength: storedNumber }),
  execute(context, data) {
    const text = neededText(context, "string").toLowerCase().trim();
    const given = data.maxLength ?? usualMaxLength;
    const maxLength = given === "" ? usualMaxLength : asNumber(given);
    if (maxLength === undefined) throw wrongKind(context, "maxLength", "a number", given);
    const greetings = data.fewshot == null ? usualGreetings : linesOf(textIn(data.fewshot));
    const isShort = text.length <= maxLength && !text.endsWith("?");
    return gate(isShort && includesAny(context, text, greetings));
  },
});

const usualQuestionWords = ["who", "what", "when", "where", "why", "which", "how", "is ", "are ", "can "];

export const fastQuestionDetector = defineComponent({
  name: "Fast Question Detector",
  aliases: [],
  category: "Agents",
  help: "Fires 'true' when the text ends with a question mark or begins with an entry of the node's list (one a line), else 'false'.",
  inputs,
  outputs: gates,
  data: z.object({ fewshot: storedText }),
  execute(context, data) {
    const text = neededText(context, "string").toLowerCase().trim();
    const starters = data.fewshot == null ? usualQuestionWords : linesOf(textIn(data.fewshot));
    return gate(text.endsWith("?") || starters.some((starter) => text.startsWith(starter)));
  },
});

export const fastProfanityDetector = defineComponent({
  name: "Fast Profanity Detector",
  aliases: [],
  category: "Agents",
  help: "Fires 'true' when the text contains a word of the node's list, else 'false'. A line of the list is 'word, kind'; 'output' gives the kind of the first that is found.",
  inputs,
  outputs: [...gates, output("output", "string")],
  data: z.object({ fewshot: storedText }),
  execute(context, data) {
    const text = neededText(context, "string").toLowerCase();
    const lines = data.fewshot == null ? usualProfanities : linesOf(textIn(data.fewshot));
    checkSearch(context, text.length, textIn(data.fewshot).length);
    for (const line of lines) {
      const [word = "", kind = "", ...more] = line.split(",").map((part) => part.trim());
      if (word !== "" && kind !== "" && more.length === 0 && text.includes(word))
        return { ...gate(true), outputs: { output: kind } };
    }
    return { ...gate(false), outputs: { output: "" } };
  },
});

const usualProfanities = foulWords.map((word) => `${word}, offensive`);
