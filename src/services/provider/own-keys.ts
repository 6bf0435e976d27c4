/** Keys and servers of providers that a user has as secrets win over those of the deployment. */
import { SecretRepository } from "../../db/secrets.ts";
import { now } from "../../platform/clock.ts";
import { ExpiringMap } from "../../platform/expiring-map.ts";
import type { SecretKeys } from "../../platform/secret-box.ts";
import { checkedAddress, type GuardEnv, guardSettingsOf } from "./address-guard.ts";

/** A server of the user's own, and its key: that of the deployment is not for it. */
const ownServers = [
  ["OPENAI_BASE_URL", "OPENAI_API_KEY"],
  ["HUGGINGFACE_BASE_URL", "HUGGINGFACE_API_KEY"],
  ["WEAVIATE_URL", "WEAVIATE_API_KEY"],
] as const;
/** Secrets of these names stand for the settings of the same names. */
const providerKeys = [
  ...ownServers.flat(),
  "ANTHROPIC_API_KEY",
  "AI21_API_KEY",
  "EXA_API_KEY",
  "BRAVE_API_KEY",
];

/** One that was changed counts within this time; a run that asks often asks the database once. */
const memoryMs = 30_000;
/** By the database, which in tests is another for each. */
const known = new WeakMap<D1Database, ExpiringMap<Record<string, string>>>();

/**
 * The settings as they are for this user. A Worker without the database has those of the deployment alone.
 * @throws SpellError `overloaded`, `not_configured`, `forbidden` for an own server that is not outside
 */
export async function withOwnKeys<E extends SecretKeys & GuardEnv & { DB?: D1Database }>(
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
  const settings: Record<string, unknown> = { ...env, ...own };
  for (const [server, key] of ownServers) {
    const url = own[server];
    if (url === undefined) continue;
    checkedAddress(url, guardSettingsOf(env), server);
    if (own[key] === undefined) delete settings[key];
  }
  return settings as E;
}
