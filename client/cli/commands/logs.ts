/** `spell logs`: what the nodes of a run logged. */
import { SpellError } from "../../../src/protocol/errors.ts";
import { serverCommand, table, timeOf } from "../server-command.ts";

export const logs = serverCommand(
  {
    name: "logs",
    description: "Print what the nodes of a run logged, and its failures; by default of the newest run",
    positionals: ["ID", "[RUN]"],
  },
  {},
  async ({ client, session, options, argument, print }) => {
    const spellId = argument(0);
    const runId =
      options.positionals[1] ?? (await client.runs.list(spellId, { session, limit: 1 })).data[0]?.runId;
    if (runId === undefined) throw new SpellError("not_found", `"${spellId}" has not been run.`);
    const entries: { at: number; nodeId: string; visit: string; level: string; text: string }[] = [];
    for await (const event of client.runs.events(spellId, runId, { session })) {
      if (event.type !== "node.completed" && event.type !== "node.failed") continue;
      const { at, nodeId, visit } = event;
      for (const { level, text } of event.logs ?? []) entries.push({ at, nodeId, visit, level, text });
      if (event.type === "node.failed")
        entries.push({ at, nodeId, visit, level: "failed", text: event.error.message });
    }
    print(entries, () =>
      table(entries.map(({ at, nodeId, visit, level, text }) => [timeOf(at), nodeId, visit, level, text])),
    );
  },
);
