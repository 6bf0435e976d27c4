/** What a runner tells its user's SpellManager of what its runs have used: sums that only grow, so what is lost is in the next report. */
import type { Clock } from "../engine/ports.ts";
import { describeError, log } from "../platform/log.ts";
import type { RunnerReport } from "./usage-book.ts";
import type { UsageMeter } from "./usage-meter.ts";

/** Between two reports, unless much was written: each is a call and a commit. Whoever asks for the sums asks the runner itself. */
const leastMs = 10_000;
/** By so many bytes a user may have more than the manager knows of one of his runners. */
const muchBytes = 1024 * 1024;

export interface UsageReportsOptions {
  meter: Pick<UsageMeter, "count" | "sums">;
  /** Of the runner's database. */
  bytes: () => number;
  tell: (report: RunnerReport) => Promise<void>;
  clock: Clock;
}

export class UsageReports {
  readonly #options: UsageReportsOptions;
  #toldAt = 0;
  #toldBytes = 0;

  constructor(options: UsageReportsOptions) {
    this.#options = options;
  }

  /** Counted to the last. */
  newest(): RunnerReport {
    const { meter, bytes } = this.#options;
    while (meter.count());
    return { usage: meter.sums(), bytes: bytes() };
  }

  /** Tells what was counted so far, when it is time. Never fails. */
  async tell(): Promise<void> {
    const { meter, bytes, tell, clock } = this.#options;
    const report = { usage: meter.sums(), bytes: bytes() };
    const at = clock.now();
    // A clock that was set back delays nothing.
    const isEarly = at >= this.#toldAt && at - this.#toldAt < leastMs;
    if (isEarly && Math.abs(report.bytes - this.#toldBytes) < muchBytes) return;
    this.#toldAt = at;
    this.#toldBytes = report.bytes;
    await tell(report).catch((error: unknown) =>
      log.warn("the manager was not told of usage", { error: describeError(error) }),
    );
  }
}
