import type { RunStatus } from "../../lib/index.ts";
import { StatusBadge } from "./status-badge.tsx";

export function RunStatusBadge({ status }: { status: RunStatus }) {
  return <StatusBadge status={status} />;
}
