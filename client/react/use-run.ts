/** One run in a React component. */
import { useSyncExternalStore } from "react";
import type { Connection } from "../lib/connection.ts";
import { type RunView, runViewsOf } from "../lib/run-views.ts";
import { noStore } from "./no-store.ts";
import { subscribeTo } from "./use-spell.ts";

/**
 * How a run stands, with its nodes; undefined where the connection has heard of none.
 * @param runId the newest of the spell unless given
 */
export function useRun(connection: Connection | null, runId?: string): RunView | undefined {
  const store = connection === null ? null : runViewsOf(connection);
  const look = (): RunView | undefined =>
    runId === undefined ? store?.get().runs.at(-1) : store?.run(runId);
  return useSyncExternalStore(store === null ? noStore.subscribe : subscribeTo(store), look, () => undefined);
}
