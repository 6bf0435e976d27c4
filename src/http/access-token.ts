/** Access tokens of this server's own. */
import { SignJWT } from "jose";
import type { Env } from "../env.ts";
import { now } from "../platform/clock.ts";
import { SpellError } from "../protocol/errors.ts";

const accessSeconds = 900;

/** A token for a quarter of an hour. @throws SpellError `not_configured` where tokens are an issuer's alone */
export async function signAccess(
  env: Pick<Env, "AUTH_SECRET" | "AUTH_AUDIENCE">,
  userId: string,
): Promise<{ accessToken: string; expiresIn: number }> {
  const seconds = Math.floor(now() / 1000);
  const token = new SignJWT({ sub: userId, iat: seconds, exp: seconds + accessSeconds });
  if (env.AUTH_AUDIENCE) token.setAudience(env.AUTH_AUDIENCE);
  const accessToken = await token
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .sign(new TextEncoder().encode(secretOf(env)));
  return { accessToken, expiresIn: accessSeconds };
}

/** @throws SpellError `not_configured` where tokens are an issuer's alone */
export function secretOf({ AUTH_SECRET: secret }: Pick<Env, "AUTH_SECRET">): string {
  if (secret) return secret;
  throw new SpellError("not_configured", "Accounts need AUTH_SECRET; here an issuer alone signs people in.");
}
