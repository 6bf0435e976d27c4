/** Questions to the web. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import type { SearchHit } from "../../protocol/services.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { someText } from "../given.ts";

const limit = 10;
const inputs = [input("query", "string", { required: true }), trigger()];

async function found(context: NodeContext, query: string): Promise<SearchHit[]> {
  const { results } = await askService(context, "search", (search, call) =>
    search.query(call, { query, in: "web", limit }),
  );
  return results;
}

export const searchGoogle = defineComponent({
  name: "Search Google",
  aliases: ["Query Google"],
  category: "Invoke/Search",
  status: "needs-service",
  help: "Searches the web and gives what the pages found say of the query, one a line, and the list of their addresses.",
  inputs,
  outputs: [trigger(), output("summary", "string"), output("links", "array")],
  data: z.object({}),
  async execute(context) {
    const hits = await found(context, someText(context, "query"));
    const summary = hits.map(({ title, text }) => (title === "" ? text : `${title}: ${text}`)).join("\n");
    return { outputs: { summary, links: hits.flatMap(({ url }) => (url === undefined ? [] : [url])) } };
  },
});

export const searchMetaphor = defineComponent({
  name: "Search Metaphor",
  aliases: [],
  category: "Invoke/Search",
  status: "needs-service",
  help: "Searches the web and lists the pages found, each with url, title, extract and score; 'message' is the query that was asked.",
  inputs,
  outputs: [trigger(), output("results", "array"), output("message", "string")],
  data: z.object({}),
  async execute(context) {
    const query = someText(context, "query");
    const hits = await found(context, query);
    const results = hits.map(({ url = "", title, text, score }) => ({
      url,
      title,
      extract: text,
      ...(score === undefined ? {} : { score }),
    }));
    return { outputs: { results, message: query } };
  },
});
