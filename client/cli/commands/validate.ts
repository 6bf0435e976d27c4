/** `spell validate`: what is wrong with a spell. */
import { serverCommand, table } from "../server-command.ts";
import { readJsonFile } from "./import.ts";

export const validate = serverCommand(
  {
    name: "validate",
    description: "Tell what is wrong with the spell in a file; exit code 1 where it cannot run",
    positionals: ["FILE"],
  },
  {},
  async ({ client, argument, print }) => {
    const told = await client.spells.validate(readJsonFile(argument(0)));
    print(told, () => [
      ...table(
        told.issues.map(({ severity, code, nodeId = "", message }) => [severity, code, nodeId, message]),
      ),
      told.valid ? "This spell can run." : "This spell cannot run.",
    ]);
    if (!told.valid) process.exitCode = 1;
  },
);
