/** How often people may try to sign in, and up: counted exactly, by account and by address, where the operator has set a limit. */
import type { AttemptRpc } from "../actor/rpc.ts";
import type { Env } from "../env.ts";
import { limitOf } from "../platform/limit-setting.ts";
import { sha256 } from "../platform/crypto.ts";
import { SpellError } from "../protocol/errors.ts";
import { askActor } from "./actors.ts";
import { addressOf } from "./address-of.ts";
import type { RouteContext } from "./route.ts";

/** Failed sign-ins, of an account or from an address, count for that long. */
export const signInWindowMs = 15 * 60_000;
/** New accounts from an address. */
export const signUpWindowMs = 60 * 60_000;

type Setting =
  | "AUTH_MAX_SIGN_INS_PER_ACCOUNT"
  | "AUTH_MAX_SIGN_INS_PER_ADDRESS"
  | "AUTH_MAX_SIGN_UPS_PER_ADDRESS";

/**
 * Counts an attempt to sign in before the password is looked at, so that many at once are counted, too.
 * @returns to be called when the password was right: it was no guess
 * @throws SpellError `rate_limited`, also for the right password: else guessing would go on, and tell
 */
export async function countSignIn(c: RouteContext, email: string): Promise<() => Promise<void>> {
  const address = addressOf(c.req.raw.headers);
  const from = await take(c.env, "AUTH_MAX_SIGN_INS_PER_ADDRESS", address, signInWindowMs);
  const to = await take(c.env, "AUTH_MAX_SIGN_INS_PER_ACCOUNT", email, signInWindowMs);
  return async () => {
    await Promise.all([from?.giveBack(false), to?.giveBack(true)]);
  };
}

/** @throws SpellError `rate_limited` */
export async function countSignUp(c: RouteContext): Promise<void> {
  await take(c.env, "AUTH_MAX_SIGN_UPS_PER_ADDRESS", addressOf(c.req.raw.headers), signUpWindowMs);
}

/** The counter, where there is a limit. */
async function take(
  env: Env,
  setting: Setting,
  whose: string,
  windowMs: number,
): Promise<AttemptRpc | undefined> {
  const limit = limitOf(env, setting);
  if (limit === Number.POSITIVE_INFINITY) return undefined;
  // A hash: names of actors are seen in dashboards.
  const name = JSON.stringify([1, setting, await sha256(whose)]);
  const counter = (): AttemptRpc => env.ATTEMPTS.getByName(name);
  const waitMs = await askActor(counter, (one) => one.take(limit, windowMs), "write");
  if (waitMs > 0)
    throw new SpellError("rate_limited", `Too many attempts (${setting}). Wait, and try again.`, {
      retryAfter: Math.ceil(waitMs / 1000),
    });
  return counter();
}
