/** What one run writes: its events, its row beside them, and the state that it leaves. */
import type { Journal } from "../engine/index.ts";
import type { Clock } from "../engine/ports.ts";
import { isRunEnded, type RunEnded, type RunEvent } from "../protocol/events.ts";
import type { RunStatus } from "../protocol/runs.ts";
import type { ActiveRun } from "./active-run.ts";
import type { RunnerJournal } from "./journal.ts";
import type { Beside, BesideRows } from "./journal-store.ts";
import type { RunTable } from "./run-table.ts";
import type { SessionState } from "./session-state.ts";

export interface RunJournalOptions {
  journal: RunnerJournal;
  runs: RunTable;
  state: SessionState;
  clock: Clock;
  /** Its answer may leave before its commit. */
  isGrouped?: boolean;
  /** It has come to wait, for a service or a human, and is written as such: from here on it must survive a restart. */
  waits: (run: ActiveRun) => void;
  /** A node has asked for an answer; it is written at the end of this turn. */
  asked?: (run: ActiveRun) => void;
}

export const entryOf = ({ runId, firstSeq, startedAt }: ActiveRun) => ({ runId, firstSeq, startedAt });

const nothingBeside: Beside = {};

/** @param recorded what is written of it already */
export function journalOf(
  run: ActiveRun,
  recorded: readonly RunEvent[],
  { journal, runs, state, clock, isGrouped = false, waits, asked }: RunJournalOptions,
): Journal {
  // The row goes into the first commit: a run that never waits is written once, with its end.
  let written: RunStatus | null = null;
  let end: RunEnded | null = null;
  const besideRows: BesideRows = (rows) => {
    const status = end === null ? run.status : (end.type.slice(4) as RunStatus);
    if (status === written) return nothingBeside;
    const left = end?.type === "run.completed" && end.state !== state.get() ? end.state : undefined;
    const keep = left === undefined ? {} : { write: () => state.keep(left) };
    const isAll = end !== null && written === null && !run.isKnown;
    written = status;
    // Holds nothing of the run, which may be written later.
    if (isAll && rows.length === 1 && rows[0]?.first === run.firstSeq)
      return { whole: { startedAt: run.startedAt, status }, ...keep };
    const { deadlineAt, leftMs } = run;
    return {
      write: () => {
        runs.put({ ...entryOf(run), status, ...(end === null ? { deadlineAt, leftMs } : {}) });
        if (end === null) waits(run);
        keep.write?.();
      },
    };
  };
  // A whole run in one turn, so of pure nodes alone, that left the session's state as it was.
  const mayWait = (): boolean =>
    isGrouped &&
    written === null &&
    end !== null &&
    (end.type !== "run.completed" || end.state === undefined || end.state === state.get());
  const port = journal.of(run.runId, besideRows, recorded, mayWait);
  return {
    append: (event) => {
      run.note(event, clock);
      if (event.type === "node.waiting") asked?.(run);
      if (event.runId === run.runId && isRunEnded(event)) end = event;
      return port.append(event);
    },
    commit: () => port.commit(),
  };
}
