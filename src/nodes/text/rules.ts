/** Lists of beginnings, ends and parts that a text is held against: what the rule matchers have in common. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { checkSearch } from "../bounds.ts";
import { asNumber, wrongKind } from "../inputs.ts";
import { storedNumber, type storedText, textIn } from "../schemas.ts";

export type Place = "beginning" | "end" | "any";

/** Entries stand between ", " and are compared in small letters; empty ones, which every text would match, are left out. */
export const entriesOf = (list: string): string[] =>
  list
    .toLowerCase()
    .split(", ")
    .filter((entry) => entry !== "");

export function matches(
  context: NodeContext,
  text: string,
  place: Place,
  entries: readonly string[],
): boolean {
  if (place === "beginning") return entries.some((entry) => text.startsWith(entry));
  if (place === "end") return entries.some((entry) => text.endsWith(entry));
  return includesAny(context, text, entries);
}

export function includesAny(context: NodeContext, text: string, entries: readonly string[]): boolean {
  checkSearch(
    context,
    text.length,
    entries.reduce((length, entry) => length + entry.length, 0),
  );
  return entries.some((entry) => text.includes(entry));
}

/** The last of the lists that are set decides alone: any, else the end, else the beginning. */
export function isMatched(
  context: NodeContext,
  text: string,
  lists: Record<Place, readonly string[]>,
): boolean {
  const place = lists.any.length > 0 ? "any" : lists.end.length > 0 ? "end" : "beginning";
  return matches(context, text, place, lists[place]);
}

export const lengthBounds = { stringMinLength: storedNumber, stringMaxLength: storedNumber };
const bounds = z.object(lengthBounds);

/** Lengths count where a maximum is set: 0 turns both off, as it did. */
export function fitsLength(context: NodeContext, text: string, data: z.infer<typeof bounds>): boolean {
  const numberOf = (name: keyof typeof lengthBounds): number => {
    const value = data[name] ?? 0;
    const number = value === "" ? 0 : asNumber(value);
    if (number === undefined) throw wrongKind(context, name, "a number", value);
    return number;
  };
  const max = numberOf("stringMaxLength");
  const min = numberOf("stringMinLength");
  return max === 0 || (text.length <= max && text.length >= min);
}

export const listIn = (list: z.infer<typeof storedText>): string[] => entriesOf(textIn(list));
