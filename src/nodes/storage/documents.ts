/** Documents as Magick had them: stored with a type and an embedding, found by both. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import type { Json } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import {
  countSetting,
  neededVector,
  numberSetting,
  optionalText,
  optionalVector,
  parsedJson,
  setText,
  someText,
} from "../given.ts";
import { failed, wrongKind } from "../inputs.ts";
import { storedNumber } from "../schemas.ts";

/** By wire as it is; in the node case and blanks never counted. */
export const documentType = (context: NodeContext, own: string | null | undefined): string =>
  setText(optionalText(context, "type")) ?? setText(own)?.toLowerCase().trim() ?? "none";

export const storeDocuments = defineComponent({
  name: "Store Documents",
  aliases: ["Store Document", "Store Knowledge"],
  category: "Storage/Documents",
  status: "needs-service",
  help: "Keeps the content as a document of the type, with its embedding and date where they are wired.",
  inputs: [
    trigger(),
    input("content", "string", { required: true }),
    input("embedding", "embedding"),
    input("date", "string"),
    input("type", "string"),
  ],
  outputs: [trigger()],
  data: z.object({ name: z.string().nullish(), type: z.string().nullish() }),
  async execute(context, data) {
    const content = someText(context, "content");
    const embedding = optionalVector(context, "embedding");
    const date = setText(optionalText(context, "date"));
    const type = documentType(context, data.type);
    await askService(context, "documents", (documents, call) =>
      documents.create(call, {
        content,
        type,
        ...(embedding === undefined ? {} : { embedding }),
        ...(date === undefined ? {} : { date }),
      }),
    );
    return {};
  },
});

const found = z.object({ type: z.string().nullish(), max_count: storedNumber });

export const getDocuments = defineComponent({
  name: "Get Documents",
  aliases: ["Get Knowledge"],
  category: "Storage/Documents",
  status: "needs-service",
  help: "Gives the documents of the type: those nearest to the embedding, the nearest first, or without one the oldest.",
  inputs: [trigger(), input("embedding", "embedding"), input("type", "string")],
  outputs: [output("documents", "document"), trigger()],
  data: found,
  async execute(context, data) {
    const limit = countSetting(context, "max_count", data.max_count, 10);
    const type = documentType(context, data.type);
    const embedding = optionalVector(context, "embedding");
    const rows = await askService(context, "documents", async (documents, call) =>
      embedding === undefined
        ? (await documents.find(call, { type, $limit: limit })).data
        : (await documents.nearest(call, { type, embedding, limit })).data,
    );
    return { outputs: { documents: rows as Json } };
  },
});

export const fullTextSearch = defineComponent({
  name: "Full Text Search",
  aliases: [],
  category: "Storage/Documents",
  status: "needs-service",
  help: "Gives the documents of the type that have the words of 'Entities' (texts, or JSON of them), the best first.",
  inputs: [
    trigger(),
    input("embedding", "embedding"),
    input("Entities", "any", { required: true }),
    input("type", "string"),
  ],
  outputs: [output("documents", "document"), trigger()],
  data: found,
  async execute(context, data) {
    const words = wordsOf(context);
    const limit = Math.max(1, Math.min(100, countSetting(context, "max_count", data.max_count, 10)));
    const type = documentType(context, data.type);
    const { results } = await askService(context, "search", (search, call) =>
      search.query(call, { query: words, in: "documents", type, limit }),
    );
    const documents = results.map(({ text, ...hit }) => ({ ...hit, content: text, type }));
    return { outputs: { documents: documents as Json } };
  },
});

function wordsOf(context: NodeContext): string {
  const given = context.value("Entities") ?? null;
  const listed = typeof given === "string" ? (parsedJson(given) ?? given) : given;
  const parts = Array.isArray(listed) ? listed : [listed];
  const words = parts.map((part) => {
    if (typeof part === "string" || typeof part === "number") return String(part);
    throw wrongKind(context, "Entities", "texts", given);
  });
  const text = words.join(" ").trim();
  if (text === "") throw failed(context, `"Entities" is empty; it needs words to look for.`);
  return text;
}

export const intentSearch = defineComponent({
  name: "Intent Search",
  aliases: [],
  category: "Storage/Documents",
  status: "needs-service",
  help: "Gives the name of the intent whose example is nearest to the embedding (documents with 'metadata.intent'), or an empty text where none is nearer than the threshold.",
  inputs: [trigger(), input("threshold", "number"), input("embedding", "embedding", { required: true })],
  outputs: [trigger(), output("output", "string")],
  data: z.object({ threshold: storedNumber }),
  async execute(context, data) {
    const wanted = context.value("threshold") ?? data.threshold ?? undefined;
    const threshold = numberSetting(context, "threshold", wanted) ?? defaultThreshold;
    const embedding = neededVector(context, "embedding");
    const { data: rows } = await askService(context, "documents", (documents, call) =>
      documents.nearest(call, { embedding, limit: nearestLooked }),
    );
    const nearest = rows.find((row) => intentOf(row.metadata) !== undefined);
    const isNear = nearest !== undefined && nearest.distance < threshold;
    return { outputs: { output: (isNear ? intentOf(nearest.metadata) : undefined) ?? "" } };
  },
});

/** Other documents may lie nearer than the nearest intent. */
const nearestLooked = 100;
/** Of cosine distance, where the node has none. */
const defaultThreshold = 0.2;

function intentOf(metadata: { [key: string]: Json } | undefined): string | undefined {
  const intent = metadata?.intent;
  if (typeof intent !== "object" || intent === null || Array.isArray(intent)) return undefined;
  return typeof intent.name === "string" ? intent.name : undefined;
}
