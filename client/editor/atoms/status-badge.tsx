import type { NodeStatus } from "../core/run-model.ts";

/** By shape and word as well as by colour. */
const looks: Record<NodeStatus | "interrupted", { sign: string; tone: string }> = {
  queued: { sign: "◌", tone: "" },
  running: { sign: "▶", tone: "badge-run" },
  waiting: { sign: "?", tone: "badge-warn" },
  completed: { sign: "✓", tone: "badge-good" },
  failed: { sign: "✕", tone: "badge-bad" },
  skipped: { sign: "–", tone: "badge-soft" },
  cancelled: { sign: "■", tone: "badge-warn" },
  interrupted: { sign: "⚡", tone: "badge-warn" },
};

const words: Partial<Record<NodeStatus, string>> = { completed: "done" };

export function StatusBadge({ status, count = 1 }: { status: NodeStatus | "interrupted"; count?: number }) {
  const { sign, tone } = looks[status];
  return (
    <span className={`badge ${tone}`} data-status={status}>
      <span aria-hidden="true">{sign}</span>
      {words[status as NodeStatus] ?? status}
      {count > 1 && ` ×${count}`}
    </span>
  );
}
