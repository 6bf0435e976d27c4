/** `npm run licences`: holds the licence of every package against the list, and tells how many there are of each. */
import { existsSync, readFileSync } from "node:fs";
import { inProject } from "./project.ts";
import { licenceFault } from "./licence-rules.ts";
import { table } from "./markdown-table.ts";
import { type Package, readPackages } from "./packages.ts";

const packages = readPackages();
const faults = packages.flatMap((each) => licenceFault(each) ?? otherwise(each) ?? []);

const licences = [...new Set(packages.map(({ licence = "none" }) => licence))].toSorted();
const count = (licence: string, isShipped: boolean): string =>
  String(
    packages.filter((each) => (each.licence ?? "none") === licence && each.isShipped === isShipped).length,
  );
console.log(
  table(
    ["licence", "shipped", "tools"],
    licences.map((licence) => [licence, count(licence, true), count(licence, false)]),
  ),
);
console.log(`${packages.length} packages, ${faults.length} faults`);
if (faults.length > 0 || packages.length === 0) {
  console.error(faults.join("\n"));
  process.exitCode = 1;
}

/** The lock repeats what a package says of itself: told where the one that is shipped says something else. */
function otherwise({ path, name, version, licence, isShipped }: Package): string | undefined {
  const file = inProject(path, "package.json");
  if (!isShipped || !existsSync(file)) return undefined;
  const installed = JSON.parse(readFileSync(file, "utf8")) as { license?: unknown };
  return installed.license === licence
    ? undefined
    : `${name}@${version} says ${JSON.stringify(installed.license)} of itself, the lock ${licence}.`;
}
