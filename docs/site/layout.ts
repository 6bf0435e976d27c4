/** The page around an article. */
import { escaped } from "./markdown.ts";
import { pages, sections, urlOf } from "./pages.ts";

export interface PageData {
  title: string;
  /** Of the page: `/docs/concepts/`. */
  url: string;
  /** The article. */
  content: string;
}

export function pageOf({ title, url, content }: PageData): string {
  // Files of the repository are named, and no links: the site stands on servers that have none of them.
  const article = content.replaceAll(
    /<a href="repository:([^"]*)">(.*?)<\/a>/g,
    '<span title="$1 in the repository">$2</span>',
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(url === "/docs/" ? title : `${title} · Spellrunner`)}</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/docs/site.css">
<script type="module" src="/docs/search.js"></script>
</head>
<body>
<a class="skip" href="#article">Skip to the text</a>
<header>
<a class="home" href="/docs/">Spellrunner</a>
<search><label>Search <input id="search" type="search" autocomplete="off" aria-controls="found"></label>
<div id="found" role="region" aria-label="Search results" aria-live="polite" hidden></div></search>
<a href="/">Editor</a>
</header>
<div class="columns">
<nav aria-label="Pages">${navigation(url)}</nav>
<main id="article">
${article}
${neighbours(url)}
</main>
<aside aria-label="On this page">${contents(article)}</aside>
</div>
</body>
</html>
`;
}

const link = (file: string, title: string, url: string): string =>
  `<a href="${urlOf(file)}"${urlOf(file) === url ? ' aria-current="page"' : ""}>${escaped(title)}</a>`;

const navigation = (url: string): string =>
  sections
    .map(
      ({ title, pages: members }) =>
        `<p>${title}</p><ul>${members.map((page) => `<li>${link(page.file, page.title, url)}</li>`).join("")}</ul>`,
    )
    .join("\n");

function neighbours(url: string): string {
  const at = pages.findIndex(({ file }) => urlOf(file) === url);
  const next = at === -1 ? undefined : pages[at + 1];
  return next === undefined ? "" : `<p class="next">Next: ${link(next.file, next.title, url)}</p>`;
}

function contents(html: string): string {
  const headings = [...html.matchAll(/<h2 id="([^"]+)">(.*?)<\/h2>/g)];
  if (headings.length < 2) return "";
  const items = headings.map(
    ([, id = "", text = ""]) => `<li><a href="#${id}">${text.replaceAll(/<\/?a\b[^>]*>/g, "")}</a></li>`,
  );
  return `<p>On this page</p><ul>${items.join("")}</ul>`;
}
