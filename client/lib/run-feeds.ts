/** The runs that a connection began: which request became which run, and the events of each for its caller. */
import { SpellError } from "../../src/protocol/spell-error.ts";
import type { StampedEvent } from "../../src/protocol/events.ts";
import { RunFeed } from "./run-feed.ts";

export class RunFeeds {
  readonly #fetchEvents: (runId: string, after: number) => AsyncIterable<StampedEvent>;
  /** By request, until the server has said which run it is. */
  readonly #asked = new Map<string, RunFeed>();
  readonly #open = new Map<string, RunFeed>();
  /** Live events of runs whose gap is being fetched. */
  readonly #held = new Map<string, StampedEvent[]>();
  /** Requests that were sent over a connection that has broken since. */
  #doubtful = new Set<string>();

  constructor(fetchEvents: (runId: string, after: number) => AsyncIterable<StampedEvent>) {
    this.#fetchEvents = fetchEvents;
  }

  begin(requestId: string): RunFeed {
    const feed = new RunFeed();
    this.#asked.set(requestId, feed);
    return feed;
  }

  /** Takes an event of any run. */
  push(event: StampedEvent): void {
    if (!("runId" in event)) return;
    if ((event.type === "run.queued" || event.type === "run.started") && event.requestId !== undefined) {
      const feed = this.#asked.get(event.requestId);
      this.#asked.delete(event.requestId);
      if (feed !== undefined) this.#open.set(event.runId, feed);
    }
    const held = this.#held.get(event.runId);
    if (held !== undefined) held.push(event);
    else this.#give(event.runId, event);
  }

  /** The server refused a request. False when it is none of a run. */
  refuse(requestId: string, error: SpellError): boolean {
    const feed = this.#asked.get(requestId);
    this.#asked.delete(requestId);
    feed?.fail(error);
    return feed !== undefined;
  }

  /** The connection is gone: what was asked over it may or may not have been taken. */
  lost(sent: ReadonlySet<string>): void {
    this.#doubtful = new Set([...this.#doubtful, ...this.#asked.keys()].filter((id) => sent.has(id)));
  }

  /** The gap is filled: a request in doubt that is not in it was not taken. It is not repeated, since it might come to run twice. */
  caughtUp(): void {
    for (const requestId of this.#doubtful)
      this.refuse(
        requestId,
        new SpellError(
          "interrupted",
          "The connection broke before the server had taken this run. Look at the spell's runs before you start another.",
        ),
      );
    this.#doubtful.clear();
  }

  /** A gap is no longer kept for the connection: the runs that somebody reads are fetched one by one. */
  skipped(): void {
    for (const [runId, feed] of this.#open)
      if (!this.#held.has(runId)) {
        this.#held.set(runId, []);
        void this.#fetch(runId, feed);
      }
  }

  failAll(error: SpellError): void {
    for (const feed of [...this.#asked.values(), ...this.#open.values()]) feed.fail(error);
    this.#asked.clear();
    this.#open.clear();
  }

  async #fetch(runId: string, feed: RunFeed): Promise<void> {
    try {
      for await (const event of this.#fetchEvents(runId, feed.lastSeq)) feed.push(event);
    } catch (error) {
      feed.fail(SpellError.from(error));
    }
    const held = this.#held.get(runId) ?? [];
    this.#held.delete(runId);
    for (const event of held) this.#give(runId, event);
    if (feed.isOver) this.#open.delete(runId);
  }

  #give(runId: string, event: StampedEvent): void {
    const feed = this.#open.get(runId);
    feed?.push(event);
    if (feed?.isOver === true) this.#open.delete(runId);
  }
}
