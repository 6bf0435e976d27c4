/** How large the Worker is to upload, and how large it may become. */
import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { SpellError } from "../src/protocol/errors.ts";
import { bundleWorker, deployFlags } from "./build-worker.ts";
import { inProject } from "./project.ts";

/** Of what is evaluated when the Worker starts: start-up time grows with it. */
const maxGzipBytes = 1_000_000;
/** Of all. Cloudflare takes 3 MB compressed on its free plan. */
const maxWholeGzipBytes = 1_600_000;
/** Evaluated when the first PDF comes. Minified by its makers, so that it is as large in the bundle as by itself. */
const lazyModules = ["node_modules/unpdf/dist/pdfjs.mjs"];

/**
 * Bundles the Worker into dist/worker and prints its size.
 * @param config path of the configuration that is deployed; default wrangler.toml
 * @throws SpellError `too_large`, or `bad_request` when it cannot be built
 */
export async function buildWithinLimit(config?: string): Promise<void> {
  const outDir = inProject("dist/worker");
  await rm(outDir, { recursive: true, force: true });
  await bundleWorker(outDir, [...deployFlags, ...(config === undefined ? [] : ["--config", config])]);
  const content = Buffer.concat(readdirSync(outDir).map((name) => readFileSync(join(outDir, name))));
  const wholeBytes = gzipSync(content).byteLength;
  const lazyBytes = lazyModules.reduce(
    (sum, path) => sum + gzipSync(readFileSync(inProject(path))).byteLength,
    0,
  );
  const startBytes = wholeBytes - lazyBytes;
  console.log(
    `Worker: ${kilobytes(content.byteLength)}, gzip ${kilobytes(startBytes)} at its start (limit ${kilobytes(maxGzipBytes)}), ${kilobytes(wholeBytes)} in all (limit ${kilobytes(maxWholeGzipBytes)})`,
  );
  if (startBytes <= maxGzipBytes && wholeBytes <= maxWholeGzipBytes) return;
  throw new SpellError("too_large", "The Worker is larger than it may be. See what was imported last.");
}

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;
