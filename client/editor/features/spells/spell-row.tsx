import { useState } from "react";
import type { SpellrunnerClient, SpellSummary } from "../../../lib/index.ts";
import { Button } from "../../atoms/button.tsx";
import { Confirm } from "../../atoms/confirm.tsx";
import { download } from "../../atoms/download.ts";
import { useTask } from "../../atoms/use-task.ts";
import { dateTime } from "../../core/format.ts";
import { hashOf } from "../../core/route.ts";
import { closeSpell } from "../../stores/open-spells.ts";

interface Props {
  spell: SpellSummary;
  client: SpellrunnerClient;
  onChange: () => void;
}

export function SpellRow({ spell: { id, name, version, updatedAt }, client, onChange }: Props) {
  const [attempt, isBusy] = useTask();
  const [isAsking, setAsking] = useState(false);
  const title = name || id;
  return (
    <tr>
      <td>
        <a href={hashOf({ page: "spell", spellId: id })}>{title}</a>
      </td>
      <td className="mono">{id}</td>
      <td className="number">{version}</td>
      <td>{dateTime(updatedAt)}</td>
      <td>
        <div className="row row-tight">
          <Button
            disabled={isBusy}
            aria-label={`Duplicate ${title}`}
            onClick={() =>
              void attempt(async () => {
                const { id: _own, ...document } = await client.spells.get(id);
                await client.spells.create({ ...document, name: `${title} (copy)`, version: 0 });
                onChange();
              })
            }
          >
            Duplicate
          </Button>
          <Button
            disabled={isBusy}
            aria-label={`Export ${title}`}
            onClick={() =>
              void attempt(async () =>
                download(`${id}.json`, JSON.stringify(await client.spells.get(id), null, 2)),
              )
            }
          >
            Export
          </Button>
          <Button
            look="danger"
            disabled={isBusy}
            aria-label={`Delete ${title}`}
            onClick={() => setAsking(true)}
          >
            Delete
          </Button>
          {isAsking && (
            <Confirm
              title={`Delete “${title}”?`}
              verb="Delete it"
              onConfirm={async () => {
                await client.spells.remove(id);
                void closeSpell(id);
                onChange();
              }}
              onClose={() => setAsking(false)}
            >
              Its versions, runs and connections go with it. This cannot be taken back.
            </Confirm>
          )}
        </div>
      </td>
    </tr>
  );
}
