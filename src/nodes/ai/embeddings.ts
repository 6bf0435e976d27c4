/** Vectors of texts. */
import * as z from "zod";
import type { NodeContext, NodeOutcome } from "../../engine/component.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { Usage } from "../../protocol/runs.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { setText, someText } from "../given.ts";

/** @throws SpellError `not_configured`, `provider_error` */
export async function embedText(
  context: NodeContext,
  text: string,
  model?: string,
): Promise<{ embedding: number[]; usage: Usage }> {
  const { embeddings, usage } = await askService(context, "completion", (completion, call) =>
    completion.embed(call, { ...(model === undefined ? {} : { model }), values: [text] }),
  );
  const embedding = embeddings[0];
  if (embedding === undefined || embedding.length === 0)
    throw new SpellError("provider_error", `${context.label}: the model gave no vector for the text.`);
  return { embedding, usage };
}

/** As many numbers as Magick's stores had columns for. */
const storedLength = 1536;

/** Stretched by straight lines between its numbers, as Magick did with shorter vectors: stored ones are of this length. */
export function stretched(vector: number[], length = storedLength): number[] {
  if (vector.length === 0 || vector.length >= length) return vector;
  return Array.from({ length }, (_, i) => {
    const place = (i * (vector.length - 1)) / (length - 1);
    const before = Math.floor(place);
    const weight = place - before;
    return (vector[before] ?? 0) * (1 - weight) + (vector[before + 1] ?? 0) * weight;
  });
}

export const createTextEmbedding = defineComponent({
  name: "Create Text Embedding",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
  help: "Gives the embedding of the text: numbers that are near those of texts that mean the like. Short ones are stretched to 1536 numbers, so that those of old stores stay comparable.",
  inputs: [trigger(), input("input", "string", { required: true })],
  outputs: [trigger(), output("embedding", "embedding"), output("error", "string")],
  data: z.object({ model: z.string().nullish() }),
  async execute(context, { model }): Promise<NodeOutcome> {
    const { embedding, usage } = await embedText(context, someText(context, "input"), setText(model));
    return { outputs: { embedding: stretched(embedding) }, usage };
  },
});

export const createEmbedding = defineComponent({
  name: "Create Embedding",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
  help: "Gives the embedding of the content (2023-02; 'Create Text Embedding' took its place).",
  inputs: [trigger(), input("content", "string", { required: true })],
  outputs: [trigger(), output("embedding", "array")],
  data: z.object({}),
  async execute(context): Promise<NodeOutcome> {
    const text = someText(context, "content");
    const { embedding, usage } = await embedText(context, text, "text-embedding-ada-002");
    return { outputs: { embedding }, usage };
  },
});
