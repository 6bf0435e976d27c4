/** Triggers under way, first in first out. In columns, so that one costs no object. */
import type { PreparedOutput } from "./prepared.ts";
import type { Scope } from "./scope.ts";
import type { Visit } from "./visit.ts";

export class TriggerQueue {
  /** The trigger taken last: what fired it, its scope, the output that it comes from and which of its targets it goes to. */
  cause: Visit | null = null;
  scope: Scope | null = null;
  output: PreparedOutput | null = null;
  target = 0;
  #causes: (Visit | null)[] = [];
  #scopes: (Scope | null)[] = [];
  #outputs: (PreparedOutput | null)[] = [];
  #targets: number[] = [];
  /** One less than the room, which is a power of two. */
  #mask = -1;
  #head = 0;
  #size = 0;

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  put(cause: Visit | null, scope: Scope, output: PreparedOutput, target: number): void {
    if (this.#size > this.#mask) this.#grow();
    const at = (this.#head + this.#size) & this.#mask;
    this.#causes[at] = cause;
    this.#scopes[at] = scope;
    this.#outputs[at] = output;
    this.#targets[at] = target;
    this.#size += 1;
  }

  /** Takes the oldest trigger into the fields above. */
  take(): void {
    const at = this.#head;
    this.cause = this.#causes[at] as Visit | null;
    this.scope = this.#scopes[at] as Scope | null;
    this.output = this.#outputs[at] as PreparedOutput | null;
    this.target = this.#targets[at] as number;
    // Nothing is kept alive by a place that is free.
    this.#causes[at] = null;
    this.#scopes[at] = null;
    this.#head = (at + 1) & this.#mask;
    this.#size -= 1;
  }

  #grow(): void {
    const room = Math.max(8, (this.#mask + 1) * 2);
    const moved = <T>(column: T[], empty: T): T[] => {
      const grown: T[] = [];
      for (let i = 0; i < room; i++)
        grown.push(i < this.#size ? (column[(this.#head + i) & this.#mask] as T) : empty);
      return grown;
    };
    this.#causes = moved(this.#causes, null);
    this.#scopes = moved(this.#scopes, null);
    this.#outputs = moved(this.#outputs, null);
    this.#targets = moved(this.#targets, 0);
    this.#mask = room - 1;
    this.#head = 0;
  }
}
