/** Comments and frames, as Rete's editors kept them: a list of texts with a place, and a size where they frame nodes. */
import type { Json, JsonObject, SpellDocument } from "../../lib/index.ts";
import type { Point } from "./document.ts";

export interface Comment {
  /** Its place in the list: they have no other name. */
  index: number;
  text: string;
  position: Point;
  width: number;
  height: number;
  isFrame: boolean;
}

const defaults = { width: 240, height: 90 };

/** Those that can be shown; what else there is stays in the document as it is. */
export function commentsOf(document: SpellDocument): Comment[] {
  const list: Json[] = Array.isArray(document.comments) ? document.comments : [];
  return list.flatMap((entry, index) => {
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return [];
    const position = pointOf(entry.position);
    if (position === null) return [];
    const isFrame = entry.type === "frame";
    return {
      index,
      text: typeof entry.text === "string" ? entry.text : "",
      position,
      width: sizeOf(entry.width, isFrame ? 320 : defaults.width),
      height: sizeOf(entry.height, isFrame ? 200 : defaults.height),
      isFrame,
    };
  });
}

export function addComment(document: SpellDocument, comment: Omit<Comment, "index">): SpellDocument {
  const { text, position, width, height, isFrame } = comment;
  const entry: JsonObject = {
    text,
    position: [position[0], position[1]],
    links: [],
    type: isFrame ? "frame" : "inline",
    width,
    height,
  };
  const list: Json[] = Array.isArray(document.comments) ? document.comments : [];
  return { ...document, comments: [...list, entry] };
}

export function changeComment(document: SpellDocument, index: number, change: JsonObject): SpellDocument {
  const list: Json[] = Array.isArray(document.comments) ? document.comments : [];
  return {
    ...document,
    comments: list.map((entry, i) => (i === index ? { ...(entry as JsonObject), ...change } : entry)),
  };
}

export function removeComments(document: SpellDocument, indices: readonly number[]): SpellDocument {
  if (indices.length === 0 || !Array.isArray(document.comments)) return document;
  return { ...document, comments: document.comments.filter((_, i) => !indices.includes(i)) };
}

function pointOf(value: Json | undefined): Point | null {
  if (!Array.isArray(value)) return null;
  const [x, y] = value;
  return typeof x === "number" && typeof y === "number" ? [x, y] : null;
}

const sizeOf = (value: Json | undefined, otherwise: number): number =>
  typeof value === "number" && value >= 40 ? value : otherwise;
