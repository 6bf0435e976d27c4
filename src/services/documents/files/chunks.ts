/** Cuts sections into chunks: at the largest break that fits, with the end of the one before at the beginning of the next. */
import { SpellError } from "../../../protocol/errors.ts";
import type { Section } from "./section.ts";

export interface Chunk extends Section {
  text: string;
}

/** Of one file. */
const maxChunks = 20_000;

/** From the best place to cut to the worst. */
const breaks = ["\n\n", "\n", ". ", " "];

/**
 * @param size characters of a chunk at most
 * @param overlap of them that stand at the end of the chunk before, where both are of one section
 * @throws SpellError `too_large`
 */
export function chunksOf(sections: readonly Section[], size: number, overlap: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (const { text, ...rest } of joined(sections, size)) {
    for (const part of cut(text.trim(), size, overlap)) chunks.push({ text: part, ...rest });
    if (chunks.length > maxChunks)
      throw new SpellError(
        "too_large",
        `documents: the file becomes more than ${maxChunks} documents. Raise chunkSize, or cut the file.`,
      );
  }
  return chunks;
}

/** Small sections of one place together, so that a table does not become a document a row. */
function joined(sections: readonly Section[], size: number): Section[] {
  const result: Section[] = [];
  for (const section of sections) {
    const last = result.at(-1);
    const isOnePlace = last !== undefined && last.heading === section.heading && last.page === section.page;
    if (isOnePlace && last.text.length + section.text.length + 2 <= size)
      last.text = `${last.text}\n\n${section.text}`;
    else result.push({ ...section });
  }
  return result;
}

function cut(text: string, size: number, overlap: number): string[] {
  const parts: string[] = [];
  let from = 0;
  while (from < text.length) {
    if (text.length - from <= size) {
      parts.push(text.slice(from));
      break;
    }
    const end = endOf(text, from, size);
    parts.push(text.slice(from, end));
    from = Math.max(startOf(text, end, overlap), from + 1);
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** The last good break in the second half of what fits; else the last place that is not within a character. */
function endOf(text: string, from: number, size: number): number {
  const half = from + Math.ceil(size / 2);
  // Of this part alone: in the whole text a break that is not there would be looked for from the beginning each time.
  const fitting = text.slice(half, from + size);
  for (const mark of breaks) {
    const at = fitting.lastIndexOf(mark);
    if (at !== -1) return half + at + mark.length;
  }
  return from + size - Number(isHigh(text, from + size - 1));
}

/** Where the next chunk begins: at a word within the overlap. */
function startOf(text: string, end: number, overlap: number): number {
  if (overlap === 0) return end;
  const at = text.slice(end - overlap, end).search(/\s\S/);
  return at === -1 ? end - overlap + Number(isHigh(text, end - overlap - 1)) : end - overlap + at + 1;
}

const isHigh = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code >= 0xd800 && code < 0xdc00;
};
