/**
 * The one thing that a runner writes: what happened, in order. Commit, then publish: whoever listens is told after
 * the rows are written, live and replayed events from the same bytes.
 */
import type { Journal } from "../engine/index.ts";
import { SpellError } from "../protocol/errors.ts";
import type { JournalEvent, NodeCompleted } from "../protocol/events.ts";
import type { Clock } from "../engine/ports.ts";
import type { EncodedEvent, JournalStore } from "./journal-store.ts";

export type Listener = (events: readonly EncodedEvent[]) => void;

/** Characters of JSON that one node's record, and all of a run together, may take. */
const maxRecordLength = 8 * 1024 * 1024;
const maxRunLength = 64 * 1024 * 1024;

const overBudget = ({ nodeId }: NodeCompleted, size: number, allowed: number, where: string): SpellError =>
  new SpellError(
    "budget_exceeded",
    `With node "${nodeId}" it is ${size} characters ${where}; ${allowed} are allowed. Look for a list or state that grows.`,
    {
      nodeId,
    },
  );

export class RunnerJournal {
  readonly #store: JournalStore;
  readonly #clock: Clock;
  readonly #publish: Listener;
  readonly #listeners = new Map<string, Set<Listener>>();
  #lastSeq: number;

  /** @param publish hears every event of the runner, one call a commit */
  constructor(store: JournalStore, clock: Clock, publish: Listener) {
    this.#store = store;
    this.#clock = clock;
    this.#publish = publish;
    this.#lastSeq = store.lastSeq();
  }

  /** The `seq` of the newest event. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** The journal port of one run. */
  of(runId: string, beforeCommit: () => void): Journal {
    let pending: EncodedEvent[] = [];
    let spent = 0;
    return {
      append: (event) => {
        const encoded = this.#encode(event);
        // The ends of a run are always written; what its nodes do in between has a bound.
        if (event.type === "node.completed") {
          spent += encoded.length;
          if (encoded.length > maxRecordLength)
            throw overBudget(event, encoded.length, maxRecordLength, "in one record");
          if (spent > maxRunLength) throw overBudget(event, spent, maxRunLength, "in all records of the run");
        }
        pending.push(encoded);
      },
      commit: () => {
        if (pending.length === 0) return;
        const events = pending;
        pending = [];
        beforeCommit();
        this.#write(runId, events);
      },
    };
  }

  /** Writes and shows one event at once. */
  record(event: JournalEvent): void {
    this.#write("runId" in event ? event.runId : "", [this.#encode(event)]);
  }

  /** Tells `listener` of the events of one run until the function that this gives is called. */
  listen(runId: string, listener: Listener): () => void {
    let ofRun = this.#listeners.get(runId);
    if (ofRun === undefined) this.#listeners.set(runId, (ofRun = new Set()));
    ofRun.add(listener);
    return () => {
      ofRun.delete(listener);
      if (ofRun.size === 0) this.#listeners.delete(runId);
    };
  }

  #encode(event: JournalEvent): EncodedEvent {
    this.#lastSeq += 1;
    return this.#store.encode(event, this.#lastSeq, this.#clock.now());
  }

  #write(runId: string, events: readonly EncodedEvent[]): void {
    this.#store.write(runId, events);
    this.#publish(events);
    for (const listener of this.#listeners.get(runId) ?? []) listener(events);
  }
}
