/**
 * The packages that package-lock.json holds, those apart that reach others: what the Worker and the published client are made
 * of (`dependencies`), and what its pages bundle.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { inProject } from "./project.ts";

export interface Package {
  /** Its folder, as the lock has it: `node_modules/a/node_modules/b`. */
  path: string;
  name: string;
  version: string;
  /** SPDX expression. */
  licence: string | undefined;
  isShipped: boolean;
}

interface Locked {
  version?: string;
  license?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}
type Lock = Readonly<Record<string, Locked>>;

/** Whose sources reach a browser or another program. */
const clientFolders = ["client/lib", "client/react", "client/rete", "client/editor"];
const clientFiles = ["docs/site/search.ts"];

/** All packages that are locked, by path. */
export function readPackages(): Package[] {
  const { packages: lock } = JSON.parse(readFileSync(inProject("package-lock.json"), "utf8")) as {
    packages: Lock;
  };
  const roots = [...Object.keys(lock[""]?.dependencies ?? {}), ...importsOfClients()];
  const shipped = new Set<string>();
  for (const name of roots) reach(lock, "", name, shipped);
  return Object.entries(lock)
    .filter(([path]) => path !== "")
    .map(([path, { version = "", license }]) => ({
      path,
      name: path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
      version,
      licence: license ?? olderLicence(path),
      isShipped: shipped.has(path),
    }));
}

/** As packages named it before SPDX expressions, which the lock leaves out: https://docs.npmjs.com/cli/v11/configuring-npm/package-json#license */
function olderLicence(path: string): string | undefined {
  const file = inProject(path, "package.json");
  if (!existsSync(file)) return undefined;
  const { licenses } = JSON.parse(readFileSync(file, "utf8")) as { licenses?: { type: string }[] };
  return licenses?.map(({ type }) => type).join(" OR ");
}

/** Adds the package that `name` leads to from `from`, and all that it needs in turn. */
function reach(lock: Lock, from: string, name: string, reached: Set<string>): void {
  const path = resolve(lock, from, name);
  if (path === undefined || reached.has(path)) return;
  reached.add(path);
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = lock[path] ?? {};
  const peers = Object.keys(peerDependencies ?? {}).filter(
    (peer) => peerDependenciesMeta?.[peer]?.optional !== true,
  );
  for (const next of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers])
    reach(lock, path, next, reached);
}

/** As Node looks for it: in the folder of whoever asks, then further out. */
function resolve(lock: Lock, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const path = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (lock[path] !== undefined) return path;
    if (folder === "") return undefined;
  }
}

function importsOfClients(): string[] {
  const files = clientFiles.map((file) => inProject(file));
  for (const folder of clientFolders)
    for (const entry of readdirSync(inProject(folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(tsx?|css)$/.test(entry.name) || entry.name === "vite.config.ts") continue;
      files.push(`${entry.parentPath}/${entry.name}`);
    }
  const names = new Set<string>();
  for (const file of files)
    for (const [, name] of readFileSync(file, "utf8").matchAll(
      /(?:from|import\(?)\s*"((?:@[^/"]+\/)?[^./"][^/"]*)/g,
    ))
      if (name !== undefined && !name.includes(":")) names.add(name);
  return [...names];
}
