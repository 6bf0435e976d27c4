/**
 * The one thing that a runner writes: what happened, in order. Commit, then publish: whoever listens is told after
 * the rows are written, live and replayed events from the same bytes.
 */
import type { Journal } from "../engine/index.ts";
import { SpellError } from "../protocol/errors.ts";
import type { JournalEvent, RunEvent } from "../protocol/events.ts";
import type { Clock } from "../engine/ports.ts";
import type { EncodedEvent, JournalStore } from "./journal-store.ts";

export type Listener = (events: readonly EncodedEvent[]) => void;

/** Characters of JSON that one node's record may take. */
const maxRecordLength = 8 * 1024 * 1024;

const isSame = (a: RunEvent, b: RunEvent): boolean =>
  a.type === b.type && (!("visit" in a) || ("visit" in b && a.nodeId === b.nodeId && a.visit === b.visit));

const overBudget = ({ nodeId }: { nodeId: string }, size: number): SpellError =>
  new SpellError(
    "output_limit",
    `The record of node "${nodeId}" has ${size} characters; ${maxRecordLength} are allowed. Look for a list or state that grows.`,
    { nodeId },
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

  /**
   * The journal port of one run.
   * @param recorded what is written of it already: the engine tells that anew when it goes on, and it is not written again
   */
  of(runId: string, beforeCommit: () => void, recorded: readonly RunEvent[] = []): Journal {
    let pending: EncodedEvent[] = [];
    let known = 0;
    return {
      append: (event) => {
        const again = recorded[known];
        if (again !== undefined && isSame(event, again)) {
          known += 1;
          return JSON.stringify(event).length;
        }
        // Where it differs the records did not fit, and what comes is new.
        known = recorded.length;
        const encoded = this.#encode(event);
        // The ends of a run are always written; a node's record has a bound. That of all together is the engine's.
        if ("visit" in event && encoded.length > maxRecordLength) throw overBudget(event, encoded.length);
        pending.push(encoded);
        return encoded.length;
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

  /** Somebody is being told of that run's events. */
  isHeard(runId: string): boolean {
    return this.#listeners.has(runId);
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
