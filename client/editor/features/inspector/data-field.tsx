import { useEffect, useState } from "react";
import type { Json } from "../../../lib/index.ts";
import { Field } from "../../atoms/field.tsx";
import { LazyCodeEditor } from "../../atoms/lazy-code-editor.tsx";
import type { DataField } from "../../core/data-fields.ts";

interface Props {
  field: DataField;
  value: Json | undefined;
  isReadOnly: boolean;
  /** Undefined takes the key away. */
  onChange: (value: Json | undefined) => void;
}

/** One field of a node's data, in the way that its kind is written. */
export function DataFieldView({ field, value, isReadOnly, onChange }: Props) {
  const { key, kind, otherwise } = field;
  if (kind === "code" || kind === "long-text") {
    const text = typeof value === "string" ? value : "";
    return (
      <div className="field">
        <span className="field-label">{key}</span>
        <LazyCodeEditor
          label={key}
          language={kind === "code" ? "javascript" : "text"}
          value={text}
          isReadOnly={isReadOnly}
          onChange={onChange}
        />
      </div>
    );
  }
  if (kind === "json")
    return <JsonField field={field} value={value} isReadOnly={isReadOnly} onChange={onChange} />;
  const placeholder = otherwise === undefined ? "" : JSON.stringify(otherwise);
  return (
    <Field label={key} help={field.help}>
      {(control) => {
        const common = { ...control, disabled: isReadOnly };
        if (kind === "boolean")
          return (
            <input
              {...common}
              type="checkbox"
              checked={value === true}
              onChange={(event) => onChange(event.target.checked)}
            />
          );
        if (kind === "choice")
          return (
            <select
              {...common}
              value={typeof value === "string" ? value : ""}
              onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
            >
              <option value="">{placeholder || "–"}</option>
              {field.choices?.map((choice) => (
                <option key={choice}>{choice}</option>
              ))}
            </select>
          );
        if (kind === "number")
          return (
            <input
              {...common}
              type="number"
              step="any"
              placeholder={placeholder}
              value={typeof value === "number" ? value : ""}
              onChange={(event) =>
                onChange(Number.isNaN(event.target.valueAsNumber) ? undefined : event.target.valueAsNumber)
              }
            />
          );
        return (
          <input
            {...common}
            placeholder={placeholder}
            value={typeof value === "string" ? value : ""}
            onChange={(event) => onChange(event.target.value)}
          />
        );
      }}
    </Field>
  );
}

/** Kept as text until it is JSON: a half-written list is not taken from the author. */
function JsonField({ field, value, isReadOnly, onChange }: Props) {
  const written = value === undefined ? "" : JSON.stringify(value, null, 2);
  const [text, setText] = useState(written);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    setText(written);
    setFault(null);
  }, [written]);
  return (
    <Field label={field.key} fault={fault} help="JSON">
      {(control) => (
        <textarea
          {...control}
          className="mono"
          rows={Math.min(10, Math.max(2, text.split("\n").length))}
          readOnly={isReadOnly}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={() => {
            if (text === written) return;
            if (text.trim() === "") return onChange(undefined);
            try {
              onChange(JSON.parse(text) as Json);
              setFault(null);
            } catch (error) {
              setFault(`Not JSON: ${(error as Error).message}`);
            }
          }}
        />
      )}
    </Field>
  );
}
