/** The steps of a deploy and of a rollback, each a call of wrangler, done or told. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SpellError } from "../../src/protocol/errors.ts";
import { buildDocs } from "../build-docs.ts";
import { buildEditor } from "../build-editor.ts";
import { deployFlags } from "../build-worker.ts";
import { buildWithinLimit } from "../bundle-size.ts";
import { runWrangler } from "../wrangler.ts";
import { databaseName, type DeployConfig, namespaceTitle, writeDeployConfig } from "./config.ts";
import type { DeployOptions } from "./options.ts";
import { missingSecrets, withResources } from "./resources.ts";

/** @throws SpellError `bad_request` with the command that failed */
export async function deploy(config: DeployConfig, options: DeployOptions): Promise<void> {
  await buildEditor({ report: true });
  await buildDocs();
  const file = writeDeployConfig(config);
  await buildWithinLimit(file);
  if (options.isDryRun) return tellSteps(config, file, options);
  writeDeployConfig(await withResources(config));
  const secrets = await missingSecrets(config);
  for (const { binding } of config.d1_databases) await say(migrateArgs(binding, file));
  await withSecretsFile(secrets, (flags) => say([...deployArgs(file, options), ...flags]));
  for (const name of Object.keys(secrets))
    console.log(`Made the secret ${name}, which is kept at Cloudflare alone.`);
}

// The schema first: the old Worker bears what migrations add, the new one does not bear that it is missing.
const migrateArgs = (binding: string, file: string): string[] => [
  "d1",
  "migrations",
  "apply",
  binding,
  "--remote",
  "--config",
  file,
];

const deployArgs = (file: string, { message }: DeployOptions): string[] => [
  "deploy",
  "--config",
  file,
  ...deployFlags,
  ...(message === undefined ? [] : ["--message", message]),
];

/** Secrets go with the version that needs them, by a file: arguments are seen by every user of the machine. */
async function withSecretsFile(
  secrets: Record<string, string>,
  use: (flags: string[]) => Promise<void>,
): Promise<void> {
  if (Object.keys(secrets).length === 0) return use([]);
  const folder = mkdtempSync(join(tmpdir(), "spell-deploy-"));
  try {
    const file = join(folder, "secrets.json");
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
    await use(["--secrets-file", file]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws SpellError `bad_request` with the command that failed */
export async function rollback(
  { name }: DeployConfig,
  { rollback: back, isDryRun, message }: DeployOptions,
): Promise<void> {
  const version = back?.version === undefined ? [] : [back.version];
  const args = [
    "rollback",
    ...version,
    "--name",
    name,
    "--message",
    message ?? "npm run deploy -- --rollback",
    "--yes",
  ];
  if (isDryRun) console.log(`Would run:\n  ${shown(args)}`);
  else await say(args);
}

function tellSteps(config: DeployConfig, file: string, options: DeployOptions): void {
  const { name } = config;
  const steps = [
    ...config.d1_databases.map(
      (database) => `${shown(["d1", "create", databaseName(name, database)])}    unless there is one`,
    ),
    ...config.kv_namespaces.map(
      (namespace) =>
        `${shown(["kv", "namespace", "create", namespaceTitle(name, namespace)])}    unless there is one`,
    ),
    `${shown(["secret", "list", "--name", name])}    to make AUTH_SECRET and SECRETS_KEY where they are missing`,
    ...config.d1_databases.map(({ binding }) => shown(migrateArgs(binding, file))),
    shown(deployArgs(file, options)),
  ];
  console.log(`Would deploy the Worker "${name}":\n${steps.map((step) => `  ${step}`).join("\n")}`);
}

const shown = (args: string[]): string =>
  `wrangler ${args.map((arg) => (/\s/.test(arg) ? JSON.stringify(arg) : arg)).join(" ")}`;

async function say(args: string[]): Promise<void> {
  const { code } = await runWrangler(args, { show: true });
  if (code !== 0) throw new SpellError("bad_request", `\`${shown(args)}\` failed with exit code ${code}.`);
}
