/** What makes an agent's spell run: a list of bindings, each of its kind. */
import { useId, useState } from "react";
import { Button } from "../../atoms/button.tsx";
import { type AgentBinding, type BindingKind, bindingKinds, newBinding, titleOf } from "./agent-data.ts";
import { BindingFields } from "./binding-fields.tsx";

interface BindingsProps {
  bindings: readonly AgentBinding[];
  onChange: (bindings: readonly AgentBinding[]) => void;
}

export function Bindings({ bindings, onChange }: BindingsProps) {
  const [kind, setKind] = useState<BindingKind>("schedule");
  const id = useId();
  return (
    <>
      {bindings.map((binding, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- a binding is known by its place alone
        <fieldset key={i} className="binding">
          <legend>
            {titleOf(binding)} ({i + 1})
          </legend>
          <BindingFields binding={binding} onChange={(next) => onChange(bindings.with(i, next))} />
          <Button
            look="quiet"
            aria-label={`Remove ${titleOf(binding)} (${i + 1})`}
            onClick={() => onChange(bindings.filter((_, at) => at !== i))}
          >
            Remove
          </Button>
        </fieldset>
      ))}
      {bindings.length === 0 && (
        <p className="soft">Without a binding it runs only when you send it a message.</p>
      )}
      <div className="row">
        <label htmlFor={id}>Runs by</label>
        <select
          id={id}
          style={{ width: "auto" }}
          value={kind}
          onChange={(event) => setKind(event.target.value as BindingKind)}
        >
          {Object.entries(bindingKinds).map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
        <Button disabled={bindings.length >= 20} onClick={() => onChange([...bindings, newBinding(kind)])}>
          Add binding
        </Button>
      </div>
    </>
  );
}
