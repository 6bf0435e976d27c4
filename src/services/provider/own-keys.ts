/** Keys of providers that a user has as secrets win over those of the deployment. */
import { SecretRepository } from "../../db/secrets.ts";
import { now } from "../../platform/clock.ts";
import { ExpiringMap } from "../../platform/expiring-map.ts";
import type { SecretKeys } from "../../platform/secret-box.ts";

/** Secrets of these names stand for the settings of the same names. */
const providerKeys = [
  "OPENAI_API_KEY",
  "ANTHROPIC_API_KEY",
  "AI21_API_KEY",
  "HUGGINGFACE_API_KEY",
  "WEAVIATE_API_KEY",
];

/** One that was changed counts within this time; a run that asks often asks the database once. */
const memoryMs = 30_000;
/** By the database, which in tests is another for each. */
const known = new WeakMap<D1Database, ExpiringMap<Record<string, string>>>();

/**
 * The settings as they are for this user. A Worker without the database has those of the deployment alone.
 * @throws SpellError `overloaded`, `not_configured`
 */
export async function withOwnKeys<E extends SecretKeys & { DB?: D1Database }>(
  env: E,
  userId: string,
): Promise<E> {
  const { DB } = env;
  if (DB === undefined) return env;
  let users = known.get(DB);
  if (users === undefined) known.set(DB, (users = new ExpiringMap(10_000)));
  let own = users.get(userId, now());
  if (own === undefined) {
    own = await new SecretRepository({ ...env, DB }).open(userId, providerKeys);
    users.set(userId, own, now() + memoryMs);
  }
  return { ...env, ...own };
}
