/** `spell put`: saves a file, and the spells beside it that it runs. */
import { SpellError } from "../../../src/protocol/errors.ts";
import type { SavedSpell } from "../../../src/protocol/spell.ts";
import { valueOf } from "../options.ts";
import { serverCommand } from "../server-command.ts";
import { findFile, readSpellFile } from "../spell-files.ts";

export const put = serverCommand(
  {
    name: "put",
    description: "Save the next version of the spell in a file, and of the sub-spells beside it",
    positionals: ["FILE"],
  },
  { id: { type: "string", description: "Under another id than its own", valueHint: "ID" } },
  async ({ client, options, argument, print }) => {
    const path = findFile(argument(0));
    if (path === undefined) throw new SpellError("not_found", `There is no file ${argument(0)}.`);
    const { id: own, documents } = readSpellFile(path);
    const id = valueOf(options, "id") ?? own;
    const saved: SavedSpell[] = [];
    for (const document of documents)
      saved.push(await client.spells.put(document.id === own ? id : document.id, document));
    print(saved, () =>
      saved.flatMap(({ id: as, name, version, warnings }) => [
        `Saved "${name}" as ${as}, version ${version}.`,
        ...warnings.map(
          ({ message, nodeId }) => `  ${message}${nodeId === undefined ? "" : ` (node ${nodeId})`}`,
        ),
      ]),
    );
  },
);
