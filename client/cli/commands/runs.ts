/** `spell runs`: the runs of a spell. */
import { SpellError } from "../../../src/protocol/errors.ts";
import { runStatus } from "../../../src/protocol/runs.ts";
import { parsePositive } from "../inputs.ts";
import { valueOf } from "../options.ts";
import { serverCommand, table, timeOf } from "../server-command.ts";

export const runs = serverCommand(
  { name: "runs", description: "List the runs of a spell, newest first", positionals: ["ID"] },
  {
    status: { type: "string", description: "Those alone", valueHint: runStatus.options.join("|") },
    limit: { type: "string", description: "1 to 100, default 20", valueHint: "N" },
  },
  async ({ client, session, options, argument, print }) => {
    const status = valueOf(options, "status");
    const known = runStatus.options.find((each) => each === status);
    if (status !== undefined && known === undefined)
      throw new SpellError("bad_request", `--status must be one of ${runStatus.options.join(", ")}.`);
    const { data } = await client.runs.list(argument(0), {
      session,
      limit: parsePositive(valueOf(options, "limit") ?? "20", "--limit", true),
      ...(known === undefined ? {} : { status: known }),
    });
    print(data, () =>
      table(
        data.map((run) => [
          run.runId,
          run.status,
          timeOf(run.startedAt),
          run.ms === undefined ? "" : `${run.ms} ms`,
          run.error?.message ?? JSON.stringify(run.outputs ?? {}).slice(0, 80),
        ]),
      ),
    );
  },
);
