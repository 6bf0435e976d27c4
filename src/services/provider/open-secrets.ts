/** Users' secrets for use within a service. */
import { SecretRepository } from "../../db/secrets.ts";
import type { SecretKeys } from "../../platform/secret-box.ts";
import { SpellError } from "../../protocol/errors.ts";

/**
 * The values of these, by name; never to be told.
 * @throws SpellError `not_configured` for one that the user does not have, `overloaded`
 */
export async function openSecrets(
  env: SecretKeys & { DB: D1Database },
  service: string,
  userId: string,
  names: readonly string[],
): Promise<Record<string, string>> {
  if (names.length === 0) return {};
  const secrets = await new SecretRepository(env).open(userId, names);
  const missing = names.find((name) => secrets[name] === undefined);
  if (missing === undefined) return secrets;
  throw new SpellError(
    "not_configured",
    `${service}: you have no secret "${missing}". Save it at /users/me/secrets.`,
  );
}
