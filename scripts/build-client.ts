/** Builds what is published: the client, its hooks and its Rete plugins as ES modules, and their types. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { SpellError } from "../src/protocol/errors.ts";
import { inProject } from "./project.ts";

/** What `connect` with replay may cost a page. */
const maxGzipBytes = 40_000;

/** Browsers of 2023 and later, as everything else here. */
const target = "es2022";

/**
 * Writes dist/client.
 * @throws SpellError `too_large` when a page that connects and replays would load too much
 */
export async function buildClient(): Promise<void> {
  const outDir = inProject("dist/client");
  await rm(outDir, { recursive: true, force: true });
  await build({
    entryPoints: {
      client: inProject("client/lib/index.ts"),
      react: inProject("client/react/index.ts"),
      rete: inProject("client/rete/index.ts"),
    },
    outdir: outDir,
    bundle: true,
    splitting: true,
    // Packages stay imports: whoever installs this has them once.
    packages: "external",
    format: "esm",
    target,
    platform: "neutral",
    logLevel: "warning",
  });
  writeTypes(outDir);
  const bytes = await pageBytes();
  console.log(`Client: connect with replay ${bytes} bytes gzip (limit ${maxGzipBytes})`);
  if (bytes <= maxGzipBytes) return;
  throw new SpellError(
    "too_large",
    `A page that connects and replays loads ${bytes} bytes gzip; at most ${maxGzipBytes} are allowed. See what was imported last.`,
  );
}

/** Gzip bytes of a page's bundle that does nothing but connect, and replay with both plugins. */
export async function pageBytes(): Promise<number> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { consolePlugin, SpellrunnerClient, timingPlugin } from "./client/lib/index.ts";
export const connect = (options, id) =>
  new SpellrunnerClient(options).connect(id, { plugins: [consolePlugin(), timingPlugin()] });`,
      resolveDir: inProject("."),
    },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target,
    platform: "browser",
    logLevel: "error",
  });
  return gzipSync(outputFiles[0]?.contents ?? new Uint8Array()).byteLength;
}

/** The declarations, which name their neighbours by what they are there: modules of JavaScript. */
function writeTypes(outDir: string): void {
  const types = join(outDir, "types");
  const tsc = inProject("node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", inProject("client/tsconfig.publish.json"), "--outDir", types], {
    stdio: "inherit",
  });
  for (const name of readdirSync(types, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".d.ts")) continue;
    const path = join(types, name);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replaceAll(/((?:from|import)\s*\(?\s*"\.[^"]*)\.ts"/g, '$1.js"'));
  }
}
