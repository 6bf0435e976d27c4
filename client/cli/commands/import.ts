/** `spell import`: a file in any supported format as new spells. */
import { readFileSync } from "node:fs";
import { SpellError } from "../../../src/protocol/errors.ts";
import { serverCommand } from "../server-command.ts";
import { findFile } from "../spell-files.ts";

export const importSpell = serverCommand(
  {
    name: "import",
    description: "Save a file of any supported format as a new spell",
    positionals: ["FILE"],
  },
  {},
  async ({ client, argument, print }) => {
    const created = await client.spells.create(readJsonFile(argument(0)));
    const { id, name, version, warnings, spells = [{ id, name }] } = created;
    print(created, () => [
      ...spells.map((each) => `Saved "${each.name}" as ${each.id}, version ${version}.`),
      ...warnings.map(
        ({ message, nodeId }) => `  ${message}${nodeId === undefined ? "" : ` (node ${nodeId})`}`,
      ),
    ]);
  },
);

/** @throws SpellError `not_found`, `bad_request` for what is no JSON */
export function readJsonFile(name: string): unknown {
  const path = findFile(name);
  if (path === undefined) throw new SpellError("not_found", `There is no file ${name}.`);
  try {
    return JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new SpellError("bad_request", `${path} is not JSON: ${(error as Error).message}.`);
  }
}
