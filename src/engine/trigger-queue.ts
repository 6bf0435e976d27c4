/**
 * Triggers under way, first in first out. What an output fired is one entry however many nodes it leads to; in columns, so
 * that an entry costs no object.
 */
import type { PreparedOutput } from "./prepared.ts";
import type { Scope } from "./scope.ts";
import type { Visit } from "./visit.ts";

/** Places that are free at the front before the rest moves there. */
const maxFree = 4096;

export class TriggerQueue {
  /** The trigger taken last: what fired it, its scope, the output that it comes from and which of its targets it goes to. */
  cause: Visit | null = null;
  scope: Scope | null = null;
  output: PreparedOutput | null = null;
  target = 0;
  readonly #causes: (Visit | null)[] = [];
  readonly #scopes: (Scope | null)[] = [];
  readonly #outputs: PreparedOutput[] = [];
  #head = 0;
  #end = 0;
  /** How many targets of the oldest entry are taken. */
  #taken = 0;

  get isEmpty(): boolean {
    return this.#head === this.#end;
  }

  /** @param output one with targets */
  put(cause: Visit | null, scope: Scope, output: PreparedOutput): void {
    const at = this.#end++;
    this.#causes[at] = cause;
    this.#scopes[at] = scope;
    this.#outputs[at] = output;
  }

  /** Takes the oldest trigger into the fields above. */
  take(): void {
    const at = this.#head;
    const output = this.#outputs[at] as PreparedOutput;
    this.output = output;
    this.cause = this.#causes[at] as Visit | null;
    this.scope = this.#scopes[at] as Scope | null;
    this.target = this.#taken++;
    if (this.#taken < output.targets.length) return;
    this.#taken = 0;
    // Nothing is kept alive by a place that is free.
    this.#causes[at] = null;
    this.#scopes[at] = null;
    this.#head += 1;
    if (this.#head === this.#end) this.#head = this.#end = 0;
    else if (this.#head >= maxFree && this.#head * 2 > this.#end) this.#moveUp();
  }

  #moveUp(): void {
    for (const column of [this.#causes, this.#scopes, this.#outputs]) column.splice(0, this.#head);
    this.#end -= this.#head;
    this.#head = 0;
  }
}
