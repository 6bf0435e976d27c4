import { useState } from "react";
import { Button } from "../../atoms/button.tsx";
import { Field } from "../../atoms/field.tsx";
import { useTask } from "../../atoms/use-task.ts";
import type { MadeApiKey, NewApiKey, SpellrunnerClient } from "../../../lib/index.ts";

type Scope = NonNullable<NewApiKey["scopes"]>[number];
const scopes: readonly Scope[] = ["runs", "runners", "spells", "services"];
const dayMs = 86_400_000;
const expiries: Record<string, string> = {
  "7": "7 days",
  "30": "30 days",
  "90": "90 days",
  "365": "a year",
  "": "never",
};

export function KeyForm({
  client,
  onMade,
}: {
  client: SpellrunnerClient;
  onMade: (key: MadeApiKey) => void;
}) {
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<readonly Scope[]>([]);
  const [days, setDays] = useState("90");
  const [run, isBusy] = useTask();
  const make = async (): Promise<void> => {
    const made = await client.keys.create({
      name,
      ...(chosen.length === 0 ? {} : { scopes: [...chosen] }),
      ...(days === "" ? {} : { expiresAt: Date.now() + Number(days) * dayMs }),
    });
    setName("");
    onMade(made);
  };
  return (
    <form
      aria-label="Create an API key"
      onSubmit={(event) => {
        event.preventDefault();
        void run(make);
      }}
    >
      <div className="row">
        <Field label="Name of the key" help="What it is for.">
          {(control) => (
            <input
              {...control}
              required
              maxLength={200}
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label="Ends after" help="Then it is refused.">
          {(control) => (
            <select {...control} value={days} onChange={(event) => setDays(event.target.value)}>
              {Object.entries(expiries).map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <fieldset className="choices">
        <legend>Scopes (all where none is ticked)</legend>
        {scopes.map((scope) => (
          <label key={scope} className="row">
            <input
              type="checkbox"
              checked={chosen.includes(scope)}
              onChange={({ target }) =>
                setChosen(target.checked ? [...chosen, scope] : chosen.filter((one) => one !== scope))
              }
            />
            {scope}
          </label>
        ))}
      </fieldset>
      <Button type="submit" disabled={isBusy}>
        Create key
      </Button>
    </form>
  );
}
