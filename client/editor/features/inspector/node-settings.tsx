/** What a node does about time and failure. */
import { Field } from "../../atoms/field.tsx";
import type { SpellNode } from "../../core/document.ts";

type Settings = NonNullable<SpellNode["settings"]>;

const numbers = [
  {
    key: "timeoutMs",
    label: "Timeout (ms)",
    min: 1,
    max: 86_400_000,
    help: "An attempt that takes longer fails.",
  },
  { key: "retries", label: "Retries", min: 0, max: 10, help: "Further attempts after a failed one." },
  {
    key: "retryDelayMs",
    label: "Delay before a retry (ms)",
    min: 0,
    max: 60_000,
    help: "Doubled each time.",
  },
] as const;

interface Props {
  settings: Settings;
  isReadOnly: boolean;
  onChange: (settings: Settings | undefined) => void;
}

export function NodeSettingsView({ settings, isReadOnly, onChange }: Props) {
  const set = (change: Partial<Settings>): void => {
    const next = Object.fromEntries(
      Object.entries({ ...settings, ...change }).filter(([, value]) => value !== undefined),
    ) as Settings;
    onChange(Object.keys(next).length === 0 ? undefined : next);
  };
  return (
    <details className="panel-part">
      <summary>Time and failure</summary>
      {numbers.map(({ key, label, min, max, help }) => (
        <Field key={key} label={label} help={help}>
          {(control) => (
            <input
              {...control}
              type="number"
              min={min}
              max={max}
              step={1}
              disabled={isReadOnly}
              value={settings[key] ?? ""}
              onChange={({ target: { valueAsNumber: value } }) =>
                set({ [key]: Number.isInteger(value) ? Math.min(max, Math.max(min, value)) : undefined })
              }
            />
          )}
        </Field>
      ))}
      <Field label="When it fails">
        {(control) => (
          <select
            {...control}
            disabled={isReadOnly}
            value={settings.onError ?? ""}
            onChange={({ target: { value } }) =>
              set({ onError: value === "" ? undefined : (value as NonNullable<Settings["onError"]>) })
            }
          >
            <option value="">as it is wired</option>
            <option value="fail">the run ends</option>
            <option value="route">its trigger “error” fires</option>
            <option value="continue">it goes on</option>
          </select>
        )}
      </Field>
      <label className="row">
        <input
          type="checkbox"
          disabled={isReadOnly}
          checked={settings.atMostOnce === true}
          onChange={({ target: { checked } }) => set({ atMostOnce: checked ? true : undefined })}
        />
        Not tried again after a crash within it
      </label>
    </details>
  );
}
