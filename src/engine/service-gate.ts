/** Lets a run's nodes call services: so many at once, so many in all, each call with a key of its own. */
import { SpellError } from "../protocol/errors.ts";

export interface ServiceLimits {
  /** Calls of one run under way together; further ones wait their turn. */
  maxCallsAtOnce: number;
  /** Calls of one run in all. */
  maxCalls: number;
}

export class ServiceGate {
  readonly #limits: ServiceLimits;
  readonly #waiting: (() => void)[] = [];
  #open = 0;
  #made = 0;

  constructor(limits: ServiceLimits) {
    this.#limits = limits;
  }

  /** @throws SpellError `cancelled` when nobody wants it any more, `call_limit` when the run has made all the calls that it may */
  async pass<T>(request: () => Promise<T>, label: string, isWanted: () => boolean): Promise<T> {
    this.#made += 1;
    if (this.#made > this.#limits.maxCalls) throw tooMany(label, this.#limits.maxCalls);
    if (this.#open >= this.#limits.maxCallsAtOnce)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#open += 1;
    try {
      // While it waited for its turn the attempt may have been given up, or the run have ended.
      if (!isWanted())
        throw new SpellError("cancelled", `${label} was given up before it asked its service.`);
      return await request();
    } finally {
      // The place goes on to the next in line.
      const next = this.#waiting.shift();
      if (next === undefined) this.#open -= 1;
      else next();
    }
  }
}

const tooMany = (label: string, allowed: number): SpellError =>
  new SpellError(
    "call_limit",
    `${label} would make service call ${allowed + 1} of this run; ${allowed} are allowed. Look for a loop around it, or raise settings.maxCalls.`,
  );
