/** Sockets that the author adds: inputs of a template, outputs of code, branches of a switch. */
import { useState } from "react";
import { Button } from "../../atoms/button.tsx";
import type { SpellNode } from "../../core/document.ts";
import type { Socket } from "../../core/sockets.ts";
import type { ComponentDescription } from "../../stores/catalogue.ts";

const types: readonly Socket["type"][] = [
  "any",
  "string",
  "number",
  "boolean",
  "array",
  "object",
  "trigger",
  "image",
  "audio",
  "event",
  "document",
  "embedding",
  "task",
];

interface Props {
  node: SpellNode;
  component: ComponentDescription | undefined;
  isReadOnly: boolean;
  onChange: (change: Partial<SpellNode>) => void;
}

export function OwnSockets({ node, component, isReadOnly, onChange }: Props) {
  const sides = (["inputs", "outputs"] as const).filter((side) => {
    const isOpen = side === "inputs" ? component?.dynamicInputs : component?.dynamicOutputs;
    return isOpen === true || (node[side]?.length ?? 0) > 0;
  });
  if (sides.length === 0) return null;
  return (
    <details className="panel-part" open>
      <summary>Sockets of its own</summary>
      {sides.map((side) => (
        <div key={side}>
          <h3>{side === "inputs" ? "Inputs" : "Outputs"}</h3>
          <ul className="wires">
            {(node[side] ?? []).map((socket) => (
              <li key={socket.name} className="row">
                <span className="wires-socket">
                  {socket.label ?? socket.name} <span className="soft">{socket.type}</span>
                </span>
                {!isReadOnly && (
                  <Button
                    look="quiet"
                    className="row-end"
                    aria-label={`Remove ${side === "inputs" ? "input" : "output"} ${socket.name}`}
                    onClick={() => onChange({ [side]: node[side]?.filter((other) => other !== socket) })}
                  >
                    ✕
                  </Button>
                )}
              </li>
            ))}
          </ul>
          {!isReadOnly && (
            <NewSocket
              what={side === "inputs" ? "input" : "output"}
              taken={[...(component?.[side] ?? []), ...(node[side] ?? [])].map(({ name }) => name)}
              onAdd={(socket) => onChange({ [side]: [...(node[side] ?? []), socket] })}
            />
          )}
        </div>
      ))}
    </details>
  );
}

function NewSocket({
  what,
  taken,
  onAdd,
}: {
  what: string;
  taken: readonly string[];
  onAdd: (socket: Socket) => void;
}) {
  const [name, setName] = useState("");
  const [type, setType] = useState<Socket["type"]>("any");
  const wanted = name.trim();
  const isTaken = taken.includes(wanted);
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted === "" || isTaken || wanted === "__proto__") return;
        onAdd({ name: wanted, type });
        setName("");
      }}
    >
      <input
        className="grow"
        aria-label={`Name of the new ${what}`}
        placeholder={`new ${what}`}
        maxLength={200}
        value={name}
        aria-invalid={isTaken}
        onChange={(event) => setName(event.target.value)}
      />
      <select
        className="narrow"
        aria-label={`Type of the new ${what}`}
        value={type}
        onChange={(event) => setType(event.target.value as Socket["type"])}
      >
        {types.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <Button type="submit" disabled={isTaken}>
        Add
      </Button>
      {isTaken && (
        <span className="fault" role="status">
          There is one of this name.
        </span>
      )}
    </form>
  );
}
