/** Calling wrangler as a command, on the Node that runs this. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { projectDir } from "./project.ts";

export interface WranglerResult {
  code: number;
  /** Both streams, in the order in which they came; empty when they were shown. */
  output: string;
}

/** @param options.show lets wrangler talk to the terminal itself instead of collecting what it says */
export function runWrangler(args: string[], options: { show: boolean }): Promise<WranglerResult> {
  // Looked for when it is called: a server that was built elsewhere is without it.
  const packageFile = createRequire(import.meta.url).resolve("wrangler/package.json");
  const child = spawn(process.execPath, [join(dirname(packageFile), "bin/wrangler.js"), ...args], {
    cwd: projectDir,
    // Without its banner wrangler does not ask the registry for a newer version either.
    env: {
      ...process.env,
      WRANGLER_HIDE_BANNER: "true",
      // What is collected is read: lists are told at this level, which a caller may have turned off.
      ...(options.show ? {} : { WRANGLER_LOG: "log" }),
      WRANGLER_SEND_METRICS: process.env.WRANGLER_SEND_METRICS ?? "false",
    },
    stdio: options.show ? "inherit" : ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
