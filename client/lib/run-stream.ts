/** A run as its caller holds it: await it for its result, or read its events by `for await`, or both. */
import { SpellError } from "../../src/protocol/spell-error.ts";
import type { RunEnded, StampedEvent } from "../../src/protocol/events.ts";
import { isRunEnded } from "../../src/protocol/run-end.ts";
import type { RunResult } from "../../src/protocol/runs.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import type { RunFeed } from "./run-feed.ts";

/** Puts values that travel apart in their place. */
export type Complete = (runId: string, values: JsonObject) => Promise<JsonObject>;

export class RunStream implements PromiseLike<RunResult>, AsyncIterable<StampedEvent> {
  readonly #feed: RunFeed;
  readonly #complete: Complete;
  readonly #cancel: (runId: string) => Promise<void>;
  #result: Promise<RunResult> | null = null;

  constructor(feed: RunFeed, complete: Complete, cancel: (runId: string) => Promise<void>) {
    this.#feed = feed;
    this.#complete = complete;
    this.#cancel = cancel;
  }

  /** Its events from the first to the terminal one; a run that fails ends with `run.failed` and throws nothing. */
  [Symbol.asyncIterator](): AsyncGenerator<StampedEvent> {
    return this.#feed.events();
  }

  /** The run's id, once the server has taken it. @throws SpellError why it did not */
  get runId(): Promise<string> {
    return this.#firstEvent();
  }

  /**
   * Waits for the end, with values above 256 KB in their place.
   * @throws SpellError the run's own failure (`cancelled` and `interrupted` among them), or why its events stopped
   */
  result(): Promise<RunResult> {
    return (this.#result ??= this.#read());
  }

  // A thenable on purpose: `await connection.run(…)` gives the result.
  // oxlint-disable-next-line unicorn/no-thenable
  then<A = RunResult, B = never>(
    onResult?: ((result: RunResult) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result().then(onResult, onError);
  }

  catch<B>(onError: (error: unknown) => B | PromiseLike<B>): Promise<RunResult | B> {
    return this.result().catch(onError);
  }

  /** Ends the run. @throws SpellError `conflict` when it has ended already */
  async cancel(): Promise<void> {
    await this.#cancel(await this.#firstEvent());
  }

  async #firstEvent(): Promise<string> {
    for await (const event of this.#feed.events()) if ("runId" in event) return event.runId;
    throw new SpellError("protocol_error", "The run's events stopped before the first.");
  }

  async #read(): Promise<RunResult> {
    let end: RunEnded | undefined;
    for await (const event of this.#feed.events()) if (isRunEnded(event)) end = event;
    if (end === undefined) throw new SpellError("protocol_error", "The run's events stopped before its end.");
    if (end.type !== "run.completed") throw failureOf(end);
    const { runId, ms } = end;
    const [outputs, state] = await Promise.all([
      this.#complete(runId, end.outputs ?? {}),
      this.#complete(runId, end.state ?? {}),
    ]);
    return { runId, status: "completed", outputs, state, ms };
  }
}

/** Why a run did not complete. */
export function failureOf({ type, error, runId }: RunEnded): SpellError {
  if (error === undefined) return new SpellError("interrupted", `The run has ended: ${type}.`, { runId });
  const failure = new SpellError(error.code, error.message, {
    runId,
    ...(error.nodeId === undefined ? {} : { nodeId: error.nodeId }),
    ...(error.errors === undefined ? {} : { errors: error.errors }),
  });
  failure.errorId = error.errorId;
  return failure;
}
