/** What a file says, by its type. */
import { SpellError } from "../../../protocol/errors.ts";
import { type FileType, fileTypes } from "../../../protocol/services.ts";
import { csvSections, jsonLineSections, jsonSections } from "./read-data.ts";
import { pdfSections } from "./read-pdf.ts";
import { htmlSections, markdownSections, plainSections } from "./read-text.ts";
import { type Section, textOf, unreadable } from "./section.ts";

const readers: Record<Exclude<FileType, "application/pdf">, (text: string) => Section[]> = {
  "text/plain": plainSections,
  "text/markdown": markdownSections,
  "text/html": htmlSections,
  "text/csv": csvSections,
  "application/json": jsonSections,
  "application/x-ndjson": jsonLineSections,
};

const byEnding: Readonly<Record<string, FileType>> = {
  txt: "text/plain",
  text: "text/plain",
  log: "text/plain",
  md: "text/markdown",
  markdown: "text/markdown",
  html: "text/html",
  htm: "text/html",
  csv: "text/csv",
  tsv: "text/csv",
  json: "application/json",
  ndjson: "application/x-ndjson",
  jsonl: "application/x-ndjson",
  pdf: "application/pdf",
};

const aliases: Readonly<Record<string, FileType>> = {
  "text/x-markdown": "text/markdown",
  "application/xhtml+xml": "text/html",
  "text/tab-separated-values": "text/csv",
  "application/csv": "text/csv",
  "text/json": "application/json",
  "application/jsonl": "application/x-ndjson",
  "application/x-jsonlines": "application/x-ndjson",
};

/**
 * The type of a file: what is said of it, else what its name ends in.
 * @throws SpellError `bad_request` for one that is not read
 */
export function fileTypeOf(name: string, mimeType = ""): FileType {
  const said = (mimeType.split(";")[0] ?? "").trim().toLowerCase();
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  const told = fileTypes.find((type) => type === said) ?? aliases[said];
  const named = byEnding[ending];
  // Browsers call Markdown and tables plain text, programs call anything an octet-stream.
  const type = told === undefined || told === "text/plain" ? (named ?? told) : told;
  if (type !== undefined) return type;
  throw new SpellError(
    "bad_request",
    `documents: files of the type "${said === "" ? ending : said}" are not read. Those that are: ${fileTypes.join(", ")}.`,
    { errors: [{ path: "request.mimeType", message: "a type that is not read" }] },
  );
}

export const charsetOf = (mimeType: string | undefined): string | undefined =>
  /charset="?([\w-]+)/i.exec(mimeType ?? "")?.[1];

/** @throws SpellError `bad_request` for what is not what its type says, or has nothing in it */
export async function readFile(
  type: FileType,
  bytes: Uint8Array,
  charset: string | undefined,
): Promise<Section[]> {
  const sections =
    type === "application/pdf" ? await pdfSections(bytes) : readers[type](textOf(bytes, charset));
  const full = sections.filter(({ text }) => text.trim() !== "");
  if (full.length === 0) throw unreadable("there is no text in it.");
  return full;
}
