/**
 * Counts what a table of attacks or faults has tried, for every test of test/trust: at its file's end it says in one line how
 * many cases there were and how many failed, `trust: <table>: N cases, N failures`, and which rows there are, `trust-row: …`.
 * `npm run test:trust` collects the lines (scripts/trust.ts); a file that gives none, or tried nothing, fails there.
 */
import { afterAll, afterEach } from "vitest";

export interface TrustTable {
  /** A test tries so many cases, 1 unless said. */
  tried: (cases?: number) => void;
  /** So many of them failed. A test that fails without a word of this is one. */
  failed: (cases?: number) => void;
  /** A line of the table itself. */
  row: (...cells: string[]) => void;
}

/** To be called at the top of a test file. */
export function trustTable(name: string): TrustTable {
  let cases = 0;
  let failures = 0;
  let failuresBefore = 0;
  const rows: string[] = [];
  afterEach(({ task }) => {
    if (task.result?.state === "fail" && failures === failuresBefore) failures += 1;
    failuresBefore = failures;
  });
  afterAll(() => {
    const lines = rows.map((cells) => `trust-row: ${name} | ${cells}`);
    // oxlint-disable-next-line no-console -- the lines are what a table shows
    console.log([...lines, `trust: ${name}: ${cases} cases, ${failures} failures`].join("\n"));
  });
  return {
    tried: (more = 1) => void (cases += more),
    failed: (more = 1) => void (failures += more),
    row: (...cells) => void rows.push(cells.join(" | ")),
  };
}
