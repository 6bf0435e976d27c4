import { type ReactNode, useId } from "react";

/** A label above its control, with help and fault below, tied to it for screen readers. */
export function Field({
  label,
  help,
  fault,
  children,
}: {
  label: string;
  help?: string | undefined;
  fault?: string | null | undefined;
  children: (control: { id: string; "aria-describedby"?: string; "aria-invalid"?: boolean }) => ReactNode;
}) {
  const id = useId();
  const about = help || fault ? `${id}-about` : undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        ...(about === undefined ? {} : { "aria-describedby": about }),
        ...(fault ? { "aria-invalid": true } : {}),
      })}
      {about !== undefined && (
        <div id={about} className={fault ? "field-fault" : "field-help"}>
          {fault || help}
        </div>
      )}
    </div>
  );
}
