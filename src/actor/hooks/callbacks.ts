/**
 * Webhooks that runs wait for. A call may come before its run has come to wait for it: whoever was told the address answers at
 * once, while the run is still on its way. Then it lies in a row until it is asked for.
 */
import { SpellError } from "../../protocol/errors.ts";
import type { Json } from "../../protocol/values.ts";
import { describeError, log } from "../../platform/log.ts";
import type { ActiveRun } from "../active-run.ts";
import { maxValueLength } from "../play/firings.ts";
import type { RunDesk } from "../run-desk.ts";

/** Calls of one run that nothing has asked for yet. */
const maxEarly = 100;

export interface CallbacksOptions {
  sql: SqlStorage;
  desk: Pick<RunDesk, "find" | "answer">;
}

interface Row extends Record<string, SqlStorageValue> {
  place: number;
  name: string;
  value: string;
}

export class Callbacks {
  readonly #options: CallbacksOptions;

  #size: number;

  constructor(options: CallbacksOptions) {
    this.#options = options;
    const [row] = options.sql.exec<{ n: number }>("SELECT count(*) AS n FROM callbacks").toArray();
    this.#size = row?.n ?? 0;
  }

  /** Calls that lie ready. */
  get size(): number {
    return this.#size;
  }

  /**
   * Answers what waits under that name in a run, or lies ready until it does. Gives the run's id.
   * @throws SpellError `not_found` when the run has ended, `overloaded`, `too_large`, `bad_request` for an answer that does not fit
   */
  take({ runId, name }: { runId: string; name: string }, value: Json): string {
    const { sql, desk } = this.#options;
    const run = desk.find(runId);
    if (run === undefined)
      throw new SpellError("not_found", "The run that this address is of waits for nothing: it has ended.");
    const question = run.questionCalled(name);
    if (question !== undefined) {
      desk.answer(runId, question.nodeId, question.visit, value);
      return runId;
    }
    const json = JSON.stringify(value);
    if (json.length > maxValueLength)
      throw new SpellError(
        "too_large",
        `A run takes up to ${maxValueLength} characters of JSON by a webhook; this has ${json.length}.`,
      );
    const [row] = sql
      .exec<{ n: number }>("SELECT count(*) AS n FROM callbacks WHERE run_id = ?", runId)
      .toArray();
    if ((row?.n ?? 0) >= maxEarly)
      throw new SpellError("overloaded", `${maxEarly} calls lie ready for this run, and it asked for none.`, {
        retryAfter: 5,
      });
    sql.exec("INSERT INTO callbacks (run_id, name, value) VALUES (?, ?, ?)", runId, name, json);
    this.#size += 1;
    return runId;
  }

  /** A run has asked: gives it what lies ready, the oldest first. */
  serve(run: ActiveRun): void {
    const { sql, desk } = this.#options;
    for (const { place, name, value } of sql
      .exec<Row>("SELECT place, name, value FROM callbacks WHERE run_id = ? ORDER BY place", run.runId)
      .toArray()) {
      const question = run.questionCalled(name);
      if (question === undefined) continue;
      // Removed in the turn that writes the answer.
      sql.exec("DELETE FROM callbacks WHERE place = ?", place);
      this.#size -= 1;
      try {
        desk.answer(run.runId, question.nodeId, question.visit, JSON.parse(value) as Json);
      } catch (thrown) {
        log.warn("a webhook's call did not fit", { runId: run.runId, name, error: describeError(thrown) });
      }
    }
  }

  /** Nothing is asked any more by a run that has ended. */
  forget(runId: string): void {
    if (this.#size === 0) return;
    const gone = this.#options.sql.exec("DELETE FROM callbacks WHERE run_id = ? RETURNING place", runId);
    this.#size -= gone.toArray().length;
  }
}
