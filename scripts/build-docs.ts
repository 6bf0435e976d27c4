/** Builds the documentation (docs/) as a site into dist/editor/docs, which the Worker serves, unless it is there and of the same sources. */
import { randomUUID } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { apiReference, type OpenApiDocument } from "../docs/site/api-reference.ts";
import { pageOf } from "../docs/site/layout.ts";
import { setUpMarkdown } from "../docs/site/markdown.ts";
import { pages, urlOf } from "../docs/site/pages.ts";
import { searchIndex } from "../docs/site/search-index.ts";
import { SpellError } from "../src/protocol/errors.ts";
import { editorDir } from "./build-editor.ts";
import { hashSources } from "./hash-sources.ts";
import { inProject } from "./project.ts";

/** Beside the page, in the one folder of static files. Vite empties that folder, so the page is built first. */
export const docsDir: string = join(editorDir, "docs");
/** Beside the folder that is served. */
const stamp = inProject("dist/docs.hash");

/** @throws SpellError `bad_request` where a page is missing or cannot be built */
export async function buildDocs(): Promise<void> {
  const hash = hashSources(["docs", "src"], ["package-lock.json", "package.json", "scripts/build-docs.ts"]);
  if (existsSync(docsDir) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  const unfinished = inProject(`dist/docs-${randomUUID()}`);
  try {
    mkdirSync(unfinished, { recursive: true });
    const [articles] = await Promise.all([renderArticles(), bundleSearch(join(unfinished, "search.js"))]);
    for (const [url, { title, html }] of articles) {
      const file = join(unfinished, url.slice("/docs/".length), "index.html");
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, pageOf({ title, url, content: html }));
    }
    writeFileSync(join(unfinished, "search.json"), searchIndex(articles));
    // What the licence of the package in search.js asks for.
    cpSync(inProject("node_modules/minisearch/LICENSE.txt"), join(unfinished, "licences.txt"));
    cpSync(inProject("docs/site/site.css"), join(unfinished, "site.css"));
    cpSync(inProject("docs/screenshots"), join(unfinished, "screenshots"), { recursive: true });
    // Whole or not at all: a server may be giving the one before.
    mkdirSync(editorDir, { recursive: true });
    rmSync(docsDir, { recursive: true, force: true });
    try {
      renameSync(unfinished, docsDir);
    } catch (error) {
      // Another process was there first.
      if (!existsSync(docsDir)) throw error;
    }
    writeFileSync(stamp, hash);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

type Articles = Map<string, { title: string; html: string }>;

async function renderArticles(): Promise<Articles> {
  const reference = apiReference(await openApiDocument());
  const { default: Eleventy } = await import("@11ty/eleventy");
  const eleventy = new Eleventy(relative(process.cwd(), inProject("docs")), undefined, {
    quietMode: true,
    configPath: inProject("docs/site/eleventy.config.ts"),
    config: (config) => {
      config.addTemplate("api.md", reference);
      config.amendLibrary("md", setUpMarkdown);
    },
  });
  const rendered = new Map(
    (await eleventy.toJSON()).map(({ inputPath, content }) => [
      relative(inProject("docs"), join(process.cwd(), inputPath)),
      content,
    ]),
  );
  const articles: Articles = new Map();
  for (const { file, title } of pages) {
    const html = rendered.get(file);
    if (html === undefined) throw new SpellError("bad_request", `There is no page docs/${file}.`);
    articles.set(urlOf(file), { title, html });
    rendered.delete(file);
  }
  if (rendered.size > 0)
    throw new SpellError(
      "bad_request",
      `docs/site/pages.ts does not list ${[...rendered.keys()].join(", ")}.`,
    );
  return articles;
}

/** As the server gives it, without a server: the routes are bundled, since Node cannot import them as the Worker does. */
async function openApiDocument(): Promise<OpenApiDocument> {
  const file = inProject(`dist/routes-${randomUUID()}.mjs`);
  const source = `import { app } from "./app.ts";
    import { openApiDocument } from "./openapi.ts";
    export const document = openApiDocument(app);`;
  try {
    await build({
      stdin: { contents: source, resolveDir: inProject("src/http"), loader: "ts" },
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node22",
      outfile: file,
      logLevel: "error",
      plugins: [withoutPlatform],
    });
    const { document } = (await import(pathToFileURL(file).href)) as { document: OpenApiDocument };
    return document;
  } finally {
    rmSync(file, { force: true });
  }
}

/** Nothing is asked of the platform's own modules while routes are described. */
const withoutPlatform: Plugin = {
  name: "without-platform",
  setup(bundle) {
    bundle.onResolve({ filter: /^cloudflare:/ }, ({ path }) => ({ path, namespace: "platform" }));
    bundle.onLoad({ filter: /^/, namespace: "platform" }, () => ({ contents: "module.exports = {};" }));
  },
};

async function bundleSearch(outfile: string): Promise<void> {
  await build({
    entryPoints: [inProject("docs/site/search.ts")],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    outfile,
    logLevel: "error",
  });
}
