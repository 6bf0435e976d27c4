/**
 * When the journal is swept: now and then after a run has ended and was answered, and by the alarm when the oldest run is of age,
 * should no other run come. Keeps no timer, and an idle runner asleep.
 */
import type { Clock } from "../engine/ports.ts";
import type { Facts } from "./facts.ts";
import type { Retention, RetentionLimits } from "./retention.ts";

/** Runs that end between two sweeps, unless they wrote much: a quarter of those that are kept, within these. */
const [leastRuns, mostRuns] = [16, 256];
const sweepEveryLength = 1024 * 1024;

const ageFact = "max_age_ms";
/** When the alarm is to sweep: it may come sooner for other things. */
const dueFact = "sweep_at";
/** An alarm for age alone comes no sooner. */
const leastWaitMs = 3_600_000;

export interface SweeperOptions {
  retention: Pick<Retention, "sweep" | "oldest">;
  /** Of the spell as it is loaded; without it nothing is given up. */
  limits: () => RetentionLimits | undefined;
  /** Characters written to the journal so far. */
  written: () => number;
  /** Does it soon, when what is being answered has been. */
  soon: (work: () => void) => void;
  /** Before anything is given up; true when there is more of that to do first. */
  before: () => boolean;
  /** When a sweep is over. */
  after: () => void;
  clock: Clock;
  /** Where the greatest age is kept for the alarm, which finds no spell loaded. */
  facts: Pick<Facts, "get" | "set">;
  /** Has the alarm come by that time, in ms since 1970. */
  wakeBy: (at: number) => void;
  /** It failed: nothing was given up, and the next run that ends tries again. */
  fault: (thrown: unknown) => void;
}

export class Sweeper {
  readonly #options: SweeperOptions;
  #ended = 0;
  // The first run to end sweeps: how many ended before the object started is not known.
  #everyRuns = 1;
  #writtenThen = 0;
  #isPlanned = false;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  runEnded(): void {
    this.#ended += 1;
    const grown = this.#options.written() - this.#writtenThen;
    if (this.#ended >= this.#everyRuns || grown >= sweepEveryLength) this.#plan();
  }

  /** The alarm has come, for whatever: what is of age goes, once some of it must be. */
  alarm(): void {
    const { facts, limits, clock, wakeBy } = this.#options;
    const maxAgeMs = facts.get(ageFact);
    if (maxAgeMs === 0) return;
    const dueAt = facts.get(dueFact);
    if (dueAt > clock.now()) return wakeBy(dueAt);
    const byAge = { maxRuns: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER, maxAgeMs };
    this.#sweep(limits() ?? byAge);
  }

  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#options.soon(() => {
      const present = this.#options.limits();
      if (present === undefined) this.#isPlanned = false;
      else this.#sweep(present);
    });
  }

  #sweep(limits: RetentionLimits): void {
    const { retention, written, clock, facts, wakeBy, before, after, fault } = this.#options;
    this.#isPlanned = false;
    try {
      if (before()) return this.#plan();
      const { more } = retention.sweep(clock.now(), limits);
      this.#ended = 0;
      this.#everyRuns = Math.min(mostRuns, Math.max(leastRuns, Math.floor(limits.maxRuns / 4)));
      this.#writtenThen = written();
      // Others get their turn between two sweeps.
      if (more) return this.#plan();
      after();
      const oldest = retention.oldest();
      if (oldest === undefined) return;
      if (facts.get(ageFact) !== limits.maxAgeMs) facts.set(ageFact, limits.maxAgeMs);
      // Looked at by its beginning, it goes by its end: a run that took long is looked at again.
      const dueAt = Math.max(oldest + limits.maxAgeMs, clock.now() + leastWaitMs);
      facts.set(dueFact, dueAt);
      wakeBy(dueAt);
    } catch (thrown) {
      fault(thrown);
    }
  }
}
