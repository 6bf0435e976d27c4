/**
 * The runner's side of its user's limits: whether one more run may begin. Mostly it knows by itself, from the lease that it holds;
 * it asks the manager where that is not enough or over, and renews it off the path of runs while it has any.
 */
import { describeError, log } from "../platform/log.ts";
import { SpellError } from "../protocol/errors.ts";
import type { Lease } from "./leases.ts";
import { leaseMs } from "./leases.ts";
import { grantMs, type StartGrant } from "./start-rate.ts";
import { limitSettings, type UserLimits } from "./user-limits.ts";

/** What the manager answers. */
export interface RunLease extends Lease {
  /** The databases of the user's runners are larger than they may be. */
  isFull: boolean;
  /** Where that was asked for and the user's rate has a limit. */
  starts?: StartGrant;
}

export interface RunPermitsOptions {
  limits: () => UserLimits;
  /** Runs of this runner that are in progress. */
  underway: () => number;
  /** Asks the manager for so many, and for some to begin. */
  lease: (runs: number, wantsStarts: boolean) => Promise<RunLease>;
  now: () => number;
  /** Does work that nobody waits for. */
  soon: (work: () => Promise<void>) => void;
}

/** For how long a runner goes on by itself where its manager cannot be reached. */
const withoutManagerMs = 5000;
const unlimited = Number.POSITIVE_INFINITY;

export class RunPermits {
  readonly #options: RunPermitsOptions;
  #lease: RunLease | null = null;
  /** Runs that may still begin, until when, and, without any, when it is worth asking again. */
  #starts = { runs: 0, until: 0, nextAt: 0 };
  #isRenewing = false;

  constructor(options: RunPermitsOptions) {
    this.#options = options;
  }

  /** True where a run may begin without a question: then it counts as begun, and nothing is to be awaited. */
  pass(): boolean {
    const { limits, now, soon } = this.#options;
    const { runs, journalBytes, runsPerSecond } = limits();
    if (runs === unlimited && journalBytes === unlimited && runsPerSecond === unlimited) return true;
    if (!this.#hasRoom) return false;
    if (runsPerSecond !== unlimited) {
      if (!this.#hasStarts) return false;
      this.#starts.runs -= 1;
    }
    if ((this.#lease?.expiresAt ?? 0) - now() < leaseMs / 2) soon(() => this.renew());
    return true;
  }

  /**
   * Asks for one more run; afterwards it is to {@link pass}, since others may have been quicker.
   * @throws SpellError `rate_limited` when the user has too many runs at once or in this second, `budget_exceeded` when too much
   * is kept
   */
  async take(): Promise<void> {
    const { underway, limits, now } = this.#options;
    const isLimited = limits().runsPerSecond !== unlimited;
    // Whoever hammers costs the manager nothing.
    if (isLimited && !this.#hasStarts && this.#starts.nextAt > now()) throw this.#tooFast();
    const lease = await this.#ask(underway() + 1, isLimited && !this.#hasStarts);
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
    if (isLimited && lease.starts?.runs === 0) throw this.#tooFast();
  }

  /** While runs go on the lease must not end; without any it is left to end. */
  async renew(): Promise<void> {
    if (this.#isRenewing || this.#lease === null) return;
    this.#isRenewing = true;
    await this.#ask(Math.max(1, this.#options.underway()), false);
    this.#isRenewing = false;
  }

  get #hasRoom(): boolean {
    const { underway, now } = this.#options;
    const lease = this.#lease;
    return lease !== null && !lease.isFull && lease.expiresAt > now() && underway() < lease.runs;
  }

  get #hasStarts(): boolean {
    return this.#starts.runs > 0 && this.#starts.until > this.#options.now();
  }

  #tooFast(): SpellError {
    return new SpellError(
      "rate_limited",
      `You begin more than ${this.#options.limits().runsPerSecond} runs a second (${limitSettings.runsPerSecond}). Slow down.`,
      { retryAfter: 1 },
    );
  }

  async #ask(runs: number, wantsStarts: boolean): Promise<RunLease> {
    const { lease, now } = this.#options;
    try {
      this.#lease = await lease(runs, wantsStarts);
    } catch (error) {
      log.warn("the manager gave no lease", { error: describeError(error) });
      // A limit is not worth a run that somebody waits for: this one begins, and the next one asks again soon.
      this.#lease = { runs, expiresAt: now() + withoutManagerMs, isFull: false };
    }
    // Without an answer one may begin; a manager of an older deployment knows of no rate, and gives none either.
    if (wantsStarts) this.#grant(this.#lease.starts ?? { runs: 1, waitMs: 0 });
    return this.#lease;
  }

  /** Added to what another question has brought meanwhile, whose time is not prolonged. */
  #grant({ runs, waitMs }: StartGrant): void {
    const at = this.#options.now();
    const kept = this.#hasStarts ? this.#starts : { runs: 0, until: at + grantMs };
    this.#starts = { runs: kept.runs + runs, until: kept.until, nextAt: at + waitMs };
  }
}
