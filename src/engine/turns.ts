/**
 * The turns of a run: one is all that an answer sets off, to where nothing is left to do without waiting. Answers are taken one at
 * a time, where the run is at rest; a long turn pauses, so that others have the processor and clocks and cancels are seen.
 */

export interface TurnsHost {
  readonly isEnded: boolean;
  /** ms since 1970 */
  readonly now: number;
  /** What was done so far, counted in visits. */
  readonly work: number;
  /** Does the next thing. False when nothing is left to do without waiting. */
  step(): boolean;
  /** The run is at rest: goes on with what was recorded. False where there is nothing. */
  advance(): boolean;
  /** Ends the run if its time is over. */
  checkTime(): void;
  /** Ends the run by a fault of ours. */
  faulted(thrown: unknown): void;
  /** What was done is to be seen. */
  commit(): void;
}

export class Turns {
  readonly #host: TurnsHost;
  readonly #pause: (() => Promise<void>) | undefined;
  readonly #visitsPerTurn: number;
  /** When the run began, in ms since 1970; 0 before. */
  startedAt = 0;
  /** When the present turn did. */
  turnedAt = 0;
  #isPaused = false;
  #isGoing = false;
  #pauseAt: number;
  /** Answers that came while something went on or was paused. */
  #answers: (() => void)[] | null = null;

  constructor(host: TurnsHost, visitsPerTurn: number, pause: (() => Promise<void>) | undefined) {
    this.#host = host;
    this.#pause = pause;
    this.#visitsPerTurn = visitsPerTurn;
    this.#pauseAt = visitsPerTurn;
  }

  get elapsedMs(): number {
    return Math.max(0, this.#host.now - this.startedAt);
  }

  /** Takes one turn from `first` on, now or when its turn comes. */
  take(first: () => void): void {
    if (this.#isPaused || this.#isGoing) (this.#answers ??= []).push(first);
    else this.#go(first);
  }

  #go(first: (() => void) | null): void {
    const host = this.#host;
    this.#isGoing = true;
    this.turnedAt = host.now;
    if (this.startedAt === 0) this.startedAt = this.turnedAt;
    try {
      host.checkTime();
      for (let next = first; !host.isEnded;) {
        next?.();
        do this.#drain();
        while (!this.#isPaused && !host.isEnded && host.advance());
        if (this.#isPaused) break;
        const answer = this.#answers?.shift();
        if (answer === undefined) break;
        next = answer;
      }
    } catch (thrown) {
      host.faulted(thrown);
    } finally {
      this.#isGoing = false;
    }
    host.commit();
  }

  #drain(): void {
    const host = this.#host;
    while (!host.isEnded) {
      if (this.#pause !== undefined && host.work >= this.#pauseAt) return this.#rest(this.#pause);
      if (!host.step()) return;
    }
  }

  #rest(pause: () => Promise<void>): void {
    this.#isPaused = true;
    this.#pauseAt = this.#host.work + this.#visitsPerTurn;
    const goOn = (): void => {
      this.#isPaused = false;
      if (!this.#host.isEnded) this.#go(null);
    };
    pause().then(goOn, goOn);
  }
}
