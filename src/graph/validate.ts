/** What is wrong with a spell, without running it. */
import type { SpellDocument, SpellIssue } from "../protocol/spell.ts";
import type { Catalogue } from "./catalogue.ts";
import { draw } from "./draw.ts";

/**
 * Faults of a spell and of the spells carried inside it, errors first. Sub-spells by name are not looked up:
 * they may be saved later.
 */
export function validateSpell(document: SpellDocument, catalogue: Catalogue): SpellIssue[] {
  const issues = [...draw(document, catalogue).issues];
  for (const [name, inner] of Object.entries(document.spells ?? {}))
    for (const issue of validateSpell(inner, catalogue))
      issues.push({ ...issue, message: `In the spell "${name}" inside: ${issue.message}` });
  return [
    ...issues.filter((issue) => issue.severity === "error"),
    ...issues.filter((issue) => issue.severity !== "error"),
  ];
}
