import type { SpellrunnerClient } from "../../../lib/index.ts";
import { tell } from "../../stores/notices.ts";

/** Saves spells of files, in any format that the server reads, and tells of each. Gives the ids of those that were saved. */
export async function importFiles(client: SpellrunnerClient, files: readonly File[]): Promise<string[]> {
  const ids: string[] = [];
  for (const file of files)
    try {
      const created = await client.spells.create(parsed(await file.text()));
      const all = created.spells ?? [created];
      ids.push(...all.map(({ id }) => id));
      const warnings = created.warnings.length === 0 ? "" : ` with ${created.warnings.length} warnings`;
      tell(
        all.length === 1
          ? `Imported “${created.name}”${warnings}.`
          : `Imported ${all.length} spells of ${file.name}${warnings}.`,
      );
    } catch (error) {
      tell(`${file.name}: ${(error as Error).message}`, { kind: "error" });
    }
  return ids;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`this is not JSON, so it is no spell (${(error as Error).message})`, { cause: error });
  }
}
