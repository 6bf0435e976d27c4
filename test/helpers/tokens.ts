/** Tokens as an operator's own login would give them. */
import { env } from "cloudflare:workers";
import { SignJWT } from "jose";

/** Set in vitest.config.ts. */
export const authSecret = (env as unknown as { AUTH_SECRET: string }).AUTH_SECRET;

/** A token of `user` that is good for an hour, `claims` laid over. */
export const tokenOf = (
  user: string,
  claims: Record<string, unknown> = {},
  secret = authSecret,
): Promise<string> => {
  const seconds = Math.floor(Date.now() / 1000);
  return new SignJWT({ sub: user, iat: seconds, exp: seconds + 3600, ...claims })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .sign(new TextEncoder().encode(secret));
};
