/** Pages of a PDF, by PDF.js, which is evaluated when the first one comes: it is half of the Worker. */
import type { PDFDocumentProxy } from "unpdf/pdfjs";
import { describeError, log } from "../../../platform/log.ts";
import { type Section, unreadable } from "./section.ts";

const maxPages = 5000;

type Items = Awaited<ReturnType<Awaited<ReturnType<PDFDocumentProxy["getPage"]>>["getTextContent"]>>["items"];

/** A file may open and yet have a page that is damaged. */
async function itemsOf(pdf: PDFDocumentProxy, page: number): Promise<Items> {
  try {
    return (await (await pdf.getPage(page)).getTextContent()).items;
  } catch (error) {
    log.info("a page of a PDF could not be read", { error: describeError(error) });
    throw unreadable(`its page ${page} is damaged.`);
  }
}

/** @throws SpellError `bad_request` for what is no PDF, is locked, or has no text */
export async function pdfSections(bytes: Uint8Array): Promise<Section[]> {
  const { getDocumentProxy } = await import("unpdf");
  // The parser takes the buffer for itself.
  const pdf = await getDocumentProxy(bytes.slice(), { verbosity: 0 }).catch((error: unknown) => {
    log.info("a PDF could not be opened", { error: describeError(error) });
    const isLocked = error instanceof Error && error.name === "PasswordException";
    throw unreadable(isLocked ? "it is locked by a password." : "it is no PDF, or a damaged one.");
  });
  try {
    if (pdf.numPages > maxPages) throw unreadable(`it has more than ${maxPages} pages.`);
    const sections: Section[] = [];
    for (let page = 1; page <= pdf.numPages; page++) {
      const items = await itemsOf(pdf, page);
      const text = items
        .map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : ""))
        .join("")
        // A word that was cut at the end of its line.
        .replaceAll(/(\p{Ll})-\n(\p{Ll})/gu, "$1$2");
      if (text.trim() !== "") sections.push({ text, page });
    }
    if (sections.length === 0)
      throw unreadable("it has no text. If it is a scan, have its text recognised first.");
    return sections;
  } finally {
    await pdf.loadingTask.destroy();
  }
}
