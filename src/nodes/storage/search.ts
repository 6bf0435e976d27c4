/** Questions to the user's documents: by their words, or by meaning. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import type { SearchHit } from "../../protocol/services.ts";
import { embedText, stretched } from "../ai/embeddings.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { someText } from "../given.ts";

async function bestHit(context: NodeContext, query: string): Promise<SearchHit | undefined> {
  const { results } = await askService(context, "search", (search, call) =>
    search.query(call, { query, in: "documents", limit: 1 }),
  );
  return results[0];
}

const described = ({ title, text }: SearchHit) => ({ title, description: text });

export const search = defineComponent({
  name: "Search",
  aliases: [],
  category: "Storage/Search",
  status: "needs-service",
  help: "Gives the document that answers the question best by its words: an object with title and description, empty texts where none does.",
  inputs: [input("agent", "string"), input("question", "string", { required: true }), trigger()],
  outputs: [trigger(), output("output", "object")],
  data: z.object({}),
  async execute(context) {
    const hit = await bestHit(context, someText(context, "question"));
    return { outputs: { output: hit === undefined ? { title: "", description: "" } : described(hit) } };
  },
});

export const searchDocuments = defineComponent({
  name: "Search Documents",
  aliases: [],
  category: "Storage/Search",
  status: "needs-service",
  help: "Lists the document that answers the text best by its words, as an object with title and description; an empty list where none does.",
  inputs: [input("searchStr", "string", { required: true }), trigger()],
  outputs: [trigger(), output("output", "array")],
  data: z.object({}),
  async execute(context) {
    const hit = await bestHit(context, someText(context, "searchStr"));
    return { outputs: { output: hit === undefined ? [] : [described(hit)] } };
  },
});

/** As many as the search server of 2022 gave. */
const rows = 5;

export const vectorSearch = defineComponent({
  name: "Vector Search",
  aliases: [],
  category: "Storage/Search",
  status: "needs-service",
  help: "Lists the documents whose embeddings are nearest to that of the text, the nearest first, each with title, description and distance.",
  inputs: [input("input", "string", { required: true }), trigger()],
  outputs: [trigger(), output("output", "array")],
  data: z.object({}),
  async execute(context) {
    const { embedding, usage } = await embedText(context, someText(context, "input"));
    const { data } = await askService(context, "documents", (documents, call) =>
      documents.nearest(call, { embedding: stretched(embedding), limit: rows }),
    );
    const found = data.map(({ id, title = "", content, distance }) => ({
      id,
      title,
      description: content,
      distance,
    }));
    return { outputs: { output: found }, usage };
  },
});
