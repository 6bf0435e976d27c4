/** `spell restore`: a file that `spell backup` wrote, to the server of whoever asks. */
import { readBackup } from "../backup/lines.ts";
import { Restore } from "../backup/restore.ts";
import { SpellError } from "../../../src/protocol/errors.ts";
import { serverCommand } from "../server-command.ts";
import { findFile } from "../spell-files.ts";
import { told } from "./backup.ts";

export const restore = serverCommand(
  {
    name: "restore",
    description: "Bring a backup to a server; what is there already stays as it is",
    positionals: ["FILE"],
  },
  {},
  async ({ client, argument, print }) => {
    const name = argument(0);
    const path = findFile(name);
    if (path === undefined) throw new SpellError("not_found", `There is no file ${name}.`);
    // Once through before anything is written: a file that is cut off restores nothing.
    for await (const line of readBackup(path)) void line;
    const restoring = new Restore(client);
    for await (const line of readBackup(path)) await restoring.take(line);
    const { result } = restoring;
    print(result, () => [
      `Restored ${told(result.restored)}; there already: ${told(result.same)}.`,
      ...(result.missingSecrets.length === 0
        ? []
        : [`Set by hand, since no backup has their values: ${result.missingSecrets.join(", ")}.`]),
    ]);
    if (result.conflicts.length > 0) throw new SpellError("conflict", result.conflicts.join("\n"));
  },
);
