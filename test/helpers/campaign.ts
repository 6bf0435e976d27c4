/**
 * A fuzzing campaign: properties tried on many cases, counted, with one line of them at the end of its file.
 * `FUZZ_CASES` is the number of cases of each property in place of its short one, `FUZZ_SEED` the seed; without it the short
 * form tries the same cases each time, so that a suite says of the same code the same, and a long one others each time.
 */
import fc from "fast-check";
import { afterAll, inject } from "vitest";

export interface Campaign {
  /** Tries `holds` on values of `arbitrary`; fails with the shrunk value, the seed and the path of the first that it does not hold for. */
  check: <T>(
    arbitrary: fc.Arbitrary<T>,
    shortCases: number,
    holds: (value: T) => void | Promise<void>,
  ) => Promise<void>;
}

/** Its tests need this much time when they try many. */
export const campaignTimeoutMs = 20 * 60_000;

export function campaign(name: string): Campaign {
  const asked = inject("fuzz");
  let cases = 0;
  let failures = 0;
  // oxlint-disable-next-line no-console -- the line is what a campaign shows, and what test:trust collects
  afterAll(() => console.log(`trust: fuzz ${name}: ${cases} cases, ${failures} failures`));
  return {
    async check<T>(
      arbitrary: fc.Arbitrary<T>,
      shortCases: number,
      holds: (value: T) => void | Promise<void>,
    ) {
      const numRuns = asked.cases ?? shortCases;
      const seed = asked.seed ?? (asked.cases === null ? 1 : undefined);
      const details = await fc.check(
        fc.asyncProperty(arbitrary, async (value) => holds(value)),
        {
          numRuns,
          ...(seed === undefined ? {} : { seed }),
        },
      );
      cases += details.numRuns;
      if (!details.failed) return;
      failures += 1;
      throw new Error(await fc.asyncDefaultReportMessage(details), { cause: details.errorInstance });
    },
  };
}
