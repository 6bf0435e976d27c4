/**
 * `npm run deploy`: builds, makes what the account lacks (database, KV namespace, secrets), brings the database to the newest
 * schema, deploys. `--env NAME` does it for another environment, `--rollback` gives the version before, `--dry-run` builds
 * everything and tells what would be done, without an account.
 */
import { runCommand } from "./command.ts";
import { readDeployConfig } from "./deploy/config.ts";
import { readDeployOptions } from "./deploy/options.ts";
import { deploy, rollback } from "./deploy/steps.ts";

await runCommand(async () => {
  const options = readDeployOptions(process.argv.slice(2));
  const config = await readDeployConfig(options.environment);
  await (options.rollback === undefined ? deploy : rollback)(config, options);
});
