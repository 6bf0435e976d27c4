/** Spells that others may run: how one is published, and what of it they see. */
import * as z from "zod";
import { spellDocument } from "./spell.ts";
import { spellInterface } from "./services/spells.ts";

/** `interface`: others see names and outputs alone. `source`: its document, too, its plan with sub-spells, and all that its runs record. */
export const share = z.enum(["interface", "source"]);
export type Share = z.infer<typeof share>;

/** Body of `POST /spells/:id/publish`. */
export const publishRequest = z.strictObject({
  /** As it was, when published before; else `interface`. */
  share: share.optional(),
  /** The present one unless given. */
  version: z.number().int().positive().optional(),
});
export type PublishRequest = z.infer<typeof publishRequest>;

export const publication = z.object({
  /** Others find the spell at `/spells/@<publicId>`. */
  publicId: z.string(),
  version: z.number().int().positive(),
  share,
});
export type Publication = z.infer<typeof publication>;

/** `GET /spells/@<publicId>`; `id` is `@<publicId>`. */
export const publishedSpell = spellInterface.extend({
  name: z.string(),
  share,
  /** Where the source is shared. */
  document: spellDocument.optional(),
});
export type PublishedSpell = z.infer<typeof publishedSpell>;
