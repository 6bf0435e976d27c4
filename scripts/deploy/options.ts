/** What `npm run deploy` was asked. */
import { parseArgs } from "node:util";
import { SpellError } from "../../src/protocol/errors.ts";

export interface DeployOptions {
  /** Undefined for the one that wrangler.toml names. */
  environment: string | undefined;
  isDryRun: boolean;
  /** `version`: undefined for the one before the present one. */
  rollback: { version: string | undefined } | undefined;
  message: string | undefined;
}

/** @throws SpellError `bad_request` for what it does not know */
export function readDeployOptions(args: string[]): DeployOptions {
  const { values, positionals } = parse(args);
  const [version, ...more] = positionals;
  if (more.length > 0 || (version !== undefined && values.rollback !== true))
    throw new SpellError("bad_request", `What is "${more[0] ?? version}"? ${usage}`);
  return {
    environment: values.env,
    isDryRun: values["dry-run"] === true,
    rollback: values.rollback === true ? { version } : undefined,
    message: values.message,
  };
}

const usage = "npm run deploy [-- [--env NAME] [--dry-run] [--message TEXT] [--rollback [VERSION]]]";

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        env: { type: "string", short: "e" },
        "dry-run": { type: "boolean" },
        rollback: { type: "boolean" },
        message: { type: "string", short: "m" },
      },
    });
  } catch (error) {
    throw new SpellError("bad_request", `${(error as Error).message.split(". ")[0]}. ${usage}`);
  }
}
