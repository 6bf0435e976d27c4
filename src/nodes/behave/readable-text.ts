/** What a reader of a web page sees of it. One pass over the page: pages come from strangers, and patterns can be made to take for ever. */

/** What they hold is not for readers. */
const hidden = new Set(["script", "style", "head", "template", "noscript"]);
/** Text goes on in a line of its own behind them. */
const blocks = new Set([
  "p",
  "div",
  "li",
  "tr",
  "section",
  "article",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "br",
]);

const entities: Record<string, string> = {
  "&nbsp;": " ",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&amp;": "&",
};

export function readableText(html: string): string {
  const lower = html.toLowerCase();
  const parts: string[] = [];
  for (let at = 0; at < html.length;) {
    const open = html.indexOf("<", at);
    parts.push(html.slice(at, open < 0 ? html.length : open));
    const close = open < 0 ? -1 : html.indexOf(">", open);
    if (close < 0) break;
    at = close + 1;
    const name = /^\/?([a-z][a-z0-9]*)/.exec(lower.slice(open + 1, open + 20))?.[1] ?? "";
    if (blocks.has(name)) parts.push("\n");
    if (!hidden.has(name) || lower[open + 1] === "/") continue;
    const end = lower.indexOf(`</${name}`, at);
    at = end < 0 ? html.length : end;
  }
  return parts
    .join("")
    .replace(/&(?:nbsp|lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? entity)
    .split("\n")
    .map((line) => line.replace(/[ \t\r\f]+/g, " ").trim())
    .filter((line) => line !== "")
    .join("\n\n");
}
