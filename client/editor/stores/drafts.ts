/** Changes that no server has yet, kept by the browser: a closed tab or a dead machine loses none. */
import type { Change } from "../core/changes.ts";
import type { SpellDocument } from "../../lib/index.ts";

export interface Draft {
  changes: readonly Change[];
  /** With the changes in it, for what must be restored whole. */
  document: SpellDocument;
}

const keyOf = (userId: string, spellId: string): string => `spellrunner.draft.${userId}.${spellId}`;

/** False where the browser has no room for it. */
export function keepDraft(userId: string, spellId: string, draft: Draft): boolean {
  try {
    localStorage.setItem(keyOf(userId, spellId), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function readDraft(userId: string, spellId: string): Draft | null {
  try {
    return JSON.parse(localStorage.getItem(keyOf(userId, spellId)) ?? "null") as Draft | null;
  } catch {
    return null;
  }
}

export const dropDraft = (userId: string, spellId: string): void =>
  localStorage.removeItem(keyOf(userId, spellId));
