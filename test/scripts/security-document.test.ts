import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inProject } from "../../scripts/project.ts";

const text = readFileSync(inProject("SECURITY.md"), "utf8");
const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = ""]) => path);

/** A test that is named: the link to its file, and its name in quotes behind. */
const named = [...text.matchAll(/\]\((test\/[^)]+\.test\.ts)\)((?:,? "[^"]+")+)/g)].flatMap(
  ([, path = "", names = ""]) =>
    [...names.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => [path, name] as const),
);
const rows = (text.split("## Attack, defence, test")[1] ?? "")
  .split("\n## ")[0]
  ?.split("\n")
  .filter((line) => line.startsWith("| "))
  .slice(2);

describe("SECURITY.md", () => {
  it("links to files that there are", () => {
    expect(links.length).toBeGreaterThan(60);
    expect(links.filter((path) => !existsSync(inProject(path)))).toEqual([]);
  });

  it("names tests that there are", () => {
    expect(named.length).toBeGreaterThan(25);
    const missing = named.filter(([path, name]) => {
      const source = readFileSync(inProject(path), "utf8");
      return !['"', "`"].some((quote) => source.includes(`${quote}${name}`));
    });
    expect(missing).toEqual([]);
  });

  it("has a defence in a file and a test by name for each attack", () => {
    expect(rows?.length).toBeGreaterThan(15);
    for (const row of rows ?? []) {
      const [, , defence = "", test = ""] = row.split(" | ").length < 3 ? [] : ["", ...row.split(" | ")];
      expect(defence, row).toMatch(/\]\((?:src|docs|scripts)\//);
      expect(test, row).toMatch(/\]\(test\/[^)]+\.test\.ts\) "[^"]+"/);
    }
  });
});
