import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { Json } from "../../protocol/values.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { someText } from "../given.ts";
import { failed, wrongKind } from "../inputs.ts";
import { infer } from "./huggingface.ts";

const model = "sentence-transformers/all-MiniLM-L6-v2";
/** Comparing letters takes the product of both lengths. */
const maxComparedLength = 2000;
const maxSentences = 1000;

export const sentenceMatcher = defineComponent({
  name: "Sentence Matcher",
  aliases: [],
  category: "AI/ML",
  help: "Gives that of the sentences which is most like the source: by meaning where a Hugging Face key is configured, else by its letters.",
  inputs: [
    trigger(),
    input("source", "string", { required: true }),
    input("sentences", "any", { required: true }),
  ],
  outputs: [trigger(), output("output", "string")],
  data: z.object({}),
  async execute(context) {
    const source = someText(context, "source");
    const sentences = sentencesOf(context);
    const scores =
      (await scoresByMeaning(context, source, sentences)) ??
      sentences.map((sentence) => likeness(source, sentence));
    let best = 0;
    for (const [i, score] of scores.entries()) if (score > (scores[best] ?? -Infinity)) best = i;
    return { outputs: { output: sentences[best] ?? "" } };
  },
});

/** Of lists and of texts, from all wires. */
function sentencesOf(context: NodeContext): string[] {
  const given = context.values("sentences").flatMap((value): Json[] => {
    if (Array.isArray(value)) return value;
    return value === undefined ? [] : [value];
  });
  const sentences = given.map((sentence) => {
    if (typeof sentence === "string") return sentence;
    throw wrongKind(context, "sentences", "texts or lists of texts", sentence);
  });
  if (sentences.length > 0 && sentences.length <= maxSentences) return sentences;
  throw failed(
    context,
    `"sentences" must hold 1 to ${maxSentences} sentences, but holds ${sentences.length}.`,
  );
}

/** Undefined where no model can be asked. */
async function scoresByMeaning(
  context: NodeContext,
  source: string,
  sentences: string[],
): Promise<number[] | undefined> {
  let answer: Json;
  try {
    answer = await infer(context, model, { source_sentence: source, sentences });
  } catch (thrown) {
    if (SpellError.from(thrown).code === "not_configured") return undefined;
    throw thrown;
  }
  if (Array.isArray(answer) && answer.length === sentences.length && answer.every(isNumber)) return answer;
  throw new SpellError("provider_error", `${context.label}: the model gave no score for each sentence.`);
}

const isNumber = (value: Json): value is number => typeof value === "number";

/** 1 for the same text, 0 where every letter must change: by the least number of edits. Case does not count. */
function likeness(a: string, b: string): number {
  const from = a.toLowerCase().slice(0, maxComparedLength);
  const to = b.toLowerCase().slice(0, maxComparedLength);
  if (from === to) return 1;
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const kept = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(kept, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return 1 - (row[to.length] ?? 0) / Math.max(from.length, to.length);
}
