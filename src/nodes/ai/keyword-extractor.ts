import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { isJsonObject, type Json } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { someText } from "../given.ts";
import { isOn, storedFlag } from "../schemas.ts";
import { infer, writtenIn } from "./huggingface.ts";

/** Each may cost two calls. */
const maxKeywords = 10;
/** Characters of explanations in all. */
const maxExplained = 1000;

export const keywordExtractor = defineComponent({
  name: "Keyword Extractor",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
  help: "Lists the nouns of the text, by a model of Hugging Face, each with a summary of what Weaviate's paragraphs say of it; with 'only keywords' the nouns alone.",
  inputs: [trigger(), input("string", "string", { required: true })],
  outputs: [trigger(), output("output", "array")],
  data: z.object({ onlyKeywords: storedFlag }),
  async execute(context, { onlyKeywords }) {
    const nouns = nounsIn(await infer(context, "flair/pos-english", someText(context, "string")));
    if (isOn(onlyKeywords)) return { outputs: { output: nouns } };
    const explained: Json[] = [];
    let length = 0;
    for (const word of nouns) {
      const info = await explanation(context, word);
      if (info === undefined) continue;
      length += info.length;
      if (length > maxExplained) break;
      explained.push({ word, info });
    }
    return { outputs: { output: explained } };
  },
});

const nounTags = new Set(["NN", "NNS", "NNP", "NNPS"]);

/** Of a list of tagged words, in small letters, each once. */
function nounsIn(answer: Json): string[] {
  if (!Array.isArray(answer)) return [];
  const nouns = answer.flatMap((tagged) => {
    const { word, entity_group: tag } = isJsonObject(tagged) ? tagged : {};
    return typeof word === "string" && typeof tag === "string" && nounTags.has(tag)
      ? [word.trim().toLowerCase()]
      : [];
  });
  return [...new Set(nouns)].filter((word) => word !== "").slice(0, maxKeywords);
}

async function explanation(context: NodeContext, word: string): Promise<string | undefined> {
  const { data } = await askService(context, "weaviate", (weaviate, call) =>
    weaviate.nearText(call, { class: "Paragraph", concepts: [word], certainty: 0.75, limit: 1 }),
  );
  const content = data[0]?.properties.content;
  if (typeof content !== "string" || content === "") return undefined;
  return writtenIn(await infer(context, "facebook/bart-large-cnn", content));
}
