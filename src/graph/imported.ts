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

/** A value that may stand as a spell's id: itself when it fits the rule, else nothing. */
export const idFrom = (value: unknown): string | undefined =>
  typeof value === "string" && spellId.safeParse(value).success ? value : undefined;
