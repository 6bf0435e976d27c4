/** Builds the editor's page into dist/editor, unless it is there already and made of the same sources. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { SpellError } from "../src/protocol/errors.ts";
import { hashSources } from "./hash-sources.ts";
import { inProject } from "./project.ts";

/** What must be loaded before the first screen is there. */
const maxGzipBytes = 250_000;
export const editorDir: string = inProject("dist/editor");
/** Beside the page and not in it: what lies in it is served. */
const stamp = inProject("dist/editor.hash");

/** @throws SpellError `too_large` when the first screen would load too much, `bad_request` when it cannot be built */
export async function buildEditor({ report = false } = {}): Promise<void> {
  const hash = hashOfSources();
  const isBuilt =
    existsSync(join(editorDir, "index.html")) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
  if (!isBuilt) {
    const { build } = await import("vite");
    // Within a test run it is "test", by which Vite takes React's slower development build.
    const environment = process.env.NODE_ENV;
    process.env.NODE_ENV = "production";
    try {
      await build({ configFile: inProject("client/editor/vite.config.ts"), logLevel: "warn" });
    } catch (error) {
      throw new SpellError("bad_request", `The page cannot be built:\n${(error as Error).message}`, {
        cause: error,
      });
    } finally {
      if (environment === undefined) delete process.env.NODE_ENV;
      else process.env.NODE_ENV = environment;
    }
    writeFileSync(stamp, hash);
  }
  const bytes = firstScreenBytes();
  if (report) console.log(`Editor: first screen with the canvas ${bytes} bytes gzip (limit ${maxGzipBytes})`);
  if (bytes > maxGzipBytes)
    throw new SpellError(
      "too_large",
      "The editor's first screen is larger than it may be. Load parts of it later.",
    );
}

/** The page with the scripts and styles that it names, and the canvas with all that it imports at once. */
function firstScreenBytes(): number {
  const html = readFileSync(join(editorDir, "index.html"), "utf8");
  const parts = new Set(
    [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, path]) => path ?? ""),
  );
  for (const name of readdirSync(join(editorDir, "assets")))
    if (name.startsWith("workspace-")) parts.add(`assets/${name}`);
  const has = (end: string): boolean =>
    [...parts].some((path) => path.includes("workspace-") && path.endsWith(end));
  if (parts.size < 4 || !has(".js") || !has(".css"))
    throw new SpellError("internal", "The page names no script and style of its own, or has no canvas.");
  // What a part imports at once is a part as well; what it imports later is called by a function.
  for (const path of parts)
    if (path.endsWith(".js"))
      for (const [, name] of readFileSync(join(editorDir, path), "utf8").matchAll(
        /(?:from|import)\s*"\.\/([^"]+\.js)"/g,
      ))
        parts.add(`assets/${name}`);
  return ["index.html", ...parts]
    .map((path) => gzipSync(readFileSync(join(editorDir, path))).byteLength)
    .reduce((sum, bytes) => sum + bytes, 0);
}

const hashOfSources = (): string =>
  hashSources(
    ["client/editor", "client/lib", "src/engine", "src/graph", "src/protocol"],
    ["package-lock.json", "scripts/build-editor.ts", "scripts/hash-sources.ts"],
  );
