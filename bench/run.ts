/**
 * `npm run bench`: every bench, one after the other; `npm run bench -- NAME` one of them, its own options behind. `profile` makes no
 * table and is run by its name alone.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const benches = [
  "engine",
  "http-run",
  "http-peers",
  "webhook",
  "events",
  "idle",
  "cost",
  "services",
  "sessions",
  "editor",
  "hostile",
];
const asked = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const options = process.argv.slice(2).filter((word) => word.startsWith("--"));
for (const name of asked.length > 0 ? asked : benches) {
  if (name !== "profile" && !benches.includes(name)) {
    console.error(`There is no bench "${name}". There are: ${benches.join(", ")}.`);
    process.exit(1);
  }
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...options], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}
