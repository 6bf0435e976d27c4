/** Arithmetic of embeddings: lists of numbers, or such lists as JSON text. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import type { Json } from "../../protocol/values.ts";
import { checkLength } from "../bounds.ts";
import { defineComponent, input, needed, output, trigger } from "../define.ts";
import { failed, finite, wrongKind } from "../inputs.ts";

const category = "AI/Embeddings";

export const cosineSimilarity = defineComponent({
  name: "Cosine Similarity",
  aliases: [],
  category,
  help: "Tells how alike two embeddings are: 1 in the same direction, 0 at a right angle, -1 in opposite ones.",
  inputs: [
    input("embeddingA", "embedding", { required: true }),
    input("embeddingB", "embedding", { required: true }),
    trigger(),
  ],
  outputs: [trigger(), output("similarity", "number")],
  data: z.object({}),
  execute(context) {
    const a = scaledOf(context, "embeddingA");
    const b = scaledOf(context, "embeddingB");
    checkSameLength(context, [a, b]);
    return { outputs: { similarity: product(a, b) / Math.sqrt(product(a, a) * product(b, b)) } };
  },
});

export const extractRelationship = defineComponent({
  name: "Extract Relationship",
  aliases: [],
  category,
  help: "Takes two embeddings from that of both together; what is left stands for how they relate.",
  inputs: [
    trigger(),
    input("embedding1", "embedding", { required: true }),
    input("embedding2", "embedding", { required: true }),
    input("combinedEmbedding", "embedding", { required: true }),
  ],
  outputs: [trigger(), output("embedding", "embedding")],
  data: z.object({}),
  execute(context) {
    const combined = vectorOf(context, "combinedEmbedding");
    const first = vectorOf(context, "embedding1");
    const second = vectorOf(context, "embedding2");
    checkSameLength(context, [combined, first, second]);
    const embedding = combined.map((x, i) => finite(context, x - ((first[i] ?? 0) + (second[i] ?? 0))));
    return { outputs: { embedding } };
  },
});

function vectorOf(context: NodeContext, socket: string): number[] {
  const value = needed(context, socket);
  const list = typeof value === "string" ? parsed(context, value) : value;
  const isVector =
    Array.isArray(list) && list.length > 0 && list.every((x) => typeof x === "number" && Number.isFinite(x));
  if (!isVector) throw wrongKind(context, socket, "a list of numbers", value);
  return list as number[];
}

function parsed(context: NodeContext, text: string): Json | undefined {
  checkLength(context, text.length);
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Divided by its largest part, so that no square is beyond numbers. */
function scaledOf(context: NodeContext, socket: string): number[] {
  const vector = vectorOf(context, socket);
  let largest = 0;
  for (const x of vector) largest = Math.max(largest, Math.abs(x));
  if (largest === 0) throw failed(context, `"${socket}" holds only zeros, which point nowhere.`);
  return vector.map((x) => x / largest);
}

function product(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function checkSameLength(context: NodeContext, vectors: readonly number[][]): void {
  const lengths = vectors.map((vector) => vector.length);
  if (new Set(lengths).size > 1)
    throw failed(
      context,
      `the embeddings must be of one length, but have ${lengths.join(", ")} numbers. Make them by one model.`,
    );
}
