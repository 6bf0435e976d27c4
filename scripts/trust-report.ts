/** What `npm run test:trust` says at its end: one table of all that test/trust tried, and what is wrong with it. */
import { table } from "./markdown-table.ts";

/** Tables that must have been tried; test/helpers/trust-table.ts prints their lines. */
export const trustTables: readonly string[] = [
  "isolation of routes",
  "isolation of messages",
  "identity",
  "limits",
  "headers",
  "outgoing requests",
  "escape suite",
  "fuzz spells",
  "fuzz templates",
  "fuzz patches",
  "fuzz replay",
  "fuzz queries",
  "fuzz connection",
  "fuzz http",
  "fuzz files",
  "fuzz credentials",
  "found by fuzzers",
  "faults",
];

export interface TrustFile {
  /** Its path in the project. */
  name: string;
  hasPassed: boolean;
  /** What it printed, line by line. */
  lines: readonly string[];
}

export interface TrustReport {
  text: string;
  /** None where everything was tried and held. */
  faults: string[];
}

const countLine = /^trust: (.+): (\d+) cases?, (\d+) failures?$/;
const rowLine = /^trust-row: (.+)$/;

/** @param expected tables without which something has vanished, beside those that the files bring */
export function reportOf(files: readonly TrustFile[], expected = trustTables): TrustReport {
  const counts = new Map<string, { files: number; cases: number; failures: number }>();
  const rows: string[][] = [];
  const faults: string[] = [];
  for (const { name, hasPassed, lines } of files) {
    let hasCounted = false;
    for (const line of lines) {
      const row = rowLine.exec(line)?.[1];
      if (row !== undefined) rows.push(row.split(" | "));
      const [, about, tried, failed] = countLine.exec(line) ?? [];
      if (about === undefined) continue;
      hasCounted = true;
      if (Number(tried) === 0) faults.push(`${name} tried no case of "${about}".`);
      const sum = counts.get(about) ?? { files: 0, cases: 0, failures: 0 };
      counts.set(about, {
        files: sum.files + 1,
        cases: sum.cases + Number(tried),
        failures: sum.failures + Number(failed),
      });
    }
    if (!hasPassed) faults.push(`${name} failed.`);
    if (!hasCounted) faults.push(`${name} gave no line of what it tried.`);
  }
  for (const about of expected) if (!counts.has(about)) faults.push(`Nothing was told of "${about}".`);
  for (const [about, { failures }] of counts)
    if (failures > 0) faults.push(`${about}: ${failures} failures.`);
  const sums = [...counts.values()];
  const total = (key: "files" | "cases" | "failures"): string =>
    String(sums.reduce((sum, count) => sum + count[key], 0));
  const order = (about: string): number => (expected.indexOf(about) + expected.length) % expected.length;
  const told = [...counts]
    .toSorted(([a], [b]) => order(a) - order(b))
    .map(([about, { files: of, cases, failures }]) => [about, String(of), String(cases), String(failures)]);
  const kinds = [...new Set(rows.map(([kind = ""]) => kind))];
  const parts = [
    table(
      ["table", "files", "cases", "failures"],
      [...told, ["all", total("files"), total("cases"), total("failures")]],
    ),
    ...kinds.map((kind) =>
      table(
        [kind, "what held"],
        rows.filter(([first]) => first === kind).map(([, what = "", ...held]) => [what, held.join(" | ")]),
      ),
    ),
    ...(faults.length === 0 ? [] : [faults.join("\n")]),
  ];
  return { text: parts.join("\n\n"), faults };
}
