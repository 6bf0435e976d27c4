/**
 * The last line of .ci/run: `N passed, N failed`, over Vitest's report, that of the smoke test, and the steps around them.
 * Called as `tally.ts REPORTS_DIR STEPS_PASSED STEPS_FAILED`; a command is counted as failed when its exit code says so
 * and its report does not, or when it left none. Exit code 1 when anything failed.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Counts {
  passed: number;
  failed: number;
}

const [dir = "", stepsPassed, stepsFailed] = process.argv.slice(2);

const counts: Counts[] = [
  { passed: Number(stepsPassed), failed: Number(stepsFailed) },
  countOf("tests", (report) => ({ passed: report.numPassedTests, failed: report.numFailedTests })),
  countOf("smoke", (report) => ({ passed: report.passed, failed: report.failed })),
];
const passed = counts.reduce((sum, each) => sum + each.passed, 0);
const failed = counts.reduce((sum, each) => sum + each.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function countOf(
  name: string,
  read: (report: Record<string, number | undefined>) => Partial<Counts>,
): Counts {
  const report = read(readReport(join(dir, `${name}.json`)));
  const hasFailed =
    readFileSync(join(dir, `${name}.code`), "utf8").trim() !== "0" || report.passed === undefined;
  return { passed: report.passed ?? 0, failed: Math.max(report.failed ?? 0, hasFailed ? 1 : 0) };
}

function readReport(path: string): Record<string, number | undefined> {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Record<string, number>;
  } catch (error) {
    console.error(`No report at ${path}: ${String(error)}`);
    return {};
  }
}
