/** The `spell` command. What a command needs is loaded with it alone, so that help and mistakes are answered at once. */
import { enableCompileCache } from "node:module";
import { stripVTControlCharacters } from "node:util";
import { defineCommand, renderUsage, runCommand } from "citty";
import { inProject } from "../../scripts/project.ts";
import { SpellError } from "../../src/protocol/errors.ts";

enableCompileCache(inProject("node_modules/.cache/node"));

const commands = {
  run: () => import("./run.ts").then(({ run }) => run),
  watch: () => import("./commands/watch.ts").then(({ watch }) => watch),
  list: () => import("./commands/list.ts").then(({ list }) => list),
  get: () => import("./commands/get.ts").then(({ get }) => get),
  put: () => import("./commands/put.ts").then(({ put }) => put),
  export: () => import("./commands/export.ts").then(({ exportSpell }) => exportSpell),
  import: () => import("./commands/import.ts").then(({ importSpell }) => importSpell),
  backup: () => import("./commands/backup.ts").then(({ backup }) => backup),
  restore: () => import("./commands/restore.ts").then(({ restore }) => restore),
  validate: () => import("./commands/validate.ts").then(({ validate }) => validate),
  play: () => import("./commands/play.ts").then(({ play }) => play),
  pause: () => import("./commands/play.ts").then(({ pause }) => pause),
  runs: () => import("./commands/runs.ts").then(({ runs }) => runs),
  replay: () => import("./commands/replay.ts").then(({ replay }) => replay),
  logs: () => import("./commands/logs.ts").then(({ logs }) => logs),
  services: () => import("./commands/services.ts").then(({ services }) => services),
  token: () => import("./token.ts").then(({ token }) => token),
};
const main = defineCommand({
  meta: { name: "spell", description: "Run, watch and keep spells, here or on a server" },
  subCommands: commands,
});

// A reader that has seen enough, as `head` has, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

process.exitCode = await call(process.argv.slice(2));

async function call([name = "", ...args]: string[]): Promise<number> {
  const command = Object.hasOwn(commands, name) ? await commands[name as keyof typeof commands]() : undefined;
  const isHelp = [name, ...args].some((arg) => arg === "--help" || arg === "-h");
  if (isHelp || command === undefined) {
    const usage = await (command === undefined
      ? renderUsage(main)
      : renderUsage(command as typeof main, main));
    const isColoured = process.stdout.isTTY && (process.env.NO_COLOR ?? "") === "";
    (isHelp ? console.log : console.error)(isColoured ? usage : stripVTControlCharacters(usage));
    if (!isHelp)
      console.error(name === "" ? "error: Which command?" : `error: There is no command "${name}".`);
    return isHelp ? 0 : 1;
  }
  try {
    await runCommand(command as typeof main, { rawArgs: args });
    return 0;
  } catch (error) {
    report(error);
    return 1;
  }
}

function report(error: unknown): void {
  if (!(error instanceof SpellError)) {
    // citty's own complaints, of a missing argument, need no stack.
    console.error(
      error instanceof Error && error.name === "CLIError"
        ? `error: ${stripVTControlCharacters(error.message)}`
        : error,
    );
    return;
  }
  const { code, message, nodeId, runId, errors = [] } = error;
  const place = [code, ...(nodeId ? [`node ${nodeId}`] : []), ...(runId ? [`run ${runId}`] : [])].join(", ");
  console.error(`error: ${message}${nodeId || runId ? ` (${place})` : ""}`);
  for (const fault of errors) if (fault.path !== "") console.error(`  ${fault.path}: ${fault.message}`);
}
