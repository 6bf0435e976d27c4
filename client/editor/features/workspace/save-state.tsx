import { useStore } from "zustand";
import { Button } from "../../atoms/button.tsx";
import { useOpenSpell } from "./context.ts";

/** Whether all is on the server; and that the line is gone, where it is. */
export function SaveState() {
  const { spell, runs } = useOpenSpell();
  const saving = useStore(spell.state, (state) => state.saving);
  const version = useStore(spell.state, (state) => state.version);
  const fault = useStore(spell.state, (state) => state.fault);
  const conflicts = useStore(spell.state, (state) => state.conflicts.length);
  const connection = useStore(runs.state, (state) => state.connection);
  return (
    <span className="save-state" role="status">
      {connection === "live" || connection === "behind" ? null : (
        <span className="badge badge-warn">{connection === "offline" ? "offline" : "connecting"}</span>
      )}
      {saving === "saved" && version > 0 && `Saved, version ${version}`}
      {saving === "saving" && "Saving…"}
      {saving === "pending" &&
        (connection === "live" ? "Not saved yet" : "Kept here until the server is back")}
      {saving === "failed" && (
        <>
          <span className="fault">Not saved: {fault}</span>
          <Button look="quiet" onClick={() => void spell.flush().catch(() => {})}>
            Try again
          </Button>
        </>
      )}
      {conflicts > 0 && <span className="badge badge-warn">{conflicts} changed in two places</span>}
    </span>
  );
}
