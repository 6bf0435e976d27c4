/** With nothing selected: what a run takes, and what the shown one gave. */
import { useStore } from "zustand";
import { Button } from "../../atoms/button.tsx";
import { Field } from "../../atoms/field.tsx";
import { StatusBadge } from "../../atoms/status-badge.tsx";
import { ValueView } from "../../atoms/value-view.tsx";
import { duration } from "../../core/format.ts";
import type { RunInput } from "../../stores/run-form.ts";
import { selectNodes } from "../../stores/workspace-ui.ts";
import { useOpenSpell, useShownRun } from "../workspace/context.ts";
import { startRun } from "./run-actions.ts";

export function RunPanel() {
  const open = useOpenSpell();
  const { ui, spell } = open;
  const form = useStore(ui, (state) => state.form);
  const trigger = useStore(ui, (state) => state.trigger);
  const warnings = useStore(spell.state, (state) => state.warnings);
  return (
    <>
      <header className="panel-head">
        <h2>Run</h2>
      </header>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void startRun(open);
        }}
      >
        {form?.inputs.map((input) => (
          <InputField key={input.name} input={input} />
        ))}
        {form !== null && form.inputs.length === 0 && <p className="soft">This spell takes no inputs.</p>}
        {form !== null && form.triggers.length > 1 && (
          <Field label="Starts at">
            {(control) => (
              <select
                {...control}
                value={trigger}
                onChange={({ target }) => ui.setState({ trigger: target.value })}
              >
                <option value="">the topmost</option>
                {form.triggers.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            )}
          </Field>
        )}
        <Button type="submit" look="primary">
          Run with these
        </Button>
      </form>
      <Outcome />
      {warnings.length > 0 && (
        <details className="panel-part" open>
          <summary>Warnings ({warnings.length})</summary>
          <ul className="warnings">
            {warnings.map(({ nodeId, message }, i) => (
              <li key={`${i} ${message}`}>
                {message}{" "}
                {nodeId !== undefined && (
                  <Button look="quiet" onClick={() => selectNodes(ui, [nodeId])}>
                    Show
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function InputField({ input: { name, otherwise } }: { input: RunInput }) {
  const { ui } = useOpenSpell();
  const { text, isJson } = useStore(ui, (state) => state.texts[name]) ?? { text: "", isJson: false };
  const set = (change: { text?: string; isJson?: boolean }): void =>
    ui.setState(({ texts }) => ({ texts: { ...texts, [name]: { text, isJson, ...change } } }));
  return (
    <>
      <Field label={name}>
        {(control) => (
          <textarea
            {...control}
            className="one-line"
            rows={Math.min(8, text.split("\n").length)}
            placeholder={otherwise}
            value={text}
            onChange={({ target }) => set({ text: target.value })}
          />
        )}
      </Field>
      <label className="row json-choice">
        <input type="checkbox" checked={isJson} onChange={({ target }) => set({ isJson: target.checked })} />
        {name} is JSON
      </label>
    </>
  );
}

function Outcome() {
  const run = useShownRun();
  if (run === undefined) return null;
  const outputs = Object.entries(run.outputs ?? {});
  return (
    <section className="panel-part" aria-label="Outcome of the run">
      <div className="row">
        <h3>Outcome</h3>
        <span className="row-end">
          <StatusBadge status={run.status} />
        </span>
      </div>
      {run.ms !== undefined && <p className="soft">{duration(run.ms)}</p>}
      {run.error !== undefined && (
        <p className="fault">
          <strong>{run.error.code}</strong> {run.error.message}
          <ShowNode path={run.error.nodeId} />
        </p>
      )}
      <dl className="values">
        {outputs.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <ValueView value={value} />
            </dd>
          </div>
        ))}
      </dl>
      {run.status === "completed" && outputs.length === 0 && <p className="soft">It gave no outputs.</p>}
    </section>
  );
}

function ShowNode({ path }: { path: string | undefined }) {
  const { ui } = useOpenSpell();
  const [nodeId] = path?.split("/") ?? [];
  if (nodeId === undefined) return null;
  return (
    <Button look="quiet" onClick={() => selectNodes(ui, [nodeId])}>
      Show
    </Button>
  );
}
