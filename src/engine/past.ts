/** What a run did, by visit and by node, as a fork of it looks it up. */
import type { NodeCompleted, NodeFailed, RunEvent, RunStarted } from "../protocol/events.ts";
import { startOf } from "./records.ts";

/** How a visit ended, where that can be taken over. */
export interface Kept {
  readonly event: NodeCompleted | NodeFailed;
  /** Its place among the records. */
  readonly rank: number;
  /** It came where the run was at rest. */
  readonly isLate: boolean;
}

export interface NodePast {
  readonly nodeId: string;
  /** Place of its first record. */
  readonly first: number;
  /** Place of the last that can be taken over; -1 where there is none. */
  last: number;
  wroteState: boolean;
  hasStreamed: boolean;
  /** A failure of it was caught where the run was at rest: of a Spell node, that its time was over. */
  hasFailedLate: boolean;
  /** Two of its visits have the same ordinals, so their names follow from the order in which they came. */
  isAmbiguous: boolean;
}

export class Past {
  readonly start: RunStarted;
  readonly nodes = new Map<string, NodePast>();
  readonly kept = new Map<string, Kept>();
  /** Starts of each visit; the last of several came late. */
  readonly #starts = new Map<string, number>();

  /** @throws SpellError `journal_mismatch` when the records do not begin with a run */
  constructor(records: readonly RunEvent[]) {
    this.start = startOf(records);
    records.forEach((event, rank) => this.#note(event, rank, records));
  }

  /** Was the visit begun, ended or not? */
  hasBegun(key: string): boolean {
    return this.#starts.has(key);
  }

  #note(event: RunEvent, rank: number, records: readonly RunEvent[]): void {
    if (!("visit" in event)) return;
    const { nodeId, visit } = event;
    const key = `${nodeId}#${visit}`;
    let node = this.nodes.get(nodeId);
    if (node === undefined) {
      node = newNode(nodeId, rank);
      this.nodes.set(nodeId, node);
    }
    if (visit.includes("~")) node.isAmbiguous = true;
    if (event.type === "node.started") this.#starts.set(key, (this.#starts.get(key) ?? 0) + 1);
    else if (event.type === "node.item") node.hasStreamed = true;
    else if (
      event.type === "node.completed" ||
      (event.type === "node.failed" && isCaught(event, rank, records))
    ) {
      if (event.type === "node.failed") node.hasFailedLate ||= event.waited === true;
      else if (event.state !== undefined) node.wroteState = true;
      const isLate = event.waited === true || (this.#starts.get(key) ?? 0) > 1;
      node.last = rank;
      this.kept.set(key, { event, rank, isLate });
    }
  }
}

const newNode = (nodeId: string, rank: number): NodePast => ({
  nodeId,
  first: rank,
  last: -1,
  wroteState: false,
  hasStreamed: false,
  hasFailedLate: false,
  isAmbiguous: false,
});

/** By the node, or by a Spell node around it, which then says so in the next record. */
function isCaught(event: NodeFailed, rank: number, records: readonly RunEvent[]): boolean {
  if (event.retryInMs !== undefined) return false;
  if (event.fired !== undefined) return true;
  const next = records[rank + 1];
  return (
    next?.type === "node.failed" && next.fired !== undefined && event.nodeId.startsWith(`${next.nodeId}/`)
  );
}
