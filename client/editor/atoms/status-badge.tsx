import type { NodeStatus } from "../../lib/run-model.ts";

type Status = NodeStatus | "interrupted";

/** By shape and word as well as by colour. */
const looks: Record<Status, { sign: string; tone: string }> = {
  queued: { sign: "◌", tone: "" },
  running: { sign: "▶", tone: "badge-run" },
  waiting: { sign: "?", tone: "badge-warn" },
  completed: { sign: "✓", tone: "badge-good" },
  failed: { sign: "✕", tone: "badge-bad" },
  skipped: { sign: "–", tone: "badge-soft" },
  cancelled: { sign: "■", tone: "badge-warn" },
  interrupted: { sign: "⚡", tone: "badge-warn" },
};

const words: Partial<Record<Status, string>> = { completed: "done" };

export const signOf = (status: Status): string => looks[status].sign;
export const wordOf = (status: Status): string => words[status] ?? status;

export function StatusBadge({ status, count = 1 }: { status: Status; count?: number }) {
  const { sign, tone } = looks[status];
  return (
    <span className={`badge ${tone}`} data-status={status}>
      <span aria-hidden="true">{sign}</span>
      {wordOf(status)}
      {count > 1 && ` ×${count}`}
    </span>
  );
}
