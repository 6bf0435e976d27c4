/** How large the Worker is to upload, and how large it may become. */
import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { SpellError } from "../src/protocol/errors.ts";
import { bundleWorker } from "./build-worker.ts";
import { inProject } from "./project.ts";

/** Cloudflare takes 3 MB compressed on its free plan; start-up time grows with it. */
const maxGzipBytes = 1_000_000;

/**
 * Bundles the Worker into dist/worker and prints its size.
 * @throws SpellError `too_large`, or `bad_request` when it cannot be built
 */
export async function buildWithinLimit(): Promise<void> {
  const outDir = inProject("dist/worker");
  await rm(outDir, { recursive: true, force: true });
  await bundleWorker(outDir);
  const content = Buffer.concat(readdirSync(outDir).map((name) => readFileSync(join(outDir, name))));
  const gzipBytes = gzipSync(content).byteLength;
  console.log(
    `Worker: ${kilobytes(content.byteLength)}, ${kilobytes(gzipBytes)} gzip (limit ${kilobytes(maxGzipBytes)})`,
  );
  if (gzipBytes > maxGzipBytes)
    throw new SpellError(
      "too_large",
      `The Worker has ${gzipBytes} bytes gzip; at most ${maxGzipBytes} are allowed. See what was imported last.`,
    );
}

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;
