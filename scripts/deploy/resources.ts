/** What a deployed Worker needs in the account: a database, a KV namespace, secrets. Found by name, made where they are missing. */
import { randomSecret } from "../identity.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import { runWrangler } from "../wrangler.ts";
import { databaseName, type DeployConfig, isUnset, namespaceTitle } from "./config.ts";

/** The same configuration with the ids of what there is now. Whatever has an id already is taken at its word. */
export async function withResources(config: DeployConfig): Promise<DeployConfig> {
  const [databases, namespaces] = await Promise.all([
    Promise.all(
      config.d1_databases.map(async (database) =>
        isUnset(database.database_id)
          ? { ...database, database_id: await databaseId(databaseName(config.name, database)) }
          : database,
      ),
    ),
    Promise.all(
      config.kv_namespaces.map(async (namespace) =>
        isUnset(namespace.id)
          ? { ...namespace, id: await namespaceId(namespaceTitle(config.name, namespace)) }
          : namespace,
      ),
    ),
  ]);
  return { ...config, d1_databases: databases, kv_namespaces: namespaces };
}

async function databaseId(name: string): Promise<string> {
  const find = async (): Promise<string | undefined> =>
    (await askWrangler<{ uuid: string; name: string }[]>(["d1", "list", "--json"])).find(
      (database) => database.name === name,
    )?.uuid;
  return (await find()) ?? (await made(`database "${name}"`, ["d1", "create", name], find));
}

async function namespaceId(title: string): Promise<string> {
  const find = async (): Promise<string | undefined> =>
    (await askWrangler<{ id: string; title: string }[]>(["kv", "namespace", "list"])).find(
      (namespace) => namespace.title === title,
    )?.id;
  return (
    (await find()) ?? (await made(`KV namespace "${title}"`, ["kv", "namespace", "create", title], find))
  );
}

/** What `create` prints is for people, so the id is looked up again. */
async function made(
  what: string,
  create: string[],
  find: () => Promise<string | undefined>,
): Promise<string> {
  await sayWrangler(create);
  const id = await find();
  if (id === undefined) throw new SpellError("internal", `The ${what} was made and is not in the list.`);
  console.log(`Made the ${what} (${id}).`);
  return id;
}

/**
 * Secrets that the Worker needs and does not have, newly made: what tokens are signed with, unless they come from an issuer,
 * and what users' secrets are sealed with. One that is there is never replaced.
 */
export async function missingSecrets({ name, vars = {} }: DeployConfig): Promise<Record<string, string>> {
  const hasIssuer = "AUTH_JWKS_URL" in vars || "AUTH_ISSUERS" in vars;
  const wanted = [...(hasIssuer ? [] : ["AUTH_SECRET"]), "SECRETS_KEY"];
  const known = new Set(await secretNames(name));
  return Object.fromEntries(
    wanted.filter((secret) => !known.has(secret)).map((secret) => [secret, randomSecret()]),
  );
}

async function secretNames(worker: string): Promise<string[]> {
  const args = ["secret", "list", "--name", worker, "--format", "json"];
  const { code, output } = await runWrangler(args, { show: false });
  // A Worker that is deployed for the first time.
  if (code !== 0 && output.includes(`Worker "${worker}" not found`)) return [];
  if (code !== 0) throw refused(args, output);
  return (parseList(args, output) as { name: string }[]).map(({ name }) => name);
}

async function askWrangler<T>(args: string[]): Promise<T> {
  const { code, output } = await runWrangler(args, { show: false });
  if (code !== 0) throw refused(args, output);
  return parseList(args, output) as T;
}

/** Around the list wrangler may tell of other things. */
function parseList(args: string[], output: string): unknown {
  const text = /^\[.*?^\]|^\[.*\]$/ms.exec(output)?.[0];
  if (text === undefined) throw refused(args, output);
  return JSON.parse(text);
}

async function sayWrangler(args: string[]): Promise<void> {
  const { code, output } = await runWrangler(args, { show: false });
  if (code !== 0) throw refused(args, output);
}

const refused = (args: string[], output: string): SpellError =>
  new SpellError("bad_request", `\`wrangler ${args.join(" ")}\` failed:\n${output.trim()}`);
