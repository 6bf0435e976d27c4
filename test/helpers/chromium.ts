/** Debian's Chromium for tests in a real browser, and pages for it. */
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { inProject } from "../../scripts/project.ts";

/** `CHROMIUM` names another one. */
const places = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** Undefined where there is none. In CI there must be one: .ci/run installs it. */
export function findChromium(): string | undefined {
  const found = places.find((path) => path !== undefined && existsSync(path));
  if (found === undefined && process.env.CI !== undefined)
    throw new Error("There is no Chromium here. `apt-get install chromium`, or set CHROMIUM to its path.");
  if (found === undefined)
    process.stderr.write("No Chromium: the tests in a browser are skipped. Set CHROMIUM to its path.\n");
  return found;
}

export const startChromium = (executablePath: string): Promise<Browser> =>
  // In containers there is neither a sandbox for users nor much shared memory.
  chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

interface Served {
  type: string;
  text: string;
}

/** A page that is one module, bundled, and nothing else. @param entry path in the project */
export async function bundlePage(entry: string): Promise<Record<string, Served>> {
  const { outputFiles } = await build({
    entryPoints: [inProject(entry)],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
  });
  const head = '<!doctype html><title>page</title><script type="module" src="/page.js"></script>';
  return {
    "/": { type: "text/html", text: head },
    "/page.js": { type: "text/javascript", text: outputFiles[0]?.text ?? "" },
    "/favicon.ico": { type: "image/x-icon", text: "" },
  };
}

/** Serves texts by their paths. */
export async function servePages(pages: Record<string, Served>) {
  const server = createServer((request, response) => {
    const page = pages[new URL(request.url ?? "/", "http://x").pathname];
    response.writeHead(page === undefined ? 404 : 200, { "content-type": page?.type ?? "text/plain" });
    response.end(page?.text ?? "not here");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
