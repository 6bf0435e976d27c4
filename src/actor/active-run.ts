/** A run in memory: its execution, the text it streams, its time, and whoever awaits its end. */
import type { Clock } from "../engine/ports.ts";
import type { RunHandle } from "../engine/index.ts";
import { SpellError } from "../protocol/errors.ts";
import type { RunEnded, RunEvent } from "../protocol/events.ts";
import { isJsonObject, type Json } from "../protocol/values.ts";

/** Streamed text kept for connections that join, a visit. */
const maxPartial = 64 * 1024;

export class ActiveRun {
  readonly runId: string;
  readonly trigger: string;
  /** When it was taken; from when it begins, that. */
  startedAt: number;
  readonly firstSeq: number;
  /** Something of it is written, since it was queued or has gone on after a restart. */
  isKnown = false;
  execution: RunHandle | null = null;
  /** When its time is over, in ms since 1970; null while it waits for a human, whose time does not count. */
  deadlineAt: number | null = null;
  /** What is left of its time while it waits for a human. */
  leftMs: number | null = null;
  readonly #partial = new Map<string, { nodeId: string; visit: string; text: string }>();
  // Made for whoever waits: most runs have ended before anybody could.
  #ended: PromiseWithResolvers<RunEnded> | null = null;
  #asked: PromiseWithResolvers<void> | null = null;
  #end: RunEnded | null = null;
  /** Who asks, and, of those that a webhook may answer, by which name. */
  readonly #questions = new Map<string, { nodeId: string; visit: string; name: string | undefined }>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #timeoutMs = 0;

  constructor(options: { runId: string; trigger: string; startedAt: number; firstSeq: number }) {
    this.runId = options.runId;
    this.trigger = options.trigger;
    this.startedAt = options.startedAt;
    this.firstSeq = options.firstSeq;
  }

  /** How it ended; null while it has not. */
  get result(): RunEnded | null {
    return this.#end;
  }

  get ended(): Promise<RunEnded> {
    if (this.#end !== null) return Promise.resolve(this.#end);
    return (this.#ended ??= Promise.withResolvers()).promise;
  }

  /** Resolves when a node waits for a human: at once where one does, else with the next question. */
  get asked(): Promise<void> {
    if (this.isWaiting) return Promise.resolve();
    return (this.#asked ??= Promise.withResolvers()).promise;
  }

  get status(): "running" | "waiting" {
    return this.isWaiting ? "waiting" : "running";
  }

  get isWaiting(): boolean {
    return this.#questions.size > 0;
  }

  /** Follows what the run does: what a node streamed is told with its end, and a human's time does not count. */
  note(event: RunEvent, clock: Clock): void {
    if (event.type === "node.waiting") {
      const { nodeId, visit } = event;
      this.#questions.set(`${nodeId}#${visit}`, { nodeId, visit, name: callbackOf(event.prompt) });
      this.#asked?.resolve();
      this.#hold(clock.now());
    } else if (event.type === "node.completed" || event.type === "node.failed") {
      if (this.#partial.size > 0) this.#partial.delete(`${event.nodeId}#${event.visit}`);
      if (this.isWaiting) this.#close(event.nodeId, event.visit, clock.now());
    }
  }

  /** A visit has ended, and with it what was asked there or, in a sub-spell that was given up, inside. */
  #close(nodeId: string, visit: string, now: number): void {
    for (const key of this.#questions.keys())
      if (key === `${nodeId}#${visit}` || key.startsWith(`${nodeId}/`)) this.#questions.delete(key);
    if (this.isWaiting) return;
    this.#asked = null;
    this.#goOn(now);
  }

  /** What waits for a webhook under that name. */
  questionCalled(name: string): { nodeId: string; visit: string } | undefined {
    for (const question of this.#questions.values()) if (question.name === name) return question;
    return undefined;
  }

  get partial(): { nodeId: string; visit: string; text: string }[] {
    return [...this.#partial.values()];
  }

  stream(nodeId: string, visit: string, delta: string): void {
    const key = `${nodeId}#${visit}`;
    const text = (this.#partial.get(key)?.text ?? "") + delta;
    if (text.length <= maxPartial) this.#partial.set(key, { nodeId, visit, text });
  }

  /** Gives the run `timeoutMs` from `now`. Nothing watches them until {@link watch}. */
  allow(timeoutMs: number, now: number): void {
    this.#timeoutMs = timeoutMs;
    this.deadlineAt = now + timeoutMs;
    this.leftMs = null;
  }

  /** Ends the run when its time is over. For a run that has not ended in its first turn. */
  watch(now: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.deadlineAt === null) return;
    this.#timer = setTimeout(
      () => {
        this.execution?.stop(
          "failed",
          new SpellError(
            "run_timeout",
            `The run was not done after ${this.#timeoutMs} ms. Raise timeoutMs, or look which node it waits for.`,
          ),
        );
      },
      Math.max(0, this.deadlineAt - now),
    );
  }

  #hold(now: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.deadlineAt === null) return;
    this.leftMs = Math.max(0, this.deadlineAt - now);
    this.deadlineAt = null;
  }

  #goOn(now: number): void {
    if (this.leftMs === null) return;
    this.deadlineAt = now + this.leftMs;
    this.leftMs = null;
    if (this.execution !== null) this.watch(now);
  }

  end(end: RunEnded): void {
    // A timer keeps the object awake, so none may outlive its run.
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#end = end;
    this.#ended?.resolve(end);
  }
}

/** As Wait for Webhook asks: `{webhook: {name, address}}`. */
function callbackOf(prompt: Json): string | undefined {
  const webhook = isJsonObject(prompt) ? prompt.webhook : undefined;
  const name = isJsonObject(webhook) ? webhook.name : undefined;
  return typeof name === "string" ? name : undefined;
}
