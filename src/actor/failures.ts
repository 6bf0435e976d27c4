/** Failures as data for the Worker; our own bugs go to the log, found there by the id that users are told. */
import { newId } from "../platform/ids.ts";
import { describeError, log } from "../platform/log.ts";
import { SpellError } from "../protocol/errors.ts";
import type { RpcFailure } from "./rpc.ts";

export class Failures {
  readonly #where: Record<string, unknown>;

  /** @param where is logged with every bug */
  constructor(where: Record<string, unknown>) {
    this.#where = where;
  }

  answer(thrown: unknown): RpcFailure {
    const error = SpellError.from(thrown);
    if (error.code === "internal") error.errorId ??= this.bug(thrown);
    return {
      ok: false,
      error: {
        ...error.toInfo(),
        ...(error.runId === undefined ? {} : { runId: error.runId }),
        ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
      },
    };
  }

  /** Logs a bug with its cause. Gives its id. */
  bug(thrown: unknown, fields: Record<string, unknown> = {}): string {
    const errorId = newId();
    log.error("fault in a runner", { errorId, ...this.#where, ...fields, error: describeError(thrown) });
    return errorId;
  }
}
