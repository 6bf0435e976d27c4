/** How Markdown becomes HTML beyond the plain: anchors as GitHub has them, links between pages, code in colours. */
import { javascriptLanguage, tsxLanguage, typescriptLanguage } from "@codemirror/lang-javascript";
import { jsonLanguage } from "@codemirror/lang-json";
import type { Language } from "@codemirror/language";
import { classHighlighter, highlightCode } from "@lezer/highlight";
import { posix } from "node:path";
import { pages, urlOf } from "./pages.ts";

/** What is used of markdown-it, which comes with the site's builder and without types. */
interface Token {
  type: string;
  tag: string;
  info: string;
  content: string;
  children: Token[] | null;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}
interface State {
  tokens: Token[];
  env: { page?: { inputPath?: string } };
}
interface MarkdownIt {
  core: { ruler: { push(name: string, rule: (state: State) => void): void } };
  renderer: { rules: Record<string, (tokens: Token[], index: number) => string> };
  set(options: Record<string, unknown>): void;
}

const languages: Record<string, Language> = {
  js: javascriptLanguage,
  json: jsonLanguage,
  ts: typescriptLanguage,
  tsx: tsxLanguage,
};

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** As GitHub makes it of a heading, so that a link to it holds there and here. */
export const slugOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");

export function setUpMarkdown(markdown: MarkdownIt): void {
  markdown.set({ html: true, linkify: false });
  markdown.core.ruler.push("anchors", ({ tokens }) => {
    const seen = new Map<string, number>();
    for (const [i, token] of tokens.entries()) {
      if (token.type !== "heading_open") continue;
      const slug = slugOf(textOf(tokens[i + 1]?.children ?? []));
      const times = seen.get(slug) ?? 0;
      seen.set(slug, times + 1);
      token.attrSet("id", times === 0 ? slug : `${slug}-${times}`);
    }
  });
  markdown.core.ruler.push("links", ({ tokens, env }) => {
    for (const token of tokens)
      for (const child of token.children ?? []) {
        const name = { link_open: "href", image: "src" }[child.type];
        const target = name === undefined ? null : child.attrGet(name);
        if (name === undefined || target === null) continue;
        child.attrSet(name, siteLink(target, env.page?.inputPath ?? ""));
      }
  });
  markdown.core.ruler.push("rows", ({ tokens }) => {
    // A table that begins its rows with a name gives each a place to link to; headings go before.
    const taken = new Set(tokens.flatMap((token) => token.attrGet("id") ?? []));
    for (const [i, token] of tokens.entries()) {
      if (token.type !== "tr_open" || tokens[i + 1]?.type !== "td_open") continue;
      const [first, ...more] = tokens[i + 2]?.children ?? [];
      const slug = first?.type === "code_inline" && more.length === 0 ? slugOf(first.content) : "";
      if (slug === "" || taken.has(slug)) continue;
      taken.add(slug);
      token.attrSet("id", slug);
    }
  });
  markdown.renderer.rules.fence = (tokens, index) =>
    tokens
      .slice(index, index + 1)
      .map(codeBlock)
      .join("");
  markdown.renderer.rules.table_open = () => '<div class="table" tabindex="0"><table>\n';
  markdown.renderer.rules.table_close = () => "</table></div>\n";
}

const textOf = (tokens: readonly Token[]): string =>
  tokens
    .filter(({ type }) => type === "text" || type === "code_inline")
    .map(({ content }) => content)
    .join("");

/** Pages by their address; pictures as they are copied; what is not on the site, a file of the repository, by `repository:`. */
function siteLink(target: string, inputPath: string): string {
  if (/^[a-z]+:/.test(target) || target.startsWith("#") || target.startsWith("/")) return target;
  const [path = "", anchor] = target.split("#");
  const folder = posix.dirname(posix.normalize(inputPath)).replace(/^.*?docs(?=\/|$)/, "docs");
  const file = posix.normalize(posix.join(folder, path));
  const inDocs = file.startsWith("docs/") ? file.slice("docs/".length) : undefined;
  const page = pages.find((entry) => entry.file === inDocs);
  if (page !== undefined) return urlOf(page.file) + (anchor === undefined ? "" : `#${anchor}`);
  return inDocs?.startsWith("screenshots/") === true ? `/docs/${inDocs}` : `repository:${file}`;
}

function codeBlock({ info, content }: Token): string {
  const [language = "", ...rest] = info.trim().split(/\s+/);
  const title = /title="([^"]+)"/.exec(rest.join(" "))?.[1];
  const caption = title === undefined ? "" : `<figcaption>${escaped(title)}</figcaption>`;
  const code = language === "console" ? session(content) : coloured(content, languages[language]);
  // Reachable by keys, since a long line is scrolled.
  return `<figure class="code">${caption}<pre tabindex="0"><code>${code}</code></pre></figure>\n`;
}

function coloured(content: string, language: Language | undefined): string {
  if (language === undefined) return escaped(content);
  let html = "";
  highlightCode(
    content,
    language.parser.parse(content),
    classHighlighter,
    (text, classes) =>
      void (html += classes === "" ? escaped(text) : `<span class="${classes}">${escaped(text)}</span>`),
    () => void (html += "\n"),
  );
  return html;
}

/** Commands stand out from what they print; the prompt is not copied with them. */
const session = (content: string): string =>
  content
    .replace(/\n$/, "")
    .split("\n")
    .map((line) =>
      line.startsWith("$ ")
        ? `<b class="command">${escaped(line.slice(2))}</b>`
        : `<span class="printed">${escaped(line)}</span>`,
    )
    .join("\n");
