/** What RawGenerator's whole answer is taken apart with: texts and the log-probabilities of tokens. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";
import { type CatalogueEntry, defineComponent, input, output, trigger } from "../define.ts";
import { failed, neededObject, shown } from "../inputs.ts";
import { storedText } from "../schemas.ts";

const response = input("response", "object", { required: true });

/** @throws SpellError `node_failed` where the answer has no choices */
function choicesOf(context: NodeContext): JsonObject[] {
  const { choices } = neededObject(context, "response");
  const found = Array.isArray(choices) ? choices.filter(isJsonObject) : [];
  if (found.length === 0)
    throw failed(
      context,
      '"response" has no choices. Connect the response of a RawGenerator, or give {"choices": [{"text": …}]}.',
    );
  return found;
}

const textOfChoice = (context: NodeContext, choice: JsonObject | undefined): string => {
  const text = choice?.text;
  if (typeof text === "string") return text;
  throw failed(context, `a choice of "response" has no text, but ${shown(text)}.`);
};

const responseToText = defineComponent({
  name: "Response to Text",
  aliases: [],
  category: "AI/ML",
  help: "Gives the text of the first choice of a model's whole answer.",
  inputs: [response, trigger()],
  outputs: [trigger(), output("text", "string")],
  data: z.object({}),
  execute: (context) => ({ outputs: { text: textOfChoice(context, choicesOf(context)[0]) } }),
});

const responseToCompletions = defineComponent({
  name: "Response to Completions",
  aliases: [],
  category: "AI/ML",
  help: "Gives the texts of all choices of a model's whole answer as a list.",
  inputs: [response, trigger()],
  outputs: [trigger(), output("completions", "array")],
  data: z.object({}),
  execute: (context) => ({
    outputs: { completions: choicesOf(context).map((choice) => textOfChoice(context, choice)) },
  }),
});

const logprobs = defineComponent({
  name: "Logprobs",
  aliases: [],
  category: "AI/ML",
  help: "Gives the log-probabilities in a model's whole answer: an object by token for each place of the first choice.",
  inputs: [response, trigger()],
  outputs: [trigger(), output("logprobs", "array")],
  data: z.object({}),
  execute(context) {
    const of = choicesOf(context)[0]?.logprobs;
    const places: Json | undefined = isJsonObject(of) ? of.top_logprobs : undefined;
    if (!Array.isArray(places))
      throw failed(
        context,
        '"response" has no log-probabilities. Ask the model for them, with the number of them in RawGenerator.',
      );
    return { outputs: { logprobs: places } };
  },
});

const logprobOf = defineComponent({
  name: "LogprobOf",
  aliases: [],
  category: "AI/ML",
  help: "Gives the log-probability of the token that the node names, from an object of them by token.",
  inputs: [input("logprobs", "object", { required: true }), trigger()],
  outputs: [trigger(), output("logprob", "number")],
  data: z.object({ token: storedText }),
  execute(context, { token }) {
    const name = String(token ?? "");
    const found = neededObject(context, "logprobs");
    const logprob = Object.hasOwn(found, name) ? found[name] : undefined;
    if (typeof logprob !== "number")
      throw failed(
        context,
        `"logprobs" has no number for the token ${JSON.stringify(name)}; it has ${shown(Object.keys(found))}.`,
      );
    return { outputs: { logprob } };
  },
});

export const responseComponents: CatalogueEntry[] = [
  responseToText,
  responseToCompletions,
  logprobs,
  logprobOf,
];
