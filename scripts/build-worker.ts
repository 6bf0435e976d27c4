/** Builds the Worker and what the runtime must know of it, and keeps both until something that they are made of changes. */
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { V4ModuleDefinition, V4WorkerOptions } from "miniflare";
import { SpellError } from "../src/protocol/errors.ts";
import { editorDir } from "./build-editor.ts";
import { hashSources } from "./hash-sources.ts";
import { inProject, migrationsDir, projectDir, wranglerConfig } from "./project.ts";
import { runWrangler } from "./wrangler.ts";

export interface Migration {
  name: string;
  statements: string[];
}

interface Manifest {
  /** Bindings of wrangler.toml as Miniflare takes them, without the modules. */
  options: Partial<V4WorkerOptions> & { name: string; d1Databases: Record<string, { id: string }> };
  /** `[vars]` of wrangler.toml. */
  vars: Record<string, unknown>;
  migrations: Migration[];
}

export interface BuiltWorker extends Manifest {
  /** Holds the modules and nothing else. */
  modulesDir: string;
}

const cacheDir = inProject("node_modules/.cache/spellrunner");
/** Further builds kept beside the present one: other processes may be about to read theirs. */
const maxKept = 4;

/** The Worker of the sources as they are now. @throws SpellError `bad_request` with wrangler's words when it cannot be built */
export async function buildWorker(): Promise<BuiltWorker> {
  const dir = join(cacheDir, hashOfSources());
  if (!existsSync(dir)) await build(dir);
  return readBuild(dir);
}

/** A Worker that was built into `dir` before. */
export async function readBuild(dir: string): Promise<BuiltWorker> {
  const manifest = JSON.parse(await readFile(join(dir, "manifest.json"), "utf8")) as Manifest;
  return { ...manifest, modulesDir: join(dir, "modules") };
}

/** What is deployed is minified; locally stacks stay readable. */
export const deployFlags = ["--minify", "--upload-source-maps"];

/** Bundles the Worker into `outDir`. @throws SpellError `bad_request` with wrangler's words */
export async function bundleWorker(outDir: string, flags: readonly string[] = []): Promise<void> {
  // wrangler asks for the folder of the page even where only the Worker is bundled, as for a run without a server.
  await mkdir(editorDir, { recursive: true });
  const { code, output } = await runWrangler(["deploy", "--dry-run", "--outdir", outDir, ...flags], {
    show: false,
  });
  if (code !== 0) throw new SpellError("bad_request", `The Worker cannot be built:\n${output.trim()}`);
  // What is left are the modules that would be uploaded.
  for (const name of readdirSync(outDir)) if (!(extname(name) in moduleTypes)) await rm(join(outDir, name));
}

/** wrangler's own rules for modules that are imported and not bundled. */
const moduleTypes: Record<string, V4ModuleDefinition["type"]> = {
  ".js": "ESModule",
  ".mjs": "ESModule",
  ".wasm": "CompiledWasm",
  ".txt": "Text",
  ".html": "Text",
  ".sql": "Text",
  ".bin": "Data",
};

/** The main module first. */
export function modulesOf({ modulesDir }: BuiltWorker): V4ModuleDefinition[] {
  const names = readdirSync(modulesDir).toSorted(
    (a, b) => Number(b === "worker.js") - Number(a === "worker.js"),
  );
  return names.map((name) => ({ type: moduleTypes[extname(name)] ?? "Data", path: join(modulesDir, name) }));
}

async function build(dir: string): Promise<void> {
  const unfinished = join(cacheDir, `unfinished-${randomUUID()}`);
  await mkdir(unfinished, { recursive: true });
  try {
    await Promise.all([
      bundleWorker(join(unfinished, "modules")),
      describeWorker().then((manifest) =>
        writeFile(join(unfinished, "manifest.json"), JSON.stringify(manifest)),
      ),
    ]);
    // Another process may have built the same meanwhile.
    if (!existsSync(dir))
      await rename(unfinished, dir).catch((error: unknown) => ignoreIf(existsSync(dir), error));
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  await removeOldBuilds();
}

function ignoreIf(isExpected: boolean, error: unknown): void {
  if (!isExpected) throw error;
}

/** What the runtime must know of the Worker beside its modules. @param path of a wrangler.toml */
export async function describeWorker(path: string = wranglerConfig): Promise<Manifest> {
  // wrangler would read .env and .dev.vars and say so; settings are ours to read, and must not lie in a cache.
  process.env.CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV = "false";
  process.env.WRANGLER_LOG ??= "error";
  const wrangler = await import("wrangler");
  const config = wrangler.unstable_readConfig({ config: path });
  const { workerOptions } = wrangler.unstable_getMiniflareWorkerOptions(config);
  // The page is given by the runtime: the simulator's router would stand before each request.
  const {
    bindings: _bindings,
    modulesRules: _rules,
    rootPath: _root,
    assets: _assets,
    ...options
  } = workerOptions;
  const databases = Object.keys(options.d1Databases ?? {});
  const stores = Object.keys(options.kvNamespaces ?? {});
  return {
    options: {
      ...options,
      name: config.name ?? "worker",
      // Named after the binding: the id of the deployed database must not decide where the local data lie.
      d1Databases: Object.fromEntries(databases.map((binding) => [binding, { id: binding }])),
      kvNamespaces: Object.fromEntries(stores.map((binding) => [binding, { id: binding }])),
    },
    vars: config.vars,
    migrations: readdirSync(migrationsDir)
      .filter((name) => name.endsWith(".sql"))
      .toSorted()
      .map((name) => ({
        name,
        statements: wrangler.unstable_splitSqlQuery(readFileSync(join(migrationsDir, name), "utf8")),
      })),
  };
}

function hashOfSources(): string {
  const single = [
    "wrangler.toml",
    "package.json",
    "package-lock.json",
    "node_modules/.package-lock.json",
    "scripts/build-worker.ts",
    "scripts/hash-sources.ts",
  ];
  const configs = readdirSync(projectDir).filter((name) => /^tsconfig.*\.json$/.test(name));
  return hashSources(["src"], [...single, ...configs]).slice(0, 32);
}

async function removeOldBuilds(): Promise<void> {
  const builds = readdirSync(cacheDir)
    .filter((name) => /^[0-9a-f]{32}$/.test(name))
    .map((name) => ({ name, at: statSync(join(cacheDir, name)).mtimeMs }))
    .toSorted((a, b) => b.at - a.at);
  for (const { name } of builds.slice(1 + maxKept))
    await rm(join(cacheDir, name), { recursive: true, force: true });
}
