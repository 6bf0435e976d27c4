/**
 * Triggers under way, first in first out. What an output fired is one entry however many nodes it leads to; in one list, so
 * that an entry costs no object.
 */
import type { PreparedOutput } from "./prepared.ts";
import type { Scope } from "./scope.ts";
import type { Visit } from "./visit.ts";

/** Places of an entry: what fired it, its scope, its output. */
const width = 3;
/** Places that are free at the front before the rest moves there. */
const maxFree = 4096 * width;

export class TriggerQueue {
  /** The trigger taken last: what fired it, its scope, the output that it comes from and which of its targets it goes to. */
  cause: Visit | null = null;
  scope: Scope | null = null;
  output: PreparedOutput | null = null;
  target = 0;
  readonly #entries: (Visit | Scope | PreparedOutput | null)[] = [];
  #head = 0;
  #end = 0;
  /** How many targets of the oldest entry are taken. */
  #taken = 0;

  get isEmpty(): boolean {
    return this.#head === this.#end;
  }

  /** @param output one with targets */
  put(cause: Visit | null, scope: Scope, output: PreparedOutput): void {
    const at = this.#end;
    const entries = this.#entries;
    entries[at] = cause;
    entries[at + 1] = scope;
    entries[at + 2] = output;
    this.#end = at + width;
  }

  /** Takes the oldest trigger into the fields above. */
  take(): void {
    const at = this.#head;
    const entries = this.#entries;
    const output = entries[at + 2] as PreparedOutput;
    this.output = output;
    this.cause = entries[at] as Visit | null;
    this.scope = entries[at + 1] as Scope;
    this.target = this.#taken++;
    if (this.#taken < output.count) return;
    this.#taken = 0;
    // Nothing is kept alive by a place that is free.
    entries[at] = null;
    entries[at + 1] = null;
    this.#head += width;
    if (this.#head === this.#end) this.#head = this.#end = 0;
    else if (this.#head >= maxFree && this.#head * 2 > this.#end) {
      entries.splice(0, this.#head);
      this.#end -= this.#head;
      this.#head = 0;
    }
  }
}
