/** One attempt of a visit whose answer comes from outside the turn: taken once, unless it was given up before. */
import type { Visit } from "./visit.ts";

export class Underway {
  readonly visit: Visit;
  /** Stops the timer of the attempt. */
  stopTimer: (() => void) | null = null;

  constructor(visit: Visit) {
    this.visit = visit;
  }

  /** Nothing is awaited any more. */
  settle(): void {
    this.stopTimer?.();
    this.stopTimer = null;
    if (this.visit.underway === this) this.visit.underway = null;
  }

  /** Nobody wants the answer any more. */
  giveUp(): void {
    this.settle();
    this.visit.signal?.cancel();
  }
}
