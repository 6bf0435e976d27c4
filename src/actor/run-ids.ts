/**
 * Ids of a runner's runs. Each sorts behind all that were made before, whatever the clock does in between, so that runs need no other
 * order, and no index for one.
 */
import { V7Generator } from "uuidv7";
import type { Clock } from "../engine/ports.ts";

export class RunIds {
  readonly #generator = new V7Generator();
  readonly #clock: Clock;
  /** ms since 1970: no id is from before. */
  #from: number;

  /** @param newest the greatest id that is known of */
  constructor(clock: Clock, newest: string | null) {
    this.#clock = clock;
    // Within one millisecond a counter decides, which begins anew with each generator.
    this.#from = newest === null ? 0 : madeAt(newest) + 1;
  }

  next(): string {
    this.#from = Math.max(this.#from, this.#clock.now());
    return this.#generator.generateOrResetWithTs(this.#from).toString();
  }
}

/** https://www.rfc-editor.org/rfc/rfc9562#section-5.7 */
const madeAt = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** The greatest id of a run, or of one that was promised. */
export const newestRunId = (sql: SqlStorage): string | null =>
  sql
    .exec<{ id: string | null }>(
      "SELECT max(id) AS id FROM (SELECT max(run_id) AS id FROM runs UNION ALL SELECT max(run_id) FROM firings)",
    )
    .one().id;
