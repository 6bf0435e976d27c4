/** Keys for programs that act as the user. */
import { useCallback, useState } from "react";
import { Button } from "../../atoms/button.tsx";
import { Confirm } from "../../atoms/confirm.tsx";
import { CopyButton } from "../../atoms/copy-button.tsx";
import { Empty } from "../../atoms/empty.tsx";
import { Table } from "../../atoms/table.tsx";
import { useTold } from "../../atoms/use-told.ts";
import { Waiting } from "../../atoms/waiting.tsx";
import { dateTime } from "../../core/format.ts";
import type { ApiKey, MadeApiKey, SpellrunnerClient } from "../../../lib/index.ts";
import { KeyForm } from "./key-form.tsx";

export function ApiKeys({ client }: { client: SpellrunnerClient }) {
  const { data, error, reload } = useTold(useCallback(() => client.keys.list(), [client]));
  const [made, setMade] = useState<MadeApiKey | null>(null);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const revoke = async (id: string): Promise<void> => {
    await client.keys.remove(id);
    if (made?.id === id) setMade(null);
    reload();
  };
  return (
    <>
      <h2>API keys</h2>
      <KeyForm
        client={client}
        onMade={(key) => {
          setMade(key);
          reload();
        }}
      />
      {made !== null && (
        <div className="card" role="status">
          <p>The key “{made.name}”. Copy it now: it is not shown again.</p>
          <div className="key">
            <code>{made.key}</code>
            <CopyButton what="the key" text={made.key} />
            <Button look="quiet" onClick={() => setMade(null)}>
              Done
            </Button>
          </div>
        </div>
      )}
      {data === null && <Waiting what="keys" error={error} onRetry={reload} />}
      {data?.length === 0 && (
        <Empty title="No API keys yet">
          <p>With one a program of yours runs spells and asks services as you.</p>
        </Empty>
      )}
      {data !== null && data.length > 0 && <KeyTable keys={data} onRevoke={setRevoking} />}
      {revoking !== null && (
        <Confirm
          title={`Revoke ${revoking.name}?`}
          verb="Revoke"
          onClose={() => setRevoking(null)}
          onConfirm={() => revoke(revoking.id)}
        >
          Programs that use this key are refused within half a minute.
        </Confirm>
      )}
    </>
  );
}

function KeyTable({ keys, onRevoke }: { keys: readonly ApiKey[]; onRevoke: (key: ApiKey) => void }) {
  return (
    <div className="table-wrap">
      <Table label="API keys" columns={["Name", "Scopes", "Made", "Ends"]} hasActions>
        {keys.map((key) => (
          <tr key={key.id}>
            <td className="clip">{key.name}</td>
            <td>{key.scopes.join(", ")}</td>
            <td>{dateTime(key.createdAt)}</td>
            <td>{key.expiresAt === undefined ? "never" : dateTime(key.expiresAt)}</td>
            <td className="actions">
              <Button look="danger" aria-label={`Revoke ${key.name}`} onClick={() => onRevoke(key)}>
                Revoke
              </Button>
            </td>
          </tr>
        ))}
      </Table>
    </div>
  );
}
