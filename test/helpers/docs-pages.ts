/** What of the pages of docs/ is to be run: their blocks of code, with what stands before each as a comment. */
import { readFileSync } from "node:fs";
import { pages } from "../../docs/site/pages.ts";
import { inProject } from "../../scripts/project.ts";

export interface Block {
  language: string;
  title: string | undefined;
  text: string;
  /** Why its commands are not run. */
  skip: string | undefined;
  /** What a reader has around it: declarations for the compiler. */
  before: string;
}
export interface Page {
  file: string;
  blocks: Block[];
}
export interface Command {
  text: string;
  /** The lines that the page shows; none where it shows nothing. */
  printed: string[];
}

const fence =
  /(?:<!-- (?<kind>skip|before):\s*(?<comment>(?:(?!-->)[\s\S])*?)\s*-->\n\n)?^```(?<info>.*)\n(?<text>[\s\S]*?)^```$/gm;

/** Written by hand, not the one that the build makes of the API. */
export const readPages = (): Page[] =>
  pages
    .filter(({ file }) => file !== "api.md")
    .map(({ file }) => ({ file, blocks: blocksOf(readFileSync(inProject("docs", file), "utf8")) }));

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(fence)].map(({ groups = {} }) => {
    const { kind, comment = "", info = "", text = "" } = groups;
    const [language = ""] = info.split(" ");
    return {
      language,
      title: /title="([^"]+)"/.exec(info)?.[1],
      text,
      skip: kind === "skip" ? comment : undefined,
      before: kind === "before" ? comment : "",
    };
  });
}

/** Commands begin with `$ `; what follows up to the next is what they print. */
export function commandsOf(block: Block): Command[] {
  const commands: Command[] = [];
  for (const line of block.text.replace(/\n$/, "").split("\n"))
    if (line.startsWith("$ ")) commands.push({ text: line.slice(2), printed: [] });
    else commands.at(-1)?.printed.push(line);
  return commands;
}

/**
 * Whether `said` is what a page shows: `…` stands for any text within a line, alone for any lines; times and widths of columns do
 * not count. A page that shows nothing says nothing of the output.
 */
export function isAsShown(printed: readonly string[], said: string): boolean {
  if (printed.length === 0) return true;
  const plain = (text: string): string =>
    text
      .replaceAll(/\b\d+(?:\.\d+)? ms\b/g, "0 ms")
      .replaceAll(/[ \t]+/g, " ")
      .trim();
  const pattern = printed.map((line) =>
    line === "…" ? "(?:.*\n)*?" : `${plain(line).split("…").map(escaped).join(".*")} *\n`,
  );
  return new RegExp(`^${pattern.join("")}$`).test(`${said.split("\n").map(plain).join("\n").trim()}\n`);
}

/** As it stands, in a pattern. */
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
