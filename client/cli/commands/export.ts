/** `spell export`: a spell's document into a file. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { serverCommand } from "../server-command.ts";

export const exportSpell = serverCommand(
  {
    name: "export",
    description: "Write a spell into a file, ID.json by default",
    positionals: ["ID", "[FILE]"],
  },
  {},
  async ({ client, options, argument, print }) => {
    const document = await client.spells.get(argument(0));
    // Relative to where npm was called, not to where it then went.
    const path = resolve(
      process.env.INIT_CWD ?? process.cwd(),
      options.positionals[1] ?? `${document.id}.json`,
    );
    writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
    print({ id: document.id, version: document.version, path }, () => [
      `Wrote version ${document.version} of "${document.name}" to ${path}.`,
    ]);
  },
);
