/** `npm run deploy`: builds, brings the database to the newest schema, deploys. With `--dry-run` it only builds. */
import { SpellError } from "../src/protocol/errors.ts";
import { buildEditor } from "./build-editor.ts";
import { deployFlags } from "./build-worker.ts";
import { buildWithinLimit } from "./bundle-size.ts";
import { runCommand } from "./command.ts";
import { limitsBelow } from "./default-limits.ts";
import { wranglerConfig } from "./project.ts";
import { runWrangler } from "./wrangler.ts";

await runCommand(async () => {
  const args = process.argv.slice(2);
  await buildEditor({ report: true });
  await buildWithinLimit();
  if (args.includes("--dry-run")) return;
  await requireResources(args);
  // The schema first: the old Worker bears what migrations add, the new one does not bear that it is missing.
  await wrangler(["d1", "migrations", "apply", "DB", "--remote", ...args]);
  await wrangler(["deploy", ...deployFlags, ...limits(), ...args]);
  console.log(
    "Tokens need a secret: once, `npx wrangler secret put AUTH_SECRET` (at least 32 random bytes).",
  );
});

// Functions and no constants: these are used while the module is still at its first statement.
function limits(): string[] {
  return Object.entries(limitsBelow(process.env)).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
}

async function requireResources(args: string[]): Promise<void> {
  const { unstable_readConfig } = await import("wrangler");
  const at = args.findIndex((arg) => arg === "--env" || arg === "-e");
  const env = at === -1 ? args.find((arg) => arg.startsWith("--env="))?.slice("--env=".length) : args[at + 1];
  const config = unstable_readConfig({ config: wranglerConfig, ...(env === undefined ? {} : { env }) });
  const database = config.d1_databases.find(({ database_id: id }: { database_id?: string }) => isUnset(id));
  if (database !== undefined)
    throw unnamed(
      "database",
      `d1 create ${database.database_name ?? "spellrunner"}`,
      "database_id",
      database.binding,
    );
  const store = config.kv_namespaces.find(({ id }: { id?: string }) => isUnset(id));
  if (store !== undefined)
    throw unnamed("KV namespace", `kv namespace create ${store.binding}`, "id", store.binding);
}

function isUnset(id: string | undefined): boolean {
  return id === undefined || /^[0-]+$/.test(id);
}

function unnamed(what: string, command: string, key: string, binding: string): SpellError {
  return new SpellError(
    "not_configured",
    `wrangler.toml does not name your ${what} yet. Run \`npx wrangler ${command}\` and write the id that it prints as ${key} of ${binding}.`,
  );
}

async function wrangler(args: string[]): Promise<void> {
  const { code } = await runWrangler(args, { show: true });
  if (code !== 0)
    throw new SpellError("bad_request", `\`wrangler ${args.join(" ")}\` failed with exit code ${code}.`);
}
