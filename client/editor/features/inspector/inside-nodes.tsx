import { useStore } from "zustand";
import { StatusBadge } from "../../atoms/status-badge.tsx";
import { useOpenSpell } from "../workspace/context.ts";

/** The nodes of the sub-spell that this one ran: they are in the same run, under its path. */
export function InsideNodes({ nodeId }: { nodeId: string }) {
  const { runs, ui } = useOpenSpell();
  const shown = useStore(runs.state, (state) => state.shown);
  const inside = useStore(ui, (state) => state.inside);
  const nodes = [...(shown?.run.nodes ?? [])].filter(([path]) => path.startsWith(`${nodeId}/`));
  if (nodes.length === 0) return null;
  return (
    <details open>
      <summary>Inside ({nodes.length})</summary>
      <ul className="visits">
        {inside !== null && (
          <li>
            <button
              type="button"
              className="visit-button"
              onClick={() => ui.setState({ inside: null, visit: null })}
            >
              ↑ {nodeId} itself
            </button>
          </li>
        )}
        {nodes.map(([path, node]) => (
          <li key={path}>
            <button
              type="button"
              className="visit-button"
              aria-pressed={inside === path}
              onClick={() => ui.setState({ inside: path, visit: null })}
            >
              <span className="mono">{path}</span>
              <StatusBadge status={node.status} count={node.completed} />
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
