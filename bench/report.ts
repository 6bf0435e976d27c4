/** Tables of the benches: on the terminal, and as the last report in bench/results. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

export type Row = Record<string, string | number>;

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

export interface Report {
  /** Of the file in bench/results. */
  name: string;
  question: string;
  tables: readonly { title?: string; rows: readonly Row[] }[];
  notes: readonly string[];
  /** Whose versions matter. */
  packages: readonly string[];
}

function table(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(columns),
    line(columns.map(() => "---")),
    ...rows.map((row) => line(columns.map((column) => row[column] ?? ""))),
  ].join("\n");
}

function versionsOf(packages: readonly string[]): string {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, "../package-lock.json"), "utf8")) as {
    packages: Record<string, { version?: string }>;
  };
  const versions = packages.map(
    (name) => `${name} ${lock.packages[`node_modules/${name}`]?.version ?? "unknown"}`,
  );
  return [`Node ${process.version}`, ...versions].join(", ");
}

/** Prints tables in Markdown and keeps them as bench/results/<name>.md with the machine and the versions. */
export function report({ name, question, tables, notes, packages }: Report): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GB; ${versionsOf(packages)}; ${new Date().toISOString().slice(0, 10)}`;
  const parts = tables.flatMap(({ title, rows }) => [
    ...(title === undefined ? [] : [`## ${title}`, ""]),
    table(rows),
    "",
  ]);
  const text = [`# ${question}`, "", ...parts, ...notes, "", machine, ""].join("\n");
  console.log(text);
  const folder = join(import.meta.dirname, "results");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.md`), text);
}
