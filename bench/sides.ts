/** Two runtimes side by side, ours and one whose objects are bare, with a user and a spell on each. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { editorDir } from "../scripts/build-editor.ts";
import { type BuiltWorker, buildWorker } from "../scripts/build-worker.ts";
import { randomSecret, signToken } from "../scripts/identity.ts";
import { type Runtime, startRuntime } from "../scripts/runtime.ts";
import { runWrangler } from "../scripts/wrangler.ts";

export type Side = "spell" | "bare";

export interface Sides {
  urls: Record<Side, string>;
  headers: Record<string, string>;
  /** Of the tokens' signatures, for further servers. */
  secret: string;
  /** Saves a spell on both. */
  save(id: string, document: unknown): Promise<void>;
  /** Ends both and starts them on what they have written. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** @param bareWorker the file of the other side's Worker */
export async function startSides(bareWorker: string): Promise<Sides> {
  const folder = mkdtempSync(join(tmpdir(), "bench-bare-"));
  const vars = { AUTH_SECRET: randomSecret() };
  const token = await signToken(vars, "bench", 1);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const own = await buildWorker();
  const builds: Record<Side, BuiltWorker> = {
    spell: own,
    bare: { ...own, modulesDir: await modulesOfWorker(bareWorker, join(folder, "modules")) },
  };
  const start = (side: Side): Promise<Runtime> =>
    startRuntime({ vars, build: builds[side], dataDir: join(folder, side) });
  const runtimes = { spell: await start("spell"), bare: await start("bare") };
  const urls = { spell: runtimes.spell.url, bare: runtimes.bare.url };
  return {
    urls,
    headers,
    secret: vars.AUTH_SECRET,
    async save(id, document) {
      for (const url of Object.values(urls)) {
        const response = await fetch(`${url}/spells/${id}`, {
          method: "PUT",
          headers,
          body: JSON.stringify(document),
        });
        if (!response.ok) throw new Error(await response.text());
      }
    },
    async restart() {
      for (const side of ["spell", "bare"] as const) {
        await runtimes[side].close();
        runtimes[side] = await start(side);
        urls[side] = runtimes[side].url;
      }
    },
    async close() {
      await Promise.all(Object.values(runtimes).map((runtime) => runtime.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Bundles another Worker of bench/workers for a runtime with our bindings. Gives the folder of its modules. */
export async function modulesOfWorker(worker: string, folder: string): Promise<string> {
  // wrangler asks for the folder of the page, built or not.
  mkdirSync(editorDir, { recursive: true });
  const { code, output } = await runWrangler(["deploy", worker, "--dry-run", "--outdir", folder], {
    show: false,
  });
  if (code !== 0) throw new Error(output);
  for (const name of readdirSync(folder))
    if (![".js", ".wasm"].includes(extname(name))) rmSync(join(folder, name));
  // The main module is the one of that name.
  renameSync(join(folder, `${basename(worker, ".ts")}.js`), join(folder, "worker.js"));
  return folder;
}
