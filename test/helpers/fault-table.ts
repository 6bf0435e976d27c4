/** A table of faults: each row a test, printed at the end of its file in the form that `npm run test:trust` collects. */
import { afterAll, it } from "vitest";

/**
 * @returns `row`, which declares one: the fault, what must hold, and its check, which gives how many cases it tried (1 unless it says)
 */
export function faultTable() {
  const held: string[] = [];
  let cases = 0;
  let failures = 0;
  afterAll(() => {
    // oxlint-disable no-console -- read by whoever ran it, and by the script that collects the tables
    for (const line of held) console.log(line);
    console.log(`trust: faults: ${cases} cases, ${failures} failures`);
  });
  return function row(
    fault: string,
    holds: string,
    check: () => Promise<number | void> | number | void,
  ): void {
    it(`${fault}: ${holds}`, async () => {
      try {
        cases += (await check()) ?? 1;
        held.push(`trust-row: faults | ${fault} | ${holds}`);
      } catch (error) {
        cases += 1;
        failures += 1;
        held.push(`trust-row: faults | ${fault} | FAILED: ${holds}`);
        throw error;
      }
    });
  };
}
