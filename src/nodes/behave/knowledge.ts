/** Knowledge: texts found by their meaning, kept by the weaviate service in a class of their own. */
import type { NodeOutcome } from "../../engine/component.ts";
import type { StoredDocument, WeaviateResult } from "../../protocol/services.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";
import { completeText } from "../ai/completion.ts";
import { askService } from "../ask-service.ts";
import { type CatalogueEntry, outputs } from "../define.ts";
import { failed } from "../inputs.ts";
import { type BehaveCall, behaveComponent } from "./behave-component.ts";
import { sameJson } from "./same-json.ts";

const category = "Behave/Knowledge";
const className = "Knowledge";

type Hit = WeaviateResult["data"][number];

const add = behaveComponent({
  name: "action/knowledge/add",
  category,
  status: "needs-service",
  help: "Keeps a text as knowledge, to be found by its meaning. It keeps the text as it is: fetch pages and files first.",
  in: { flow: "flow", knowledge: "string", dataType: { type: "string", default: "auto" } },
  out: { flow: "flow" },
  async run(call) {
    const text = call.text("knowledge");
    if (text.trim() === "") throw failed(call.context, '"knowledge" is empty; it needs a text.');
    const type = call.text("dataType");
    await askService(call.context, "weaviate", (weaviate, ask) =>
      weaviate.create(ask, {
        class: className,
        properties: { text, ...(type === "auto" || type === "" ? {} : { dataType: type }) },
      }),
    );
    return {};
  },
});

/** Looks further than asked where the metadata leave some out. */
async function found(call: BehaveCall, query: string, count: number): Promise<Hit[]> {
  const wanted = Object.entries(call.object("metadata"));
  const limit = Math.min(Math.max(1, wanted.length === 0 ? count : count * 10), 1000);
  if (query.trim() === "" || count < 1) return [];
  const { data } = await askService(call.context, "weaviate", (weaviate, ask) =>
    weaviate.nearText(ask, { class: className, concepts: [query.slice(0, 4000)], limit }),
  );
  const hasAll = ({ properties }: Hit): boolean =>
    wanted.every(
      ([name, value]) => Object.hasOwn(properties, name) && sameJson(properties[name] as Json, value),
    );
  return data.filter(hasAll).slice(0, count);
}

const textOfHit = ({ properties }: Hit): string =>
  typeof properties.text === "string" ? properties.text : "";

const rowOf = (hit: Hit): JsonObject => {
  const { text: _text, ...metadata } = hit.properties;
  return outputs({ context: textOfHit(hit), score: hit.distance, metadata });
};

const outcomeOf = (hits: readonly Hit[]): NodeOutcome => ({
  outputs: { knowledge: hits.map(textOfHit), data: hits.map(rowOf) },
});

const search = behaveComponent({
  name: "action/knowledge/search",
  category,
  status: "needs-service",
  help: "Gives the texts that are nearest in meaning to the query, nearest first; 'metadata' asks for properties that they must have.",
  in: { flow: "flow", query: "string", count: { type: "integer", default: 3 }, metadata: "object" },
  out: { flow: "flow", knowledge: "array", data: "array" },
  run: async (call) => outcomeOf(await found(call, call.text("query"), call.count("count"))),
});

/** Each query is a call of its own. */
const maxQueries = 20;

const searchMany = behaveComponent({
  name: "action/knowledge/searchMany ",
  aliases: ["action/knowledge/searchMany"],
  category,
  status: "needs-service",
  help: `Gives the texts that are nearest in meaning to each of several queries, up to ${maxQueries}, none of them twice.`,
  in: { flow: "flow", queries: "array", count: { type: "integer", default: 2 }, metadata: "object" },
  out: { flow: "flow", knowledge: "array", data: "array" },
  async run(call) {
    const queries = call.list("queries");
    if (queries.length > maxQueries)
      throw failed(call.context, `"queries" has ${queries.length} texts; ${maxQueries} are allowed.`);
    const byText = new Map<string, Hit>();
    for (const query of queries)
      for (const hit of await found(
        call,
        typeof query === "string" ? query : JSON.stringify(query),
        call.count("count"),
      ))
        if (!byText.has(textOfHit(hit))) byText.set(textOfHit(hit), hit);
    return outcomeOf([...byText.values()]);
  },
});

const query = behaveComponent({
  name: "action/knowledge/query",
  category,
  status: "needs-service",
  help: "Has a language model answer a question from the texts that are nearest to it in meaning.",
  in: { flow: "flow", query: "string", count: { type: "integer", default: 5 }, metadata: "object" },
  out: { flow: "flow", knowledge: "string" },
  async run(call) {
    const question = call.text("query");
    const hits = await found(call, question, call.count("count"));
    const answer = await answered(call, question, hits.map(textOfHit));
    return { outputs: { knowledge: answer.text }, usage: answer.usage };
  },
});

/** Asks a language model for an answer from passages alone. */
export const answered = (call: BehaveCall, question: string, passages: readonly string[]) =>
  completeText(call.context, {
    messages: [
      {
        role: "system",
        content:
          "Answer the user's question from the passages below and from nothing else. If they do not hold the answer, say that you do not know.\n\n" +
          passages.map((passage, i) => `Passage ${i + 1}:\n${passage}`).join("\n\n"),
      },
      { role: "user", content: question },
    ],
  });

const getDocuments = behaveComponent({
  name: "action/documents/get",
  category,
  status: "needs-service",
  help: "Gives documents of a type as a text of JSON: the nearest to an embedding, or else the newest.",
  in: {
    flow: "flow",
    embedding: "embedding",
    type: "string",
    maxCount: { type: "integer", default: 10 },
    trigger: "flow",
  },
  out: { flow: "flow", string: "string" },
  async run(call) {
    const type = call.text("type");
    const limit = Math.min(Math.max(0, call.count("maxCount")), 1000);
    const where = type === "" ? {} : { type };
    const embedding = call.given("embedding");
    const isVector = Array.isArray(embedding) && embedding.length > 0;
    if (isVector && !embedding.every((part) => typeof part === "number"))
      throw failed(call.context, '"embedding" must be a list of numbers.');
    const data = await askService(call.context, "documents", async (documents, ask) => {
      const page: { data: StoredDocument[] } = isVector
        ? await documents.nearest(ask, { ...where, embedding: embedding as number[], limit })
        : await documents.find(ask, { ...where, $sort: { date: -1 }, $limit: limit });
      return page.data;
    });
    const rows = data.map(({ embedding: _embedding, ...row }) => row);
    return { outputs: { string: JSON.stringify(rows) } };
  },
});

export const knowledgeComponents: CatalogueEntry[] = [add, search, searchMany, query, getDocuments];
