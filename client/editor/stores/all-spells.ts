/** The user's spells as choices, the one changed last first. */
import type { SpellrunnerClient, SpellSummary } from "../../lib/index.ts";

/** A list of more helps nobody to choose. */
const maxPages = 5;

export async function allSpells(client: SpellrunnerClient): Promise<SpellSummary[]> {
  const spells: SpellSummary[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const { data, nextCursor } = await client.spells.list({
      limit: 100,
      ...(cursor === undefined ? {} : { cursor }),
    });
    spells.push(...data);
    if (nextCursor === undefined) break;
    cursor = nextCursor;
  }
  return spells;
}
