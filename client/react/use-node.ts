/** One node of a run in a React component. */
import type { Connection } from "../lib/connection.ts";
import { type NodeView, runViewsOf } from "../lib/run-views.ts";
import { useSyncExternalStore } from "react";
import { noStore } from "./no-store.ts";
import { subscribeTo } from "./use-spell.ts";

/**
 * How a node stands; rendered again when this node changes, and not for others. Undefined until the run has come to it.
 * @param nodeId its path, `12/7` in a sub-spell
 * @param runId the newest of the spell unless given
 */
export function useNode(connection: Connection | null, nodeId: string, runId?: string): NodeView | undefined {
  const store = connection === null ? null : runViewsOf(connection);
  const look = (): NodeView | undefined => {
    const run = runId === undefined ? store?.get().runs.at(-1) : store?.run(runId);
    return run?.nodes[nodeId];
  };
  return useSyncExternalStore(store === null ? noStore.subscribe : subscribeTo(store), look, () => undefined);
}
