/** The console: what the run that was run again here told its plugins. */
import { useEffect, useRef } from "react";
import { useStore } from "zustand";
import { selectNodes } from "../../stores/workspace-ui.ts";
import { useOpenSpell } from "../workspace/context.ts";

const maxShown = 500;

export function Console() {
  const { runs, ui } = useOpenSpell();
  const lines = useStore(runs.state, (state) => state.console);
  const isPast = useStore(runs.state, (state) => state.past !== null);
  const end = useRef<HTMLLIElement>(null);
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  }, [lines]);
  if (lines.length === 0)
    return (
      <p className="soft">
        {isPast
          ? "Nothing has happened yet at this step."
          : "When a run has ended, it is run again here, and this is what it says."}
      </p>
    );
  const shown = lines.slice(-maxShown);
  return (
    <ol className="console" aria-label="Console">
      {lines.length > maxShown && <li className="soft">{lines.length - maxShown} lines before these</li>}
      {shown.map((line, i) => (
        <li key={lines.length - shown.length + i} data-level={line.level}>
          {line.nodeId !== undefined && (
            <button
              type="button"
              className="console-node"
              onClick={() => selectNodes(ui, [(line.nodeId ?? "").split("/")[0] ?? ""])}
            >
              {line.nodeId}
            </button>
          )}
          <span>{line.text}</span>
        </li>
      ))}
      <li ref={end} aria-hidden="true" className="console-end" />
    </ol>
  );
}
