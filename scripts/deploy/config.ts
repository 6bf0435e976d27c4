/**
 * The configuration that is deployed: wrangler.toml with the names of its environment. `staging` is the whole of it a second
 * time (Worker, database, KV namespace, services), with what wrangler.toml says under `[env.staging]` in place of the same keys.
 * As with wrangler itself, routes and variables are no other environment's.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { crc32 } from "node:zlib";
import { SpellError } from "../../src/protocol/errors.ts";
import { limitsBelow } from "../default-limits.ts";
import { inProject, projectDir, wranglerConfig } from "../project.ts";

interface Database {
  binding: string;
  database_name?: string;
  database_id?: string;
  migrations_dir?: string;
}
interface Namespace {
  binding: string;
  id?: string;
}
/** Of a wrangler.toml, what an environment changes. */
export interface DeployConfig {
  name: string;
  main: string;
  route?: unknown;
  routes?: unknown;
  vars?: Record<string, unknown>;
  d1_databases: Database[];
  kv_namespaces: Namespace[];
  services?: { service: string }[];
  /** Counted under these numbers in the whole account. */
  ratelimits?: { namespace_id: string }[];
  assets?: { directory: string };
}
type RawConfig = DeployConfig & { env?: Record<string, Partial<DeployConfig>> };

/** @throws SpellError `bad_request` for a name that cannot be part of a Worker's */
export async function readDeployConfig(environment: string | undefined): Promise<DeployConfig> {
  if (environment !== undefined && !/^[a-z][a-z0-9-]{0,30}$/.test(environment))
    throw new SpellError(
      "bad_request",
      `An environment is named by small letters, digits and hyphens, not "${environment}".`,
    );
  const { experimental_readRawConfig: read } = await import("wrangler");
  return configOf(read({ config: wranglerConfig }).rawConfig as RawConfig, environment, process.env);
}

/** @param settings where limits are set that win over those of wrangler.toml */
export function configOf(
  { env = {}, ...whole }: RawConfig,
  environment: string | undefined,
  settings: Readonly<Record<string, string | undefined>>,
): DeployConfig {
  const config =
    environment === undefined ? whole : inEnvironment(whole, environment, env[environment] ?? {});
  const vars = { ...config.vars, ...settings } as NodeJS.Dict<string>;
  return { ...config, vars: { ...config.vars, ...limitsBelow(vars) } };
}

function inEnvironment(whole: DeployConfig, environment: string, own: Partial<DeployConfig>): DeployConfig {
  const name = own.name ?? `${whole.name}-${environment}`;
  // Addresses and settings are one environment's: that of another would answer for it.
  const { route: _route, routes: _routes, vars: _vars, ...shared } = whole;
  const config = { ...shared, ...own, name };
  return {
    ...config,
    // Without an id of its own an environment must not get that of another, whose data they are.
    d1_databases:
      own.d1_databases ??
      whole.d1_databases.map(({ database_id: _id, ...database }) => ({
        ...database,
        database_name: `${databaseName(whole.name, database)}-${environment}`,
      })),
    kv_namespaces: own.kv_namespaces ?? whole.kv_namespaces.map(({ id: _id, ...namespace }) => namespace),
    ratelimits: (config.ratelimits ?? []).map((limit) => ({
      ...limit,
      namespace_id: String(Number(limit.namespace_id) * 100_000 + (crc32(environment) % 100_000)),
    })),
    services: (config.services ?? []).map((service) =>
      service.service === whole.name ? { ...service, service: name } : service,
    ),
  };
}

export const databaseName = (worker: string, { database_name: name }: Database): string => name ?? worker;

/** How the namespace of a binding is called in the account: `spellrunner-cache`. */
export const namespaceTitle = (worker: string, { binding }: Namespace): string =>
  `${worker}-${binding.toLowerCase().replaceAll("_", "-")}`;

/** An id that is left out, or the zeros that stand for one: then the resource is found by its name. */
export const isUnset = (id: string | undefined): boolean => id === undefined || /^[0-]+$/.test(id);

/** Writes the configuration where wrangler reads it, and gives that path. Paths within are relative to the file. */
export function writeDeployConfig(config: DeployConfig): string {
  // Two at once, a dry run and a deploy say, must not read each other's.
  const file = inProject("dist/deploy", `${config.name}-${process.pid}.json`);
  const from = (path: string): string =>
    isAbsolute(path) ? path : relative(dirname(file), resolve(projectDir, path));
  const moved: DeployConfig = {
    ...config,
    main: from(config.main),
    d1_databases: config.d1_databases.map((database) => ({
      ...database,
      ...(database.migrations_dir === undefined ? {} : { migrations_dir: from(database.migrations_dir) }),
    })),
    ...(config.assets === undefined
      ? {}
      : { assets: { ...config.assets, directory: from(config.assets.directory) } }),
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(moved, null, 2)}\n`);
  return file;
}
