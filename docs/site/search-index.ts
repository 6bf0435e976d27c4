/** What the search of the site finds: each part of a page under its heading, and each row of a table that has a name. */
import MiniSearch from "minisearch";
import { searchOptions } from "./search-options.ts";

export interface Found {
  id: string;
  page: string;
  heading: string;
  text: string;
}

/** @param articles HTML by address. Gives the index as JSON. */
export function searchIndex(articles: ReadonlyMap<string, { title: string; html: string }>): string {
  const index = new MiniSearch<Found>(searchOptions);
  for (const [url, { title, html }] of articles)
    for (const part of partsOf(html)) {
      const heading = textOf(part.heading);
      index.add({ id: url + part.anchor, page: title, heading: heading || title, text: textOf(part.html) });
    }
  return JSON.stringify(index);
}

function partsOf(html: string): { anchor: string; heading: string; html: string }[] {
  const named = /<tr id="([^"]+)">\s*<td>(<code>.*?<\/code>)<\/td>(.*?)<\/tr>/gs;
  const rows = [...html.matchAll(named)].map(([, id, heading = "", rest = ""]) => ({
    anchor: `#${id}`,
    heading,
    html: rest,
  }));
  const [intro = "", ...parts] = html.replaceAll(named, "").split(/(?=<h[23] id=")/);
  const headed = parts.map((part) => {
    const [whole = "", id = "", heading = ""] = /^<h[23] id="([^"]+)">(.*?)<\/h[23]>/s.exec(part) ?? [];
    return { anchor: `#${id}`, heading, html: part.slice(whole.length) };
  });
  return [{ anchor: "", heading: "", html: intro }, ...headed, ...rows];
}

const textOf = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ")
    .trim();
