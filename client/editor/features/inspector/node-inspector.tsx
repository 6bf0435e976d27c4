/** The selected node: its fields, its sockets and wires, what it does about time and failure, and what it did in the run. */
import { useStore } from "zustand";
import { Button } from "../../atoms/button.tsx";
import { Field } from "../../atoms/field.tsx";
import { fieldsOf } from "../../core/data-fields.ts";
import { changeNode, remove, setData } from "../../core/document.ts";
import { socketsOf } from "../../core/sockets.ts";
import { catalogue } from "../../stores/catalogue.ts";
import { useOpenSpell, useShownDocument } from "../workspace/context.ts";
import { DataFieldView } from "./data-field.tsx";
import { NodeSettingsView } from "./node-settings.tsx";
import { OwnSockets } from "./own-sockets.tsx";
import { VisitInspector } from "./visit-inspector.tsx";
import { Wires } from "./wires.tsx";

export function NodeInspector({ nodeId }: { nodeId: string }) {
  const { spell, ui } = useOpenSpell();
  const { document, isReadOnly } = useShownDocument();
  const { byName } = useStore(catalogue);
  const node = document?.nodes[nodeId];
  if (document === null || node === undefined)
    return <p className="soft">This node is not in this version.</p>;
  const component = byName.get(node.component);
  const sockets = socketsOf(document, nodeId, component);
  const fields = fieldsOf(component?.data, node.data, node.component);
  const faults = spell.state.getState().warnings.filter((warning) => warning.nodeId === nodeId);
  return (
    <>
      <header className="panel-head">
        <h2>{node.component}</h2>
        <span className="soft mono">{nodeId}</span>
        {!isReadOnly && (
          <Button
            look="quiet"
            className="row-end"
            onClick={() => {
              spell.edit((present) => remove(present, [nodeId]));
              ui.setState({ nodes: [] });
            }}
          >
            Delete
          </Button>
        )}
      </header>
      {component !== undefined && <p className="soft">{component.help}</p>}
      {faults.map(({ message }) => (
        <p key={message} className="fault">
          {message}
        </p>
      ))}
      <VisitInspector key={nodeId} nodeId={nodeId} />
      <section aria-label="Fields" data-fields>
        {fields.map((field) => (
          <DataFieldView
            key={`${nodeId}/${field.key}`}
            field={field}
            value={node.data[field.key]}
            isReadOnly={isReadOnly}
            onChange={(value) =>
              spell.edit(
                (present) => setData(present, nodeId, field.key, value),
                `data:${nodeId}:${field.key}`,
              )
            }
          />
        ))}
        {!isReadOnly && (
          <NewField onAdd={(key) => spell.edit((present) => setData(present, nodeId, key, ""))} />
        )}
      </section>
      <Wires nodeId={nodeId} sockets={sockets} document={document} isReadOnly={isReadOnly} />
      <OwnSockets
        node={node}
        component={component}
        isReadOnly={isReadOnly}
        onChange={(change) => spell.edit((present) => changeNode(present, nodeId, change))}
      />
      <NodeSettingsView
        settings={node.settings ?? {}}
        isReadOnly={isReadOnly}
        onChange={(settings) =>
          spell.edit((present) => changeNode(present, nodeId, { settings }), `settings:${nodeId}`)
        }
      />
    </>
  );
}

/** Components take further data than their schema names: what older editors called differently, say. */
function NewField({ onAdd }: { onAdd: (key: string) => void }) {
  return (
    <details>
      <summary>Another field</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const written = new FormData(form).get("key");
          const key = typeof written === "string" ? written.trim() : "";
          if (key !== "" && key !== "__proto__") onAdd(key);
          form.reset();
        }}
      >
        <Field label="Its name">{(control) => <input {...control} name="key" autoComplete="off" />}</Field>
        <Button type="submit">Add</Button>
      </form>
    </details>
  );
}
