/** The runs that the server keeps of the spell: open one on the canvas, go on with it, run it again. */
import { useCallback, useState } from "react";
import { useStore } from "zustand";
import type { Run, SpellrunnerClient } from "../../../lib/index.ts";
import { Button } from "../../atoms/button.tsx";
import { StatusBadge } from "../../atoms/status-badge.tsx";
import { Table } from "../../atoms/table.tsx";
import { useFetched } from "../../atoms/use-fetched.ts";
import { useTask } from "../../atoms/use-task.ts";
import { brief, dateTime, duration } from "../../core/format.ts";
import { isEnded } from "../../../lib/run-model.ts";
import { go } from "../../stores/router.ts";
import { useOpenSpell } from "../workspace/context.ts";

const pageSize = 30;
const columns = [
  "Status",
  "Started",
  { title: "Time", isNumber: true },
  { title: "Tokens", isNumber: true },
  "Trigger",
  "Inputs",
];

export function RunsList({ client }: { client: SpellrunnerClient }) {
  const { id, runs } = useOpenSpell();
  const ended = useStore(runs.state, ({ live }) => live.filter(({ status }) => isEnded(status)).length);
  const begun = useStore(runs.state, ({ live }) => live.length);
  const [limit, setLimit] = useState(pageSize);
  // Anew with each run that begins or ends.
  const fetch = useCallback(
    () => client.runs.list(id, { limit: Math.min(100, limit) }),
    [client, id, limit, begun, ended],
  );
  const { data, error, reload } = useFetched(fetch);
  if (error !== null && data === null) return <p className="fault">{error.message}</p>;
  if (data === null) return <p className="soft">Loading…</p>;
  if (data.data.length === 0) return <p className="soft">No runs yet. Ctrl+Enter starts one.</p>;
  return (
    <>
      <Table columns={columns} hasActions>
        {data.data.map((run) => (
          <RunRow key={run.runId} run={run} client={client} onChange={reload} />
        ))}
      </Table>
      {data.nextCursor !== undefined && limit < 100 && (
        <Button look="quiet" onClick={() => setLimit(limit + pageSize)}>
          More
        </Button>
      )}
    </>
  );
}

function RunRow({ run, client, onChange }: { run: Run; client: SpellrunnerClient; onChange: () => void }) {
  const { id, runs } = useOpenSpell();
  const [attempt, isBusy] = useTask();
  const { runId, status } = run;
  return (
    <tr>
      <td>
        <StatusBadge status={status} />
      </td>
      <td>{dateTime(run.startedAt)}</td>
      <td className="number">{duration(run.ms)}</td>
      <td className="number">{tokensOf(run)}</td>
      <td>{run.trigger}</td>
      <td className="runs-inputs">
        {run.error === undefined ? brief(run.inputs, 80) : brief(run.error.message, 80)}
      </td>
      <td>
        <div className="row row-tight">
          {isEnded(status) ? (
            <Button disabled={isBusy} onClick={() => go({ page: "spell", spellId: id, runId })}>
              Open
            </Button>
          ) : (
            <>
              <Button onClick={() => runs.show(runId)}>Show</Button>
              <Button
                disabled={isBusy}
                onClick={() =>
                  void attempt(async () => void (await client.runs.cancel(id, runId))).then(onChange)
                }
              >
                Cancel
              </Button>
            </>
          )}
          {(status === "failed" || status === "cancelled" || status === "interrupted") && (
            <Button
              disabled={isBusy}
              onClick={() =>
                void attempt(async () => {
                  const resumed = await client.runs.resume(id, runId);
                  runs.show(resumed.runId);
                }).then(onChange)
              }
            >
              Go on
            </Button>
          )}
        </div>
      </td>
    </tr>
  );
}

function tokensOf({ usage }: Run): string {
  const sum = (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
  return sum === 0 ? "" : String(sum);
}
