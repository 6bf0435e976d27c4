/** One attempt of a visit whose answer comes from outside the turn: taken once, unless it was given up before. */
import { CancelSignal } from "./cancel.ts";
import type { Visit } from "./visit.ts";

export class Underway {
  readonly visit: Visit;
  /** Told when nothing is awaited any more. */
  readonly over = new CancelSignal();
  /** Stops the timer of the attempt. */
  stopTimer: (() => void) | null = null;

  constructor(visit: Visit) {
    this.visit = visit;
  }

  /** Is its answer still wanted? */
  get isOpen(): boolean {
    return this.visit.underway === this && !this.visit.frame.isOver;
  }

  settle(): void {
    this.stopTimer?.();
    this.stopTimer = null;
    if (this.visit.underway === this) this.visit.underway = null;
    this.over.cancel();
  }

  /** Nobody wants the answer any more. */
  giveUp(): void {
    this.settle();
    this.visit.signal?.cancel();
  }
}
