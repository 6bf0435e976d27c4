/**
 * The one thing that a runner writes: what happened, in order. Commit, then publish: whoever listens is told after
 * the rows are written, live and replayed events from the same bytes.
 */
import type { Journal } from "../engine/index.ts";
import { SpellError } from "../protocol/errors.ts";
import type { JournalEvent, RunEvent } from "../protocol/events.ts";
import type { Clock } from "../engine/ports.ts";
import type { BesideRows, EncodedEvent, JournalStore, Turn } from "./journal-store.ts";

export type Listener = (events: readonly EncodedEvent[]) => void;

/** Characters of JSON that one node's record may take. */
const maxRecordLength = 8 * 1024 * 1024;

/** Characters of rows that may be held back. */
const maxHeldLength = 256 * 1024;

const isSame = (a: RunEvent, b: RunEvent): boolean =>
  a.type === b.type && (!("visit" in a) || ("visit" in b && a.nodeId === b.nodeId && a.visit === b.visit));

const overBudget = ({ nodeId }: { nodeId: string }, size: number): SpellError =>
  new SpellError(
    "output_limit",
    `The record of node "${nodeId}" has ${size} characters; ${maxRecordLength} are allowed. Look for a list or state that grows.`,
    { nodeId },
  );

/** For how long the commit of a whole run may wait for others, in ms. */
const groupMs = 900;
/** The same where somebody looks on, whose screen shows nothing sooner. */
const frameMs = 8;

export interface JournalOptions {
  /** Somebody is shown what is published. */
  isSeen?: () => boolean;
  /** Calls after so many ms. */
  later?: (flush: () => void, ms: number) => void;
  /**
   * A turn could not be written: what memory says of its run holds no longer. It is to end the object, which takes back what was
   * written of the turn.
   */
  broken?: (error: unknown) => void;
}

/** Of a whole run, without what was in memory of it: until it is written, that would only be moved about by the collector of garbage. */
interface Held extends Turn {
  /** To be shown when they are written; none where nobody looks on. */
  events: readonly EncodedEvent[];
}

export class RunnerJournal {
  readonly #store: JournalStore;
  readonly #clock: Clock;
  readonly #publish: Listener;
  readonly #listeners = new Map<string, Set<Listener>>();
  #lastSeq: number;
  /** Commits of whole runs that nobody has seen but by their answer. */
  #held: Held[] = [];
  #heldLength = 0;
  readonly #isSeen: () => boolean;
  readonly #later: (flush: () => void, ms: number) => void;
  readonly #broken: (error: unknown) => void;

  /** @param publish hears every event of the runner, in order, one call a commit */
  constructor(
    store: JournalStore,
    clock: Clock,
    publish: Listener,
    { isSeen = () => false, later = (flush) => flush(), broken = () => {} }: JournalOptions = {},
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#publish = publish;
    this.#isSeen = isSeen;
    this.#later = later;
    this.#broken = broken;
    this.#lastSeq = store.lastSeq();
  }

  /** The `seq` of the newest event. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /**
   * The journal port of one run.
   * @param besideRows tells what is to be written with each commit's rows
   * @param recorded what is written of it already: the engine tells that anew when it goes on, and it is not written again
   * @param mayWait whether a commit may be held back for the next ones
   */
  of(
    runId: string,
    besideRows: BesideRows,
    recorded: readonly RunEvent[] = [],
    mayWait: () => boolean = () => false,
  ): Journal {
    let pending: EncodedEvent[] = [];
    let at = 0;
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
        // Once a turn: deployed clocks stand still in it, and each look is a call out of JavaScript.
        if (pending.length === 0) at = this.#clock.now();
        const encoded = this.#encode(event, at);
        // The ends of a run are always written; a node's record has a bound. That of all together is the engine's.
        if ("visit" in event && encoded.length > maxRecordLength) throw overBudget(event, encoded.length);
        pending.push(encoded);
        return encoded.length;
      },
      commit: () => {
        if (pending.length === 0) return;
        const events = pending;
        pending = [];
        const rows = this.#store.rows(runId, events);
        // What was put apart is in its rows already.
        if (mayWait() && !this.isHeard(runId) && events.every(({ isShortened }) => isShortened !== true))
          return this.#hold({ runId, rows, beside: besideRows(rows), events: this.#isSeen() ? events : [] });
        this.flush();
        this.#write({ runId, rows, beside: besideRows(rows) }, events);
      },
    };
  }

  /** Writes what was held back, then shows it. Before anything is read, and before anybody is told of what comes next. */
  flush(): void {
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    this.#heldLength = 0;
    this.#commit(held);
    // Who listens to one run alone has it written at once, so that these are for those who see all.
    const events = held.flatMap((each) => each.events);
    if (events.length > 0) this.#publish(events);
  }

  #hold(held: Held): void {
    this.#held.push(held);
    for (const { body } of held.rows) this.#heldLength += body.length;
    if (this.#heldLength > maxHeldLength) return this.flush();
    // Whoever begins to look on has had all written before.
    if (this.#held.length === 1) this.#later(() => this.flush(), held.events.length > 0 ? frameMs : groupMs);
  }

  /** Writes and shows one event at once. */
  record(event: JournalEvent): void {
    this.flush();
    const runId = "runId" in event ? event.runId : "";
    const events = [this.#encode(event, this.#clock.now())];
    this.#write({ runId, rows: this.#store.rows(runId, events), beside: {} }, events);
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

  #encode(event: JournalEvent, at: number): EncodedEvent {
    this.#lastSeq += 1;
    return this.#store.encode(event, this.#lastSeq, at);
  }

  #commit(turns: readonly Turn[]): void {
    try {
      this.#store.write(turns);
    } catch (error) {
      this.#broken(error);
      throw error;
    }
  }

  #write(turn: Turn, events: readonly EncodedEvent[]): void {
    this.#commit([turn]);
    this.#publish(events);
    for (const listener of this.#listeners.get(turn.runId) ?? []) listener(events);
  }
}
