/** Who a token is of, whichever kind it is: a JWT, or a program's key. */
import { ApiKeyRepository } from "../db/api-keys.ts";
import { SpellError } from "../protocol/errors.ts";
import type { AuthSettings } from "./auth-config.ts";
import { authenticatorOf, type Identity } from "./authenticator.ts";
import { now } from "./clock.ts";
import { ExpiringMap } from "./expiring-map.ts";

const keyPrefix = "sk_";
/** A key that was removed ends to count within this time. */
const keyMemoryMs = 30_000;
/** Where the environment has another database, as in tests, the keys are others. */
const known = new WeakMap<D1Database, ExpiringMap<Identity>>();

/**
 * @param options.isLasting for what goes on by itself, as connections do: a key is looked for anew, since one that was removed a
 * moment ago must not open what its removal could not close
 * @throws SpellError `unauthorized` with what is wrong, `overloaded`, `not_configured`
 */
export async function identify(
  env: AuthSettings & { DB: D1Database },
  token: string,
  { isLasting = false }: { isLasting?: boolean } = {},
): Promise<Identity> {
  if (!token.startsWith(keyPrefix)) return authenticatorOf(env).verify(token);
  let keys = known.get(env.DB);
  if (keys === undefined) known.set(env.DB, (keys = new ExpiringMap(10_000)));
  const at = now();
  const remembered = isLasting ? undefined : keys.get(token, at);
  if (remembered !== undefined) return remembered;
  const found = token.length > 100 ? undefined : await new ApiKeyRepository(env.DB).find(token, at);
  if (found === undefined)
    throw new SpellError("unauthorized", "This key is unknown, removed, or has expired.");
  keys.set(token, found, Math.min(found.expiresAt, at + keyMemoryMs));
  return found;
}
