/** What an importer gives. */
import { type SpellDocument, type SpellIssue, spellId } from "../protocol/spell.ts";

export interface ImportedSpell {
  /** `version` is 0: storing it gives it one. */
  document: SpellDocument;
  /** What could not be carried. */
  issues: SpellIssue[];
  /** Further spells of a project file. */
  more?: SpellDocument[];
}

/** The id of a document whose file gives none: whoever stores it gives it one. */
export const unsavedId = "unsaved";

/** A value that may stand as a spell's id: itself when it fits the rule, else nothing. Rows of a database had numbers. */
export function idFrom(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && spellId.safeParse(text).success ? text : undefined;
}
