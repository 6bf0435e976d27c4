/** Sections of data: JSON, lines of JSON, and tables. A record stays whole where it fits. */
import Papa from "papaparse";
import { isTooDeep } from "../../../platform/json.ts";
import { type Section, unreadable } from "./section.ts";

/** The items of a list, else the whole. */
export function jsonSections(text: string): Section[] {
  const value = parsed(text, "it");
  return Array.isArray(value) ? value.map(sectionOf) : [sectionOf(value)];
}

export const jsonLineSections = (text: string): Section[] =>
  text
    .split("\n")
    .map((line, index) => ({ line, index }))
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, index }) => sectionOf(parsed(line, `line ${index + 1}`)));

const sectionOf = (value: unknown): Section => ({
  text: typeof value === "string" ? value : JSON.stringify(value, null, 1),
});

function parsed(text: string, what: string): unknown {
  if (isTooDeep(text)) throw unreadable(`${what} is nested too deep.`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(`${what} is no JSON: ${error instanceof Error ? error.message.slice(0, 200) : ""}`);
  }
}

/** Each row as lines of `column: value`, by the names in the first row. */
export function csvSections(text: string): Section[] {
  const { data, errors, meta } = Papa.parse<Record<string, unknown>>(text.trim(), {
    header: true,
    skipEmptyLines: "greedy",
  });
  const fault = errors.find(({ type }) => type === "Quotes");
  if (fault !== undefined) throw unreadable(`row ${(fault.row ?? 0) + 1}: ${fault.message}.`);
  const fields = meta.fields ?? [];
  return data.map((row) => ({
    text: [...fields.map((field) => [field, row[field]]), ...extraOf(row)]
      .filter(([, value]) => value !== undefined && value !== "")
      .map(([field, value]) => `${String(field)}: ${String(value)}`)
      .join("\n"),
  }));
}

/** Cells beyond the last named column. */
function extraOf(row: Record<string, unknown>): [string, unknown][] {
  const extra = row["__parsed_extra"];
  return Array.isArray(extra) && extra.length > 0 ? [["more", extra.join(", ")]] : [];
}
