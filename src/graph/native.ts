/** Reads a native document: checked by its schema, faults told with their paths. */
import { SpellError } from "../protocol/errors.ts";
import { spellDocument } from "../protocol/spell.ts";
import type { JsonObject } from "../protocol/values.ts";
import { type ImportedSpell, unsavedId } from "./imported.ts";

export function importNative(value: JsonObject): ImportedSpell {
  // Ids and versions are given when a spell is stored, so a draft may come without.
  const parsed = spellDocument.safeParse({ id: unsavedId, name: "", edges: {}, ...value, version: 0 });
  if (parsed.success) return { document: parsed.data, issues: [] };
  const errors = parsed.error.issues
    .slice(0, 50)
    .map((issue) => ({ path: issue.path.join("."), message: issue.message }));
  const [first] = errors;
  throw new SpellError(
    "bad_request",
    `This is no spellrunner@1 document: ${first?.path ?? ""} ${first?.message ?? ""}`.trim(),
    { errors },
  );
}
