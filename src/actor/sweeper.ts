/** When the journal is swept: now and then after a run has ended and was answered. Keeps no timer, and an idle runner asleep. */
import type { Clock } from "../engine/ports.ts";
import type { Retention, RetentionLimits } from "./retention.ts";

/** Runs that end between two sweeps, unless they wrote much. */
const sweepEveryRuns = 64;
const sweepEveryLength = 1024 * 1024;

export interface SweeperOptions {
  retention: Pick<Retention, "sweep">;
  /** Of the spell as it is loaded; without it nothing is given up. */
  limits: () => RetentionLimits | undefined;
  /** Characters written to the journal so far. */
  written: () => number;
  /** Does it soon, when what is being answered has been. */
  soon: (work: () => void) => void;
  clock: Clock;
  /** It failed: nothing was given up, and the next run that ends tries again. */
  fault: (thrown: unknown) => void;
}

export class Sweeper {
  readonly #options: SweeperOptions;
  // The first run to end sweeps: how many ended before the object started is not known.
  #ended = sweepEveryRuns;
  #writtenThen = 0;
  #isPlanned = false;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  runEnded(): void {
    this.#ended += 1;
    const grown = this.#options.written() - this.#writtenThen;
    if (this.#ended >= sweepEveryRuns || grown >= sweepEveryLength) this.#plan();
  }

  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#options.soon(() => this.#sweep());
  }

  #sweep(): void {
    const { retention, limits, written, clock, fault } = this.#options;
    this.#isPlanned = false;
    const present = limits();
    if (present === undefined) return;
    try {
      const { more } = retention.sweep(clock.now(), present);
      this.#ended = 0;
      this.#writtenThen = written();
      // Others get their turn between two sweeps.
      if (more) this.#plan();
    } catch (thrown) {
      fault(thrown);
    }
  }
}
