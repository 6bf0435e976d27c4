import { expect, it } from "vitest";
import { reportOf, type TrustFile } from "../../scripts/trust-report.ts";

const file = (name: string, ...lines: string[]): TrustFile => ({ name, hasPassed: true, lines });

it("sums a table over its files and shows its rows", () => {
  const { text, faults } = reportOf(
    [
      file("a", "noise", "trust: escape suite: 2 cases, 0 failures"),
      file("b", "trust: escape suite: 3 cases, 0 failures"),
      file("c", "trust-row: faults | D1 is busy | 503", "trust: faults: 1 cases, 0 failures"),
    ],
    ["escape suite", "faults"],
  );
  expect(faults).toEqual([]);
  expect(text.split("\n").map((line) => line.replaceAll(/ +/g, " "))).toEqual([
    "| table | files | cases | failures |",
    "| ------------ | ----- | ----- | -------- |",
    "| escape suite | 2 | 5 | 0 |",
    "| faults | 1 | 1 | 0 |",
    "| all | 3 | 6 | 0 |",
    "",
    "| faults | what held |",
    "| ---------- | --------- |",
    "| D1 is busy | 503 |",
  ]);
});

it.each([
  ["a file that failed", [{ ...file("a", "trust: x: 1 cases, 0 failures"), hasPassed: false }], "a failed."],
  ["a line with failures", [file("a", "trust: x: 2 cases, 1 failures")], "x: 1 failures."],
  ["a table that tried nothing", [file("a", "trust: x: 0 cases, 0 failures")], 'a tried no case of "x".'],
  [
    "a file without a line, though its table has one of another file",
    [file("a", "trust: x: 1 cases, 0 failures"), file("b", "something else")],
    "b gave no line of what it tried.",
  ],
  ["a table that vanished", [file("a", "trust: y: 1 cases, 0 failures")], 'Nothing was told of "x".'],
])("tells of %s", (_, files, fault) => {
  const { faults, text } = reportOf(files, ["x"]);
  expect(faults).toEqual([fault]);
  expect(text).toContain(fault);
});
