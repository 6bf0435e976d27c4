/** The events of one run as they come in, for any number of readers, each from the first. */
import type { SpellError } from "../../src/protocol/spell-error.ts";
import type { RunEnded, StampedEvent } from "../../src/protocol/events.ts";
import { isRunEnded } from "../../src/protocol/run-end.ts";

export class RunFeed {
  readonly #events: StampedEvent[] = [];
  readonly #waiting = new Set<() => void>();
  #end: RunEnded | null = null;
  #failure: SpellError | null = null;

  /** Undefined until the first event names it. */
  get runId(): string | undefined {
    const [first] = this.#events;
    return first !== undefined && "runId" in first ? first.runId : undefined;
  }

  get lastSeq(): number {
    return this.#events.at(-1)?.seq ?? 0;
  }

  /** Nothing follows. */
  get isOver(): boolean {
    return this.#end !== null || this.#failure !== null;
  }

  /** Takes the next event; one that is here already is passed over. */
  push(event: StampedEvent): void {
    if (this.isOver || event.seq <= this.lastSeq) return;
    this.#events.push(event);
    if (isRunEnded(event)) this.#end = event;
    this.#wake();
  }

  /** The events will not come: readers get this error after those that did. */
  fail(error: SpellError): void {
    if (this.isOver) return;
    this.#failure = error;
    this.#wake();
  }

  /** @throws SpellError why the events stopped before the end */
  async *events(): AsyncGenerator<StampedEvent> {
    for (let next = 0; ;) {
      const event = this.#events[next];
      if (event !== undefined) {
        next += 1;
        yield event;
      } else if (this.#failure !== null) throw this.#failure;
      else if (this.#end !== null) return;
      else
        await new Promise<void>((resolve) => {
          this.#waiting.add(resolve);
        });
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
