/** A run in memory: its execution, the text it streams, its deadline, and whoever awaits its end. */
import type { RunHandle } from "../engine/index.ts";
import { SpellError } from "../protocol/errors.ts";
import type { RunEnded } from "../protocol/events.ts";

/** Streamed text kept for connections that join, a visit. */
const maxPartial = 64 * 1024;

export class ActiveRun {
  readonly runId: string;
  readonly trigger: string;
  /** When it was taken; from when it begins, that. */
  startedAt: number;
  readonly firstSeq: number;
  execution: RunHandle | null = null;
  readonly #partial = new Map<string, { nodeId: string; visit: string; text: string }>();
  readonly #ended = Promise.withResolvers<RunEnded>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: { runId: string; trigger: string; startedAt: number; firstSeq: number }) {
    this.runId = options.runId;
    this.trigger = options.trigger;
    this.startedAt = options.startedAt;
    this.firstSeq = options.firstSeq;
  }

  get ended(): Promise<RunEnded> {
    return this.#ended.promise;
  }

  get partial(): { nodeId: string; visit: string; text: string }[] {
    return [...this.#partial.values()];
  }

  stream(nodeId: string, visit: string, delta: string): void {
    const key = `${nodeId}#${visit}`;
    const text = (this.#partial.get(key)?.text ?? "") + delta;
    if (text.length <= maxPartial) this.#partial.set(key, { nodeId, visit, text });
  }

  /** A node that has completed says itself what it streamed. */
  forget(nodeId: string, visit: string): void {
    this.#partial.delete(`${nodeId}#${visit}`);
  }

  /** Ends the run when it still waits after `timeoutMs`. */
  limit(timeoutMs: number): void {
    this.#timer = setTimeout(() => {
      this.execution?.stop(
        "failed",
        new SpellError(
          "run_timeout",
          `The run was not done after ${timeoutMs} ms. Raise timeoutMs, or look which node it waits for.`,
        ),
      );
    }, timeoutMs);
  }

  end(end: RunEnded): void {
    // A timer keeps the object awake, so none may outlive its run.
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#ended.resolve(end);
  }
}
