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

/** Prints a table in Markdown and keeps it as bench/results/<name>.md with the machine and the versions. */
export function report(name: string, question: string, rows: readonly Row[], notes: readonly string[]): void {
  const columns = Object.keys(rows[0] ?? {});
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  const table = [
    line(columns),
    line(columns.map(() => "---")),
    ...rows.map((row) => line(columns.map((column) => row[column] ?? ""))),
  ].join("\n");
  const versions = JSON.parse(readFileSync(join(import.meta.dirname, "../package-lock.json"), "utf8")) as {
    packages: Record<string, { version?: string }>;
  };
  const workerd = versions.packages["node_modules/workerd"]?.version ?? "unknown";
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GB; Node ${process.version}, workerd ${workerd}; ${new Date().toISOString().slice(0, 10)}`;
  const text = [`# ${question}`, "", table, "", ...notes, "", machine, ""].join("\n");
  console.log(text);
  const folder = join(import.meta.dirname, "results");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.md`), text);
}
