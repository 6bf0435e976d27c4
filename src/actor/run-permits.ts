/**
 * The runner's side of its user's limits: whether one more run may begin. Mostly it knows by itself, from the lease that it holds;
 * it asks the manager where that is not enough or over, and renews it off the path of runs while it has any.
 */
import { describeError, log } from "../platform/log.ts";
import { SpellError } from "../protocol/errors.ts";
import type { Lease } from "./leases.ts";
import { leaseMs } from "./leases.ts";
import { limitSettings, type UserLimits } from "./user-limits.ts";

/** What the manager answers. */
export interface RunLease extends Lease {
  /** The databases of the user's runners are larger than they may be. */
  isFull: boolean;
}

export interface RunPermitsOptions {
  limits: () => UserLimits;
  /** Runs of this runner that are in progress. */
  underway: () => number;
  /** Asks the manager for so many. */
  lease: (runs: number) => Promise<RunLease>;
  now: () => number;
  /** Does work that nobody waits for. */
  soon: (work: () => Promise<void>) => void;
}

/** For how long a runner goes on by itself where its manager cannot be reached. */
const withoutManagerMs = 5000;

export class RunPermits {
  readonly #options: RunPermitsOptions;
  #lease: RunLease | null = null;
  #isRenewing = false;

  constructor(options: RunPermitsOptions) {
    this.#options = options;
  }

  /** True where a run may begin without a question: then nothing is to be awaited. */
  get isFree(): boolean {
    const { limits, underway, now, soon } = this.#options;
    const { runs, journalBytes } = limits();
    if (runs === Number.POSITIVE_INFINITY && journalBytes === Number.POSITIVE_INFINITY) return true;
    const lease = this.#lease;
    if (lease === null || lease.isFull || lease.expiresAt <= now() || underway() >= lease.runs) return false;
    if (lease.expiresAt - now() < leaseMs / 2) soon(() => this.renew());
    return true;
  }

  /**
   * Asks for one more run; afterwards look again whether it is free, since others may have been quicker.
   * @throws SpellError `rate_limited` when the user has too many runs at once, `budget_exceeded` when too much is kept
   */
  async take(): Promise<void> {
    const { underway, limits } = this.#options;
    const lease = await this.#ask(underway() + 1);
    if (lease.isFull)
      throw new SpellError(
        "budget_exceeded",
        `Your runners keep more than ${limits().journalBytes} bytes (${limitSettings.journalBytes}). Delete spells, or have them keep fewer runs (settings.retention).`,
      );
    if (underway() >= lease.runs)
      throw new SpellError(
        "rate_limited",
        `You have ${limits().runs} runs in progress, as many as you may (${limitSettings.runs}). Wait until one has ended.`,
        { retryAfter: 1 },
      );
  }

  /** While runs go on the lease must not end; without any it is left to end. */
  async renew(): Promise<void> {
    if (this.#isRenewing || this.#lease === null) return;
    this.#isRenewing = true;
    await this.#ask(Math.max(1, this.#options.underway()));
    this.#isRenewing = false;
  }

  async #ask(runs: number): Promise<RunLease> {
    try {
      this.#lease = await this.#options.lease(runs);
    } catch (error) {
      log.warn("the manager gave no lease", { error: describeError(error) });
      // A limit is not worth a run that somebody waits for: this one begins, and the next one asks again soon.
      this.#lease = { runs, expiresAt: this.#options.now() + withoutManagerMs, isFull: false };
    }
    return this.#lease;
  }
}
