/**
 * How large a value a component may build. In a cycle, one that joins what it gave before doubles it with each turn,
 * and would fill the memory long before the run is out of visits.
 */
import type { NodeContext } from "../engine/component.ts";
import type { SpellError } from "../protocol/errors.ts";
import type { Json } from "../protocol/values.ts";
import { failed } from "./inputs.ts";

/** Characters of texts and keys, 8 more for each value. As much as a template may give. */
export const maxSize = 8 * 1024 * 1024;
/** As deep as JSON from outside may be. */
export const maxDepth = 200;

const tooLarge = (context: NodeContext): SpellError =>
  failed(context, `the result is larger than ${maxSize / 1024 / 1024} MB. Give it less, or look for a loop.`);

/**
 * Asked before a text is built.
 * @throws SpellError `node_failed` for a length beyond {@link maxSize}
 */
export function checkLength(context: NodeContext, length: number): void {
  if (length > maxSize) throw tooLarge(context);
}

/** A search may compare each character of the text with each of what is sought: as many as take some seconds. */
const maxComparisons = 4_000_000_000;

/**
 * Asked before a text is searched for others, whose lengths come together.
 * @throws SpellError `node_failed` where the search could take minutes
 */
export function checkSearch(context: NodeContext, textLength: number, soughtLength: number): void {
  if (textLength * soughtLength > maxComparisons)
    throw failed(context, "the text and what is sought in it are too long together. Shorten one of them.");
}

/** Joins texts. @throws SpellError `node_failed` for a result beyond {@link maxSize} */
export function joined(context: NodeContext, parts: readonly string[], separator: string): string {
  let length = separator.length * Math.max(0, parts.length - 1);
  for (const part of parts) length += part.length;
  checkLength(context, length);
  return parts.join(separator);
}

/**
 * Gives `value` back.
 * @throws SpellError `node_failed` where it is larger than {@link maxSize} or nested deeper than {@link maxDepth}
 */
export function bounded<T extends Json>(context: NodeContext, value: T): T {
  let size = 0;
  const measure = (part: Json, depth: number): void => {
    size += 8;
    if (typeof part === "string") size += part.length;
    if (size > maxSize) throw tooLarge(context);
    if (typeof part !== "object" || part === null) return;
    if (depth > maxDepth)
      throw failed(context, `the result is nested deeper than ${maxDepth} levels. Look for a loop.`);
    if (Array.isArray(part)) for (const item of part) measure(item, depth + 1);
    else
      for (const key of Object.keys(part)) {
        size += key.length;
        measure(part[key] as Json, depth + 1);
      }
  };
  measure(value, 1);
  return value;
}
