/** How long nodes, spells and providers took, of the runs that are kept. */
import "../../styles/pages.css";
import { useCallback, useState } from "react";
import { Button } from "../../atoms/button.tsx";
import { Empty } from "../../atoms/empty.tsx";
import { Field } from "../../atoms/field.tsx";
import { useTold } from "../../atoms/use-told.ts";
import { Waiting } from "../../atoms/waiting.tsx";
import type { SpellrunnerClient } from "../../../lib/index.ts";
import type { TimingsResult } from "../../../../src/protocol/services/speech.ts";
import { allSpells } from "../../stores/all-spells.ts";
import { TimingTable } from "./timing-table.tsx";

const hourMs = 3_600_000;
const spans: Record<string, string> = {
  "1": "last hour",
  "24": "last day",
  "168": "last week",
  "": "all that is kept",
};
const kinds = { spell: "Spells", node: "Nodes", provider: "Providers" } as const;

export default function TimesPage({ client }: { client: SpellrunnerClient }) {
  const [spellId, setSpellId] = useState("");
  const [hours, setHours] = useState("24");
  const fetch = useCallback(
    () =>
      client.service("speech").call<TimingsResult>("timings", {
        ...(spellId === "" ? {} : { spellId }),
        ...(hours === "" ? {} : { since: Date.now() - Number(hours) * hourMs }),
      }),
    [client, spellId, hours],
  );
  const { data, error, reload } = useTold(fetch);
  const { data: spells } = useTold(useCallback(() => allSpells(client), [client]));
  return (
    <section className="page">
      <div className="page-head">
        <h1>Times</h1>
        <Button onClick={reload}>Refresh</Button>
      </div>
      <div className="row">
        <Field label="Spell">
          {(control) => (
            <select {...control} value={spellId} onChange={(event) => setSpellId(event.target.value)}>
              <option value="">all spells</option>
              {spells?.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name || id}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Since">
          {(control) => (
            <select {...control} value={hours} onChange={(event) => setHours(event.target.value)}>
              {Object.entries(spans).map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {data === null && <Waiting what="times" error={error} onRetry={reload} />}
      {data?.isPartial === true && (
        <p role="status">Not all runs are counted: there are more than are looked at. Choose one spell.</p>
      )}
      {data?.data.length === 0 && (
        <Empty title="Nothing has run in this time">
          <p>Here you see which node, spell or provider is slow or fails, once a spell has run.</p>
        </Empty>
      )}
      {data !== null &&
        Object.entries(kinds).map(([kind, title]) => (
          <TimingTable key={kind} title={title} rows={data.data.filter((row) => row.kind === kind)} />
        ))}
    </section>
  );
}
