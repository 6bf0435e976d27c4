/** Writes docs/LIMITS.md; with `--check` it fails where that is stale. */
import { readFileSync, writeFileSync } from "node:fs";
import { type Limit, limits } from "./limits.ts";
import { table } from "./markdown-table.ts";
import { inProject } from "./project.ts";

const introduction = `# Limits

Written by \`scripts/limits-table.ts\` from the constants that enforce them; test/trust/limits.test.ts tries each. What has a setting is
limited where strangers reach the server: on a deployed one (\`npm run deploy\`), and by \`npm start\` on an address that is none of
loopback's. Elsewhere there is no limit unless the setting is there; \`off\` is none anywhere. What a spell may do within a run are
[settings of its own](../README.md#settings).
`;

const rows = Object.values<Limit>(limits).map(({ what, limit, setting, beyond }) => [
  what,
  limit,
  setting === undefined ? "" : `\`${setting}\``,
  beyond,
]);
const text = `${introduction}\n${table(["what", "limit", "setting", "beyond"], rows)}\n`;
const file = inProject("docs/LIMITS.md");

if (!process.argv.includes("--check")) {
  writeFileSync(file, text);
  console.log("docs/LIMITS.md: written");
} else if (readFileSync(file, "utf8") !== text) {
  console.error("docs/LIMITS.md is stale. Run `npm run limits`.");
  process.exitCode = 1;
}
