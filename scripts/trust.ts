/**
 * `npm run test:trust`: what test/trust tries, in its long form, and at the end one table of it. `FUZZ_CASES` is the number of
 * cases of each property, `FUZZ_SEED` what they are made of. Exit code 1 when a file fails, a table has failures, or one that
 * should be there says nothing.
 */
import { relative } from "node:path";
import { startVitest, type Reporter } from "vitest/node";
import { projectDir } from "./project.ts";
import { reportOf, type TrustFile } from "./trust-report.ts";

process.env.FUZZ_CASES ||= "1000";
console.log(`Each property of the fuzzers is tried on ${process.env.FUZZ_CASES} cases (FUZZ_CASES).`);

const lines = new Map<string, string[]>();
const files: TrustFile[] = [];
let strayErrors = 0;
const collector: Reporter = {
  onUserConsoleLog({ content, taskId = "" }) {
    lines.set(taskId, [...(lines.get(taskId) ?? []), ...content.split("\n")]);
  },
  onTestRunEnd(modules, unhandledErrors) {
    strayErrors = unhandledErrors.length;
    for (const module of modules)
      files.push({
        name: relative(projectDir, module.moduleId),
        hasPassed: module.state() === "passed",
        lines: lines.get(module.id) ?? [],
      });
  },
};

const vitest = await startVitest("test", ["test/trust/"], {
  run: true,
  root: projectDir,
  project: ["node", "workers"],
  reporters: ["default", collector],
});
await vitest.close();

const { text, faults } = reportOf(files);
console.log(`\n${text}`);
if (faults.length > 0 || files.length === 0 || strayErrors > 0) process.exitCode = 1;
process.exit();
