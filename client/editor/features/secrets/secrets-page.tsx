/** Secrets of one's own, and keys for programs. */
import "../../styles/pages.css";
import { useCallback, useState } from "react";
import { Button } from "../../atoms/button.tsx";
import { Confirm } from "../../atoms/confirm.tsx";
import { Empty } from "../../atoms/empty.tsx";
import { Table } from "../../atoms/table.tsx";
import { useTold } from "../../atoms/use-told.ts";
import { Waiting } from "../../atoms/waiting.tsx";
import { dateTime } from "../../core/format.ts";
import type { SpellrunnerClient } from "../../../lib/index.ts";
import { ApiKeys } from "./api-keys.tsx";
import { SecretForm } from "./secret-form.tsx";

export default function SecretsPage({ client }: { client: SpellrunnerClient }) {
  const { data, error, reload } = useTold(useCallback(() => client.secrets.list(), [client]));
  const [removing, setRemoving] = useState<string | null>(null);
  return (
    <section className="page">
      <h1>Secrets</h1>
      <p className="soft">
        Keys of providers and other secrets of yours. Your spells use them; nobody is shown them again, not
        even you.
      </p>
      <SecretForm client={client} onSet={reload} />
      {data === null && <Waiting what="secrets" error={error} onRetry={reload} />}
      {data?.length === 0 && (
        <Empty title="No secrets yet">
          <p>
            Set OPENAI_API_KEY, for one, and your Generators use it. Any other is named in a spell as{" "}
            <code>secret:NAME</code>.
          </p>
        </Empty>
      )}
      {data !== null && data.length > 0 && <SecretTable secrets={data} onRemove={setRemoving} />}
      {removing !== null && (
        <Confirm
          title={`Remove ${removing}?`}
          verb="Remove"
          onClose={() => setRemoving(null)}
          onConfirm={() => client.secrets.remove(removing).then(reload)}
        >
          Spells that use it will fail from now on.
        </Confirm>
      )}
      <ApiKeys client={client} />
    </section>
  );
}

function SecretTable({
  secrets,
  onRemove,
}: {
  secrets: readonly { name: string; updatedAt: number }[];
  onRemove: (name: string) => void;
}) {
  return (
    <div className="table-wrap">
      <Table label="Secrets" columns={["Name", "Set"]} hasActions>
        {secrets.map(({ name, updatedAt }) => (
          <tr key={name}>
            <td className="mono">{name}</td>
            <td>{dateTime(updatedAt)}</td>
            <td className="actions">
              <Button look="danger" aria-label={`Remove ${name}`} onClick={() => onRemove(name)}>
                Remove
              </Button>
            </td>
          </tr>
        ))}
      </Table>
    </div>
  );
}
