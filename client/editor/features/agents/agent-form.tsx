import { useCallback, useState } from "react";
import { Button } from "../../atoms/button.tsx";
import { Field } from "../../atoms/field.tsx";
import { useTask } from "../../atoms/use-task.ts";
import { useTold } from "../../atoms/use-told.ts";
import type { SpellrunnerClient } from "../../../lib/index.ts";
import { allSpells } from "../../stores/all-spells.ts";
import { type Agent, type Draft, newDraft, saveAgent } from "./agent-data.ts";
import { Bindings } from "./bindings.tsx";

interface AgentFormProps {
  client: SpellrunnerClient;
  /** Null makes a new one. */
  agent: Agent | null;
  onSaved: () => void;
}

export function AgentForm({ client, agent, onSaved }: AgentFormProps) {
  const [draft, setDraft] = useState<Draft>(() =>
    agent === null ? newDraft : { name: agent.name, spellId: agent.spellId, bindings: agent.bindings },
  );
  const [run, isBusy] = useTask();
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void run(async () => {
          await saveAgent(client, agent?.id ?? null, draft);
          onSaved();
        });
      }}
    >
      <Field label="Name">
        {(control) => (
          <input
            {...control}
            required
            maxLength={300}
            autoComplete="off"
            value={draft.name}
            onChange={(event) => change({ name: event.target.value })}
          />
        )}
      </Field>
      <SpellChoice client={client} value={draft.spellId} onChange={(spellId) => change({ spellId })} />
      <Bindings bindings={draft.bindings} onChange={(bindings) => change({ bindings })} />
      <div className="row dialog-foot">
        <Button type="submit" look="primary" disabled={isBusy}>
          {agent === null ? "Create agent" : "Save agent"}
        </Button>
      </div>
    </form>
  );
}

interface SpellChoiceProps {
  client: SpellrunnerClient;
  value: string;
  onChange: (spellId: string) => void;
}

function SpellChoice({ client, value, onChange }: SpellChoiceProps) {
  const { data } = useTold(useCallback(() => allSpells(client), [client]));
  // An agent may name its spell, and a spell may be gone.
  const isOther = value !== "" && data?.some(({ id }) => id === value) !== true;
  return (
    <Field label="Spell" help={data?.length === 0 ? "You have no spell yet: draw one first." : undefined}>
      {(control) => (
        <select {...control} required value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="" disabled>
            Choose a spell
          </option>
          {isOther && <option value={value}>{value}</option>}
          {data?.map(({ id, name }) => (
            <option key={id} value={id}>
              {name || id}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
