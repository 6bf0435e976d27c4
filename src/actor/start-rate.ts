/**
 * The manager's side of a user's limit on runs a second: a bucket that holds a second's worth and fills at that rate. Runs are
 * given to runners in handfuls, so that a busy one asks some ten times a second and not for each run. In memory: what a restart
 * forgets is one full bucket.
 */

export interface StartGrant {
  /** Runs that may begin, within {@link grantMs}. */
  runs: number;
  /** Without any: after how many ms there will be some. */
  waitMs: number;
}

/** A grant that was not used in that time is lost, so that nobody saves up. */
export const grantMs = 1000;

export class StartRate {
  #left = Number.POSITIVE_INFINITY;
  #at = 0;

  /** At most `perSecond` in the long run; within any time never more than that and two seconds' worth. */
  take(perSecond: number, now: number): StartGrant {
    this.#left = Math.min(perSecond, this.#left + (Math.max(0, now - this.#at) / 1000) * perSecond);
    this.#at = now;
    const handful = Math.ceil(perSecond / 10);
    if (this.#left < handful)
      return { runs: 0, waitMs: Math.ceil(((handful - this.#left) / perSecond) * 1000) };
    // And a quarter of what is left, which others of the user's runners find, too.
    const runs = Math.floor(handful + (this.#left - handful) / 4);
    this.#left -= runs;
    return { runs, waitMs: 0 };
  }
}
