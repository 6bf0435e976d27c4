import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import type { Json } from "../../protocol/values.ts";
import { defineComponent, output, trigger } from "../define.ts";
import { parsedJson } from "../given.ts";
import { isOn, storedFlag } from "../schemas.ts";
import { itemOfJson, itemsOfJson, itemsOfXml } from "./feed.ts";
import { fetched } from "./request.ts";

export const rssGet = defineComponent({
  name: "RSS Get",
  aliases: [],
  category: "Invoke/Network",
  status: "needs-service",
  help: "Lists the items of the feeds (RSS, Atom or JSON; addresses with '|' between them, all or with 'random' one of them) as objects with title and description. Items of JSON feeds come as they are unless 'to document' is on.",
  inputs: [trigger()],
  outputs: [trigger(), output("output", "array")],
  data: z.object({
    feedUrl: z.string().nullish(),
    fetchWay: z.string().nullish(),
    toDocument: storedFlag,
  }),
  async execute(context, { feedUrl, fetchWay, toDocument }) {
    const urls = (feedUrl ?? "")
      .split("|")
      .map((url) => url.trim())
      .filter((url) => url !== "");
    const items: Json[] = [];
    for (const url of chosen(urls, fetchWay ?? ""))
      items.push(...(await itemsAt(context, url, isOn(toDocument))));
    return { outputs: { output: items } };
  },
});

function chosen(urls: string[], way: string): string[] {
  if (way !== "random" && way !== "rnd") return urls;
  const one = urls[Math.floor(Math.random() * urls.length)];
  return one === undefined ? [] : [one];
}

async function itemsAt(context: NodeContext, url: string, asDocuments: boolean): Promise<Json[]> {
  const { body } = await fetched(context, { method: "GET", url });
  const feed = typeof body === "string" ? parsedJson(body) : body;
  const items = feed === undefined ? undefined : itemsOfJson(feed);
  if (items === undefined)
    return typeof body === "string" ? itemsOfXml(body).map((item) => ({ ...item })) : [];
  return asDocuments ? items.flatMap((item) => documentOf(item)) : items;
}

const documentOf = (item: Json): Json[] => {
  const document = itemOfJson(item);
  return document === undefined ? [] : [{ ...document }];
};
