/** Counts the cases of a table of attacks, and says at its end how many were tried and how many failed. */
import { afterAll, afterEach } from "vitest";

/** To be called at the top of a test file. What it gives is called with how many cases a test tries. */
export function countCases(table: string): (cases?: number) => void {
  let [tried, failures] = [0, 0];
  afterEach(({ task }) => {
    if (task.result?.state === "fail") failures += 1;
  });
  afterAll(() => console.log(`trust: ${table}: ${tried} cases, ${failures} failures`));
  return (cases = 1) => {
    tried += cases;
  };
}
