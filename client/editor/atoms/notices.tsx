import { useStore } from "zustand";
import { dismiss, notices } from "../stores/notices.ts";
import { Button } from "./button.tsx";

export function Notices() {
  const { list } = useStore(notices);
  return (
    <section className="notices" aria-label="Notices" aria-live="polite">
      {list.map(({ id, kind, text, action }) => (
        <div key={id} className={`notice notice-${kind}`} role={kind === "error" ? "alert" : undefined}>
          <span>{text}</span>
          {action !== undefined && (
            <Button
              look="quiet"
              onClick={() => {
                action.run();
                dismiss(id);
              }}
            >
              {action.label}
            </Button>
          )}
          <Button look="quiet" aria-label="Dismiss" onClick={() => dismiss(id)}>
            ✕
          </Button>
        </div>
      ))}
    </section>
  );
}
