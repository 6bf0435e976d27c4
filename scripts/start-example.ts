/** The example page and a server for it, on free ports and a temporary data folder. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import { SpellrunnerClient } from "../client/lib/index.ts";
import { randomSecret, signToken } from "./identity.ts";
import { inProject } from "./project.ts";
import { startRuntime } from "./runtime.ts";

export interface Example {
  /** Of the page, with where the server is and a token behind the `#`. */
  address: string;
  close(): Promise<void>;
}

export async function startExample(): Promise<Example> {
  const library = await bundledClient();
  const html = readFileSync(inProject("examples/tab.html"), "utf8");
  // As a page has it that was built, or that loads the package from a server of packages.
  const map = '<script type="importmap">{"imports": {"spellrunner/client": "/client.js"}}</script>';
  const page = html.replace("</title>", `</title>\n  ${map}`);
  const pages = createServer((request, response) => {
    const isLibrary = request.url === "/client.js";
    response.writeHead(200, { "content-type": isLibrary ? "text/javascript" : "text/html; charset=utf-8" });
    response.end(isLibrary ? library : page);
  });
  await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  const vars = { AUTH_SECRET: randomSecret(), ALLOWED_ORIGINS: origin };
  const runtime = await startRuntime({ vars, exitCode: 0 });
  const token = await signToken(vars, "dev", 24);
  const greeting: unknown = JSON.parse(readFileSync(inProject("examples/greeting.json"), "utf8"));
  await new SpellrunnerClient({ url: runtime.url, token }).spells.put("greeting", greeting);
  return {
    address: `${origin}/#${new URLSearchParams({ url: runtime.url, token }).toString()}`,
    close: async () => {
      await runtime.close();
      await new Promise((resolve) => pages.close(resolve));
    },
  };
}

async function bundledClient(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [inProject("client/lib/index.ts")],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "browser",
  });
  return outputFiles[0]?.text ?? "";
}
