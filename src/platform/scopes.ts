/** What a program's key may be used for. */
import type { Scope } from "../protocol/accounts.ts";
import { SpellError } from "../protocol/errors.ts";

/**
 * A key is never for accounts and keys themselves.
 * @param scopes absent where no key was shown: people may do all
 * @param tag of the route in the OpenAPI document
 * @throws SpellError `forbidden`
 */
export function requireScope(scopes: readonly Scope[] | undefined, tag: string): void {
  if (scopes === undefined) return;
  if (tag !== "auth" && scopes.some((scope) => scope === "all" || scope === tag)) return;
  throw new SpellError(
    "forbidden",
    tag === "auth"
      ? "A key cannot be used for this: sign in."
      : `This key is not for ${tag} (its scopes: ${scopes.join(", ")}).`,
  );
}
