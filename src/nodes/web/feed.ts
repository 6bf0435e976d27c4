/** Reads RSS, Atom and JSON feeds, as far as titles and descriptions go. */
import { isJsonObject, type Json } from "../../protocol/values.ts";

export interface FeedItem {
  title: string;
  description: string;
}

const maxItems = 1000;

/** Items of RSS or Atom that have a title and a description. */
export function itemsOfXml(xml: string): FeedItem[] {
  const items: FeedItem[] = [];
  for (const tag of ["item", "entry"])
    for (const element of elements(xml, tag)) {
      if (items.length >= maxItems) return items;
      const title = textOf(element, "title");
      const description =
        textOf(element, "description") || textOf(element, "summary") || textOf(element, "content");
      if (title !== "" && description !== "") items.push({ title, description });
    }
  return items;
}

/** The items of a JSON feed as they are; undefined for JSON that is none. */
export function itemsOfJson(feed: Json): Json[] | undefined {
  const items = isJsonObject(feed) ? feed.items : feed;
  return Array.isArray(items) ? items.slice(0, maxItems) : undefined;
}

/** An item of a JSON feed as title and description, without markup. */
export function itemOfJson(item: Json): FeedItem | undefined {
  if (!isJsonObject(item)) return undefined;
  const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
  const description =
    text(item.content_html) || text(item.content_text) || text(item.summary) || text(item.description);
  return { title: text(item.title), description: withoutMarkup(description) };
}

/** Line ends for breaks and paragraphs, nothing for other tags. */
export const withoutMarkup = (html: string): string =>
  decoded(withoutTags(html.replaceAll(/<br\s*\/?>|<\/p>/gi, "\n"))).trim();

/** By hand: a pattern would look for the end of each of a million `<` in all that follows. */
function withoutTags(html: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let open = html.indexOf("<"); open >= 0; open = html.indexOf("<", from)) {
    const close = html.indexOf(">", open);
    if (close < 0) break;
    parts.push(html.slice(from, open));
    from = close + 1;
  }
  return parts.join("") + html.slice(from);
}

/** The insides of each element of that name; elements of one name do not nest in feeds. */
function* elements(xml: string, tag: string): Generator<string> {
  let from = 0;
  for (;;) {
    const start = openingOf(xml, tag, from);
    if (start === undefined) return;
    const end = xml.indexOf(`</${tag}>`, start);
    if (end < 0) return;
    yield xml.slice(start, end);
    from = end + tag.length + 3;
  }
}

/** Where the inside of the next `<tag …>` begins. */
function openingOf(xml: string, tag: string, from: number): number | undefined {
  for (let at = xml.indexOf(`<${tag}`, from); at >= 0; at = xml.indexOf(`<${tag}`, at + 1)) {
    const after = xml[at + tag.length + 1] ?? "";
    if (after !== ">" && !/\s/.test(after)) continue;
    const close = xml.indexOf(">", at);
    if (close < 0) return undefined;
    if (xml[close - 1] !== "/") return close + 1;
    at = close;
  }
  return undefined;
}

function textOf(element: string, tag: string): string {
  for (const inside of elements(element, tag)) {
    const text = inside.trim();
    return text.startsWith("<![CDATA[") && text.endsWith("]]>") ? text.slice(9, -3).trim() : decoded(text);
  }
  return "";
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

const decoded = (text: string): string =>
  text.replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,5});/gi, (whole, name: string) => {
    if (!name.startsWith("#")) return entities[name.toLowerCase()] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
