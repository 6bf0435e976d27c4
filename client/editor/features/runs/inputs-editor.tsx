import { useState } from "react";
import type { JsonObject } from "../../../lib/index.ts";
import { Button } from "../../atoms/button.tsx";
import { Field } from "../../atoms/field.tsx";

/** Inputs as one JSON object. */
export function InputsEditor({
  inputs,
  label,
  onDone,
}: {
  inputs: JsonObject;
  label: string;
  onDone: (inputs: JsonObject) => void;
}) {
  const [text, setText] = useState(JSON.stringify(inputs, null, 2));
  const [fault, setFault] = useState<string | null>(null);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const read = readObject(text);
        if (typeof read === "string") setFault(read);
        else onDone(read);
      }}
    >
      <Field label="Inputs" fault={fault} help="JSON: values by the names of the spell's inputs.">
        {(control) => (
          <textarea
            {...control}
            className="mono"
            rows={8}
            value={text}
            onChange={({ target }) => {
              setText(target.value);
              setFault(null);
            }}
          />
        )}
      </Field>
      <Button type="submit" look="primary">
        {label}
      </Button>
    </form>
  );
}

/** The object, or what is wrong with the text. */
function readObject(text: string): JsonObject | string {
  try {
    const value = JSON.parse(text) as unknown;
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as JsonObject) : "This must be an object: { … }.";
  } catch (error) {
    return `Not JSON: ${(error as Error).message}`;
  }
}
