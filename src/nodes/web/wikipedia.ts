/** What Wikipedia says of a keyword: its own summary, or paragraphs of it that Weaviate holds. */
import * as z from "zod";
import { SpellError } from "../../protocol/errors.ts";
import { isJsonObject, type Json } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { optionalText, setText, someText } from "../given.ts";
import { failed, shown } from "../inputs.ts";

const outputs = [trigger("success"), trigger("error"), output("result")];
/** Nothing was found: an answer like another, for which the spell has a branch. */
const nothing = { fired: ["error"], outputs: { result: null } };

export const getWikipediaSummary = defineComponent({
  name: "Get Wikipedia Summary",
  aliases: [],
  category: "Invoke/Search",
  status: "needs-service",
  help: "Gives the summary of Wikipedia's article of that title and fires 'success'; 'error' where there is none.",
  inputs: [trigger(), input("keyword", "string", { required: true })],
  outputs,
  data: z.object({}),
  async execute(context) {
    const title = encodeURIComponent(someText(context, "keyword").trim().replaceAll(" ", "_").toWellFormed());
    const url = `https://en.wikipedia.org/api/rest_v1/page/summary/${title}`;
    const { status, body } = await askService(context, "http", (http, call) =>
      http.request(call, { method: "GET", url, headers: { accept: "application/json" } }),
    );
    if (status === 404) return nothing;
    const extract = isJsonObject(body) ? body.extract : undefined;
    if (status < 400 && typeof extract === "string")
      return { fired: ["success"], outputs: { result: extract } };
    throw new SpellError("provider_error", `${context.label}: Wikipedia answered ${status}: ${shown(body)}`, {
      retryable: status === 429 || status >= 500,
    });
  },
});

export const weaviateWikipediaSearch = defineComponent({
  name: "Weaviate Wikipedia Search",
  aliases: [],
  category: "Invoke/Search",
  status: "needs-service",
  help: "Looks for the keyword among the paragraphs that Weaviate holds (class 'Paragraph') and fires 'success' with the three nearest; 'error' where none is near.",
  inputs: [trigger(), input("keyword", "string")],
  outputs,
  data: z.object({ keyword: z.string().nullish() }),
  async execute(context, data) {
    const keyword = setText(optionalText(context, "keyword")) ?? setText(data.keyword);
    if (keyword === undefined) throw failed(context, `"keyword" is empty; it needs a text.`);
    const found = await askService(context, "weaviate", (weaviate, call) =>
      weaviate.nearText(call, { class: "Paragraph", concepts: [keyword], certainty: 0.75, limit: 3 }),
    );
    if (found.data.length === 0) return nothing;
    const paragraphs = found.data.map(({ properties }): Json => properties);
    return { fired: ["success"], outputs: { result: { Paragraph: paragraphs } } };
  },
});
