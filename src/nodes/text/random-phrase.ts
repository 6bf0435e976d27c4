import * as z from "zod";
import type { NodeContext, NodeOutcome } from "../../engine/component.ts";
import { defineComponent, output, trigger } from "../define.ts";
import { storedText, textIn } from "../schemas.ts";

interface RandomPhrase {
  name: string;
  aliases: string[];
  category: string;
  help: string;
  separator: string;
  /** For a node that holds no list. */
  usual: string;
}

const randomPhrase = ({ separator, usual, ...rest }: RandomPhrase) =>
  defineComponent({
    ...rest,
    inputs: [trigger()],
    outputs: [trigger(), output("output", "string")],
    remembers: true,
    data: z.object({ fewshot: storedText }),
    execute: (context, { fewshot }) => chosen(context, textIn(fewshot ?? usual).split(separator)),
  });

/** Takes no phrase twice before each was taken. `used` is no socket: it is what the next visit remembers. */
function chosen(context: NodeContext, lines: readonly string[]): NodeOutcome {
  const phrases = lines.map((line) => line.trim()).filter((line) => line !== "");
  if (phrases.length === 0) return { outputs: { output: "" } };
  const remembered = context.previous?.used;
  const before = new Set(Array.isArray(remembered) ? remembered : []);
  const fresh = phrases.flatMap((_, index) => (before.has(index) ? [] : [index]));
  const candidates = fresh.length > 0 ? fresh : phrases.map((_, index) => index);
  const index = candidates[Math.floor(Math.random() * candidates.length)] ?? 0;
  return {
    outputs: { output: phrases[index] ?? "", used: fresh.length > 0 ? [...before, index] : [index] },
  };
}

export const randomPhraseFromList = randomPhrase({
  name: "Random Phrase From List",
  aliases: ["Random List From String"],
  category: "Strings",
  help: "Gives one line of the node's list at random; within a run none again before all have been given.",
  separator: "\n",
  usual: "",
});

export const randomGreetingResponse = randomPhrase({
  name: "Random Greeting Response",
  aliases: [],
  category: "Agents",
  help: "Gives one of the greetings of the node, which stand between commas, at random.",
  separator: ",",
  usual: "Hello!,Hi!,Good to see you.,Hey there.",
});

export const randomProfanityResponse = randomPhrase({
  name: "Random Profanity Response",
  aliases: [],
  category: "Agents",
  help: "Gives one of the answers to foul language of the node, which stand between commas, at random.",
  separator: ",",
  usual: "Please mind your words.,I would rather not talk like that.",
});
