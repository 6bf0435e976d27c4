/** Sections of texts: plain ones, Markdown and HTML. */
import { convert } from "html-to-text";
import type { Section } from "./section.ts";

export const plainSections = (text: string): Section[] => [{ text }];

/** A section for each heading, which is told with those above it. Lines within fences are no headings. */
export function markdownSections(text: string): Section[] {
  const sections: { heading: string[]; lines: string[] }[] = [{ heading: [], lines: [] }];
  let fence: string | undefined;
  let path: string[] = [];
  for (const line of text.split("\n")) {
    const [, mark] = /^\s{0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (mark !== undefined && (fence === undefined || line.trimStart().startsWith(fence)))
      fence = fence === undefined ? mark : undefined;
    const [, marks, title] = fence === undefined ? (/^(#{1,6})\s+(.+?)\s*#*$/.exec(line) ?? []) : [];
    if (marks !== undefined && title !== undefined) {
      path = [...path.slice(0, marks.length - 1), title];
      sections.push({ heading: path, lines: [line] });
    } else sections.at(-1)?.lines.push(line);
  }
  return sections.map(({ heading, lines }) => ({
    text: lines.join("\n"),
    ...(heading.length === 0 ? {} : { heading: heading.join(" > ") }),
  }));
}

/** What a reader would see, headings as Markdown has them. */
export function htmlSections(html: string): Section[] {
  const headings = ["h1", "h2", "h3", "h4", "h5", "h6"].map((selector, level) => ({
    selector,
    format: "heading",
    options: { uppercase: false, leadingLineBreaks: 2, marks: "#".repeat(level + 1) },
  }));
  const markdown = convert(html, {
    wordwrap: false,
    formatters: {
      heading: (element, walk, builder, options) => {
        builder.openBlock({ leadingLineBreaks: 2 });
        builder.addInline(`${String(options.marks)} `);
        walk(element.children, builder);
        builder.closeBlock({ trailingLineBreaks: 2 });
      },
    },
    selectors: [
      ...headings,
      { selector: "a", options: { ignoreHref: true } },
      { selector: "table", format: "dataTable" },
      ...["img", "script", "style", "noscript", "template", "svg", "nav", "head"].map((selector) => ({
        selector,
        format: "skip",
      })),
    ],
    limits: { maxDepth: 200, maxChildNodes: 100_000, maxInputLength: 17_000_000 },
  });
  return markdownSections(markdown);
}
