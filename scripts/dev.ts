/** `npm run dev`: the server under wrangler, which reloads when a source changes. Data apart from those of `npm start`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildEditor } from "./build-editor.ts";
import { runCommand } from "./command.ts";
import { signToken, withIdentity } from "./identity.ts";
import { readSettings } from "./settings.ts";
import { runWrangler } from "./wrangler.ts";

await runCommand(async () => {
  await buildEditor();
  const settings = readSettings();
  const vars = withIdentity(settings);
  const folder = join(settings.dataDir, "dev");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // By file and not by argument: arguments are seen by every user of the machine.
  const envFile = join(folder, "vars.env");
  const lines = Object.entries(vars).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  writeFileSync(envFile, `${lines.join("\n")}\n`, { mode: 0o600 });
  const migrated = await runWrangler(["d1", "migrations", "apply", "DB", "--local", "--persist-to", folder], {
    show: false,
  });
  if (migrated.code !== 0) throw new Error(migrated.output);
  if (vars.AUTH_SECRET !== undefined)
    console.log(`Token of the user "dev" for 24 hours: ${await signToken(vars, "dev", 24)}`);
  const { host, port } = settings;
  const { code } = await runWrangler(
    ["dev", "--ip", host, "--port", String(port), "--persist-to", folder, "--env-file", envFile],
    { show: true },
  );
  process.exitCode = code;
});
