import { useId, useState } from "react";
import { Button } from "../../atoms/button.tsx";
import { Field } from "../../atoms/field.tsx";
import { useTask } from "../../atoms/use-task.ts";
import type { SpellrunnerClient } from "../../../lib/index.ts";
import { tell } from "../../stores/notices.ts";

/** Those that the server's services look for. */
const knownNames = [
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "ANTHROPIC_API_KEY",
  "AI21_API_KEY",
  "HUGGINGFACE_API_KEY",
  "HUGGINGFACE_BASE_URL",
  "WEAVIATE_URL",
  "WEAVIATE_API_KEY",
];

export function SecretForm({ client, onSet }: { client: SpellrunnerClient; onSet: () => void }) {
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const [run, isBusy] = useTask();
  const listId = useId();
  const set = async (): Promise<void> => {
    await client.secrets.set(name, value);
    setName("");
    setValue("");
    onSet();
    tell(`${name} is set.`);
  };
  return (
    <form
      className="inline"
      aria-label="Set a secret"
      onSubmit={(event) => {
        event.preventDefault();
        void run(set);
      }}
    >
      <Field label="Name">
        {(control) => (
          <input
            {...control}
            list={listId}
            required
            pattern="[A-Z][A-Z0-9_]{0,63}"
            title="Capitals, digits and _, a capital first"
            autoComplete="off"
            spellCheck={false}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <datalist id={listId}>
        {knownNames.map((known) => (
          <option key={known} value={known} />
        ))}
      </datalist>
      <Field label="Value">
        {(control) => (
          <input
            {...control}
            type="password"
            required
            maxLength={8192}
            autoComplete="new-password"
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" look="primary" disabled={isBusy}>
        Set secret
      </Button>
    </form>
  );
}
