/** The built site: its links, how the server gives it, and how it is used in a browser. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { slugOf } from "../../docs/site/markdown.ts";
import { docsDir } from "../../scripts/build-docs.ts";
import { editorDir } from "../../scripts/build-editor.ts";
import { inProject } from "../../scripts/project.ts";
import { axeViolations, collectConsoleErrors } from "../helpers/editor.ts";
import { liveEditor } from "../helpers/live-editor.ts";
import { startLiveServer } from "../helpers/live-server.ts";

const site = new Map(
  readdirSync(docsDir, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".html"))
    .map((name) => [name, readFileSync(join(docsDir, name), "utf8")]),
);

/** The file of an address, below the folder that is served. */
const fileOf = (path: string): string =>
  path === "/" ? "index.html" : path.endsWith("/") ? `${path.slice(1)}index.html` : path.slice(1);

describe("links", () => {
  it("of the site lead to a page that is there, and to a place on it", () => {
    expect(site.size).toBeGreaterThan(12);
    const faults: string[] = [];
    let count = 0;
    for (const [name, html] of site)
      for (const [, target = ""] of html.matchAll(/ (?:href|src)="([^"]*)"/g)) {
        count += 1;
        if (/^https?:/.test(target)) continue;
        const [path = "", anchor] = target.split("#");
        const file = path === "" ? join("docs", name) : fileOf(path);
        const isThere = path.startsWith("/") || path === "" ? existsSync(join(editorDir, file)) : false;
        if (!isThere) faults.push(`${name}: ${target}`);
        else if (anchor !== undefined) {
          const page = site.get(relative("docs", file)) ?? "";
          if (!page.includes(` id="${anchor}"`)) faults.push(`${name}: no place #${anchor} on ${file}`);
        }
      }
    expect(faults).toEqual([]);
    expect(count).toBeGreaterThan(500);
  });

  it("of every Markdown file of the repository lead to a file, and to a heading of it", () => {
    const faults: string[] = [];
    const files = markdownFiles(inProject());
    expect(files.map((file) => relative(inProject(), file))).toContain("README.md");
    for (const file of files)
      for (const [, target = ""] of readFileSync(file, "utf8").matchAll(/(?<!`)\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const [path = "", anchor] = target.split("#");
        const to = path === "" ? file : join(dirname(file), path);
        const where = relative(inProject(), file);
        // The page of the API is made by the build.
        if (to === inProject("docs/api.md")) continue;
        if (!existsSync(to)) faults.push(`${where}: ${target}`);
        else if (anchor !== undefined && to.endsWith(".md") && !headingsOf(to).has(anchor))
          faults.push(`${where}: no heading #${anchor} in ${path}`);
      }
    expect(faults).toEqual([]);
  });

  it("of the site are pages, never files that a server does not have", () => {
    for (const [name, html] of site) expect(html, name).not.toContain('="repository:');
  });
});

describe("the server", () => {
  it("gives the pages with a policy of their own scripts alone, and tells a folder from a page", async () => {
    const server = await startLiveServer();
    try {
      const page = await fetch(`${server.url}/docs/quick-start/`);
      expect(page.status).toBe(200);
      expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(page.headers.get("content-security-policy")).toContain("script-src 'self';");
      expect(await page.text()).toContain("<h1");
      for (const path of ["/docs", "/docs/quick-start"]) {
        const moved = await fetch(server.url + path, { redirect: "manual" });
        expect([moved.status, moved.headers.get("location")]).toEqual([301, `${path}/`]);
      }
      for (const path of ["/docs/search.json", "/docs/site.css", "/docs/screenshots/running-light.png"])
        expect((await fetch(server.url + path)).status, path).toBe(200);
      for (const path of ["/docs/nothing/", "/docs/search.exe", "/docs/..%2findex.html/"])
        expect((await fetch(server.url + path)).status, path).toBe(404);
      // A redirect stays here, whatever the path looks like.
      const odd = await fetch(`${server.url}/docs//evil.example`, { redirect: "manual" });
      expect(odd.headers.get("location") ?? "/docs/").toMatch(/^\/docs\//);
    } finally {
      await server.close();
    }
  });
});

const live = liveEditor("reader");
describe.skipIf(live.chromiumPath === undefined)("a reader", () => {
  it("finds a component by the search, in both themes without a fault", async () => {
    const page = await live.browser.newPage();
    const errors = collectConsoleErrors(page);
    await page.goto(`${live.server.url}/docs/`);
    await page.getByRole("link", { name: "Concepts", exact: true }).first().click();
    await page.getByRole("heading", { name: "The journal" }).waitFor();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeViolations(page), colorScheme).toEqual([]);
    }
    await page.keyboard.press("/");
    await page.keyboard.type("regular expr");
    const found = page.getByRole("region", { name: "Search results" });
    await found.getByRole("link", { name: "Regular Expression" }).click();
    await page.waitForURL(/\/docs\/components\/#regular-expression$/);
    await page.getByRole("searchbox").fill("xyzzyplugh");
    await found.getByText("Nothing found.").waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });
});

function markdownFiles(dir: string): string[] {
  const skipped = new Set(["node_modules", "dist", ".git", ".data", ".wrangler", "results"]);
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    if (skipped.has(name)) return [];
    if (statSync(path).isDirectory()) return markdownFiles(path);
    return name.endsWith(".md") ? [path] : [];
  });
}

function headingsOf(file: string): Set<string> {
  const seen = new Map<string, number>();
  const slugs = new Set<string>();
  const outside = readFileSync(file, "utf8").replaceAll(/^```[\s\S]*?^```/gm, "");
  for (const [, heading = ""] of outside.matchAll(/^#{1,6} (.*)$/gm)) {
    const slug = slugOf(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/[`*_]/g, ""));
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    slugs.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return slugs;
}
