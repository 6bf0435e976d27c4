/** Builds the editor's page into dist/editor, unless it is there already and made of the same sources. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { SpellError } from "../src/protocol/errors.ts";
import { inProject, projectDir } from "./project.ts";

/** What must be loaded before the first screen is there. */
const maxGzipBytes = 250_000;
const outDir = inProject("dist/editor");
/** Beside the page and not in it: what lies in it is served. */
const stamp = inProject("dist/editor.hash");

/** @throws SpellError `too_large` when the first screen would load too much, `bad_request` when it cannot be built */
export async function buildEditor({ report = false } = {}): Promise<void> {
  const hash = hashOfSources();
  const isBuilt =
    existsSync(join(outDir, "index.html")) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
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
  if (report) console.log(`Editor: first screen ${bytes} bytes gzip (limit ${maxGzipBytes})`);
  if (bytes > maxGzipBytes)
    throw new SpellError("too_large", "The editor's first screen is larger than it may be. Load parts of it later.");
}

/** The page, and the scripts and styles that it names: what is imported later is in none of them. */
function firstScreenBytes(): number {
  const html = readFileSync(join(outDir, "index.html"), "utf8");
  const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, path]) => path as string);
  if (named.length < 2) throw new SpellError("internal", "The page names no script and style of its own.");
  return ["index.html", ...named]
    .map((path) => gzipSync(readFileSync(join(outDir, path))).byteLength)
    .reduce((sum, bytes) => sum + bytes, 0);
}

function hashOfSources(): string {
  const folders = ["client/editor", "client/lib", "src/engine", "src/graph", "src/protocol"];
  const files = folders.flatMap((folder) =>
    readdirSync(inProject(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(projectDir.length + 1)),
  );
  const hash = createHash("sha256");
  for (const name of [...files, "package-lock.json", "scripts/build-editor.ts"].toSorted()) {
    const content = readFileSync(inProject(name));
    hash.update(`${name}\n${content.byteLength}\n`).update(content);
  }
  return hash.digest("hex");
}
