/** The state that a session's next run starts from: that of the last completed run, at first the spell's own. */
import type { JsonObject } from "../protocol/values.ts";
import type { Chunks } from "./chunks.ts";

const place = "session-state";
const birthPlace = "session-spell";

export class SessionState {
  readonly #chunks: Chunks;
  #state: JsonObject | null | undefined;

  constructor(chunks: Chunks) {
    this.#chunks = chunks;
  }

  /** Null until a run has completed. */
  get(): JsonObject | null {
    if (this.#state === undefined) {
      const json = this.#chunks.get(place);
      this.#state = json === null ? null : (JSON.parse(json) as JsonObject);
    }
    return this.#state;
  }

  /** Keeps the state of a completed run. The same object again costs no write. */
  keep(state: JsonObject): void {
    if (this.get() === state) return;
    this.#chunks.put(place, "", JSON.stringify(state));
    this.#state = state;
  }

  /** Of the spell that this is the state of. */
  get birth(): string | null {
    return this.#chunks.get(birthPlace);
  }

  /** A spell that was deleted and made anew has another birth: the old one's state is not its own. True where that was so. */
  belongTo(createdAt: number): boolean {
    const birth = String(createdAt);
    const known = this.#chunks.get(birthPlace);
    if (known === birth) return false;
    this.#chunks.put(birthPlace, "", birth);
    if (known === null) return false;
    this.forget();
    return true;
  }

  /** The spell is gone, and its state with it. */
  forget(): void {
    this.#chunks.remove(place);
    this.#state = null;
  }
}
