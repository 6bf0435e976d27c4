/** `spell list`: the user's spells. */
import type { SpellSummary } from "../../../src/protocol/spell.ts";
import { valueOf } from "../options.ts";
import { serverCommand, table, timeOf } from "../server-command.ts";

export const list = serverCommand(
  { name: "list", description: "List your spells, the one changed last first" },
  { search: { type: "string", description: "Those whose name has this text", valueHint: "TEXT" } },
  async ({ client, options, print }) => {
    const search = valueOf(options, "search");
    const all: SpellSummary[] = [];
    for (let cursor: string | undefined = "", page; cursor !== undefined; cursor = page.nextCursor) {
      page = await client.spells.list({
        limit: 100,
        ...(cursor === "" ? {} : { cursor }),
        ...(search === undefined ? {} : { search }),
      });
      all.push(...page.data);
    }
    print(all, () =>
      table(all.map(({ id, version, name, updatedAt }) => [id, `v${version}`, timeOf(updatedAt), name])),
    );
  },
);
