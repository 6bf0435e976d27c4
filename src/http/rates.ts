/**
 * How many requests a minute come from an address, and of a user. Counted by the platform where the request comes in, so that it
 * costs next to nothing and is not exact: https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/. What must be
 * exact is counted by actors.
 */
import type { Env } from "../env.ts";
import { describeError, log } from "../platform/log.ts";
import { SpellError } from "../protocol/errors.ts";

/** As wrangler.toml has it for both. */
const periodSeconds = 60;

const limiters = {
  ADDRESS_RATE: "Too many requests come from your address. Wait a minute, and try again.",
  USER_RATE: "You ask too often. Wait a minute, and try again.",
} as const;

/** @throws SpellError `rate_limited` */
export async function requireRate(env: Env, name: keyof typeof limiters, key: string): Promise<void> {
  const limiter = env[name];
  if (env.RATE_LIMITS !== "on" || limiter === undefined) return;
  const { success } = await limiter.limit({ key }).catch((error: unknown) => {
    log.warn("a rate could not be counted", { name, error: describeError(error) });
    return { success: true };
  });
  if (!success) throw new SpellError("rate_limited", limiters[name], { retryAfter: periodSeconds });
}
