/** `spell backup`: everything that you keep on a server, in a file. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { takeBackup } from "../backup/take.ts";
import { type Counts, count } from "../backup/lines.ts";
import { serverCommand } from "../server-command.ts";

export const backup = serverCommand(
  {
    name: "backup",
    description: "Write your spells with all versions, documents, entities, events and agents into a file",
    positionals: ["[FILE]"],
  },
  {},
  async ({ client, options, print }) => {
    // Relative to where npm was called, not to where it then went.
    const path = resolve(
      process.env.INIT_CWD ?? process.cwd(),
      options.positionals[0] ?? "spellrunner-backup.ndjson",
    );
    const unfinished = `${path}.unfinished`;
    const counts: Counts = {};
    // For its owner alone: it holds what its user says to nobody else.
    const file = openSync(unfinished, "w", 0o600);
    try {
      for await (const line of takeBackup(client)) {
        writeSync(file, `${JSON.stringify(line)}\n`);
        if ("kind" in line && line.kind !== "end") count(counts, line.kind);
      }
      closeSync(file);
      // Whole or not at all.
      renameSync(unfinished, path);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw error;
    }
    print({ path, counts }, () => [`Wrote ${told(counts)} to ${path}.`]);
  },
);

const nouns: Record<string, string> = {
  spell: "versions of spells",
  store: "document stores",
  document: "documents",
  entity: "entities",
  event: "events",
  agent: "agents",
  secret: "names of secrets",
};

/** As in "3 versions of spells, 2 events". */
export const told = (counts: Counts): string =>
  Object.entries(counts)
    .map(([kind, number]) => `${number} ${nouns[kind] ?? kind}`)
    .join(", ") || "nothing";
