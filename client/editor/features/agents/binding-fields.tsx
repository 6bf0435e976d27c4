import { Field } from "../../atoms/field.tsx";
import type { AgentBinding } from "./agent-data.ts";

interface Fields<Binding = AgentBinding> {
  binding: Binding;
  onChange: (binding: AgentBinding) => void;
}
type OfKind<Kind> = Extract<AgentBinding, { kind: Kind }>;

export function BindingFields({ binding, onChange }: Fields) {
  if (binding.kind === "schedule") return <ScheduleFields binding={binding} onChange={onChange} />;
  if (binding.kind === "webhook") return <WebhookFields binding={binding} onChange={onChange} />;
  if (binding.kind === "event") return <EventFields binding={binding} onChange={onChange} />;
  return <ConnectorFields binding={binding} onChange={onChange} />;
}

function ScheduleFields({ binding, onChange }: Fields<OfKind<"schedule">>) {
  return (
    <>
      <TextField
        label="Cron"
        help="Minute, hour, day, month, weekday: 0 9 * * 1-5 is nine o’clock on workdays."
        isRequired
        value={binding.cron}
        onChange={(cron) => onChange({ ...binding, cron })}
      />
      <Field label="Time zone">
        {(control) => (
          <select
            {...control}
            value={binding.timeZone ?? "UTC"}
            onChange={(event) => onChange({ ...binding, timeZone: event.target.value })}
          >
            {timeZonesWith(binding.timeZone).map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </select>
        )}
      </Field>
    </>
  );
}

const timeZonesWith = (chosen = "UTC"): string[] => [
  ...new Set(["UTC", chosen, ...Intl.supportedValuesOf("timeZone")]),
];

function WebhookFields({ binding, onChange }: Fields<OfKind<"webhook">>) {
  return (
    <Field label="Answer to the caller" help="Its address is told once the agent runs.">
      {(control) => (
        <select
          {...control}
          value={binding.reply ?? "accepted"}
          onChange={(event) => onChange({ ...binding, reply: event.target.value as "accepted" | "outputs" })}
        >
          <option value="accepted">at once: it was taken</option>
          <option value="outputs">what the spell gives</option>
        </select>
      )}
    </Field>
  );
}

function EventFields({ binding, onChange }: Fields<OfKind<"event">>) {
  const set = (field: "type" | "channel" | "sender", text: string): void => {
    const { [field]: _before, ...rest } = binding;
    onChange(text === "" ? rest : { ...rest, [field]: text });
  };
  return (
    <>
      <p className="soft">Events that are recorded with all of these; empty is any.</p>
      <TextField label="Type" value={binding.type} onChange={(text) => set("type", text)} />
      <TextField label="Channel" value={binding.channel} onChange={(text) => set("channel", text)} />
      <TextField label="Sender" value={binding.sender} onChange={(text) => set("sender", text)} />
    </>
  );
}

function ConnectorFields({ binding, onChange }: Fields<OfKind<"connector">>) {
  if (binding.connector === "discord")
    return (
      <TextField
        label="Public key"
        help="64 hex digits, from the application’s general information. Its interactions address is told once the agent runs."
        isRequired
        pattern="[0-9a-fA-F]{64}"
        value={binding.data.publicKey}
        onChange={(publicKey) => onChange({ ...binding, data: { publicKey } })}
      />
    );
  return (
    <TextField
      label="Bot token"
      help="The name of a secret of yours, as in secret:TELEGRAM_BOT_TOKEN: never the token itself."
      isRequired
      pattern="secret:[A-Z][A-Z0-9_]{0,63}"
      value={binding.data.botToken}
      onChange={(botToken) => onChange({ ...binding, data: { botToken } })}
    />
  );
}

interface TextFieldProps {
  label: string;
  help?: string;
  isRequired?: boolean;
  pattern?: string;
  value: string | undefined;
  onChange: (text: string) => void;
}

function TextField({ label, help, isRequired = false, pattern, value = "", onChange }: TextFieldProps) {
  return (
    <Field label={label} help={help}>
      {(control) => (
        <input
          {...control}
          required={isRequired}
          pattern={pattern}
          title={pattern === undefined ? undefined : help}
          autoComplete="off"
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
