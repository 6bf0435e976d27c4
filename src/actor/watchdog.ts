/**
 * When the actor must be awake again: one alarm for all that wants one. An object has one alarm only, and one that is lost
 * never comes back, so the time is kept in a row, too, and armed anew when the object starts with something open.
 */

import type { Facts } from "./facts.ts";

/** While runs wait for services the object is looked after at least this often. */
export const watchMs = 30_000;

export interface WatchdogOptions {
  storage: Pick<DurableObjectStorage, "setAlarm">;
  facts: Pick<Facts, "get" | "set">;
  now: () => number;
}

interface Wake {
  at: number;
  done: () => void;
}

/** Of the time for which an alarm is set; 0 when none is. */
const fact = "wake_at";
/** An alarm that is later than this will not come any more. Until then nothing may put it off. */
const lateMs = 60_000;

export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #wakes = new Set<Wake>();
  /** Read from its row when it is first wanted: what was set before the object slept still comes. */
  #armedAt: number | null = null;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  /** Wakes the object by `time` (ms since 1970) at the latest. In the transaction of the turn that asks for it. */
  wakeBy(time: number): void {
    const now = this.#options.now();
    // What is late already is for now: an alarm in the remote past is refused.
    const at = Math.max(time, now);
    const armedAt = (this.#armedAt ??= this.#options.facts.get(fact));
    if (armedAt > now - lateMs && armedAt <= at) return;
    this.#note(at);
    void this.#options.storage.setAlarm(at);
  }

  /** Calls `done` at that time, unless what this gives is called first. Keeps no timer: the object may sleep until then. */
  until(at: number, done: () => void): () => void {
    const wake = { at, done };
    this.#wakes.add(wake);
    this.wakeBy(at);
    return () => void this.#wakes.delete(wake);
  }

  /** Arms again what was armed before a restart, or, with `isUrgent`, at once. */
  rearm(isUrgent: boolean): void {
    const now = this.#options.now();
    const at = this.#options.facts.get(fact);
    // For the same time once more: it may have been lost, and one that was not is left as it is.
    if (at > now - lateMs) void this.#options.storage.setAlarm(at);
    if (isUrgent) this.wakeBy(now);
    else if (at > 0) this.wakeBy(at);
  }

  /** The alarm has come: calls what is due, and arms for the rest. */
  fired(): void {
    this.#note(0);
    const now = this.#options.now();
    for (const wake of this.#wakes) {
      if (wake.at > now) continue;
      this.#wakes.delete(wake);
      wake.done();
    }
    const next = Math.min(...[...this.#wakes].map(({ at }) => at));
    if (Number.isFinite(next)) this.wakeBy(next);
  }

  #note(at: number): void {
    this.#armedAt = at;
    this.#options.facts.set(fact, at);
  }
}
