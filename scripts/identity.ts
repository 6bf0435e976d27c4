/** The local server's own secret, and development tokens signed with it. */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SignJWT } from "jose";
import { readAuthConfig } from "../src/platform/auth-config.ts";
import { SpellError } from "../src/protocol/errors.ts";
import { makeDataDir } from "./data-dir.ts";
import type { Settings } from "./settings.ts";

const fileName = "auth-secret";

export const randomSecret = (): string => randomBytes(32).toString("base64url");

/**
 * The variables of the local server. Where they say nothing of identity, a secret of the data folder's own is added,
 * made on the first call.
 * @throws SpellError `not_configured` for settings that would protect nothing
 */
export function withIdentity({ vars, dataDir }: Pick<Settings, "vars" | "dataDir">): Record<string, string> {
  const isSet = [vars.AUTH_SECRET, vars.AUTH_JWKS_URL, vars.AUTH_ISSUERS].some((set) => set !== undefined);
  const complete = isSet ? vars : { ...vars, AUTH_SECRET: secretOf(dataDir) };
  readAuthConfig(complete);
  return complete;
}

/**
 * A token of `user` for a server with these variables.
 * @throws SpellError `not_configured` where tokens come from an issuer's keys alone
 */
export function signToken(vars: Record<string, string>, user: string, hours: number): Promise<string> {
  const { AUTH_SECRET: secret, AUTH_AUDIENCE: audience } = vars;
  if (secret === undefined)
    throw new SpellError(
      "not_configured",
      "Tokens come from AUTH_JWKS_URL's issuer here; set AUTH_SECRET to sign your own.",
    );
  const seconds = Math.floor(Date.now() / 1000);
  const token = new SignJWT({ sub: user, iat: seconds, exp: seconds + Math.round(hours * 3600) });
  if (audience !== undefined) token.setAudience(audience);
  return token.setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(new TextEncoder().encode(secret));
}

function secretOf(dataDir: string): string {
  const path = join(dataDir, fileName);
  makeDataDir(dataDir);
  try {
    writeFileSync(path, `${randomSecret()}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const secret = readFileSync(path, "utf8").trim();
  if (secret.length >= 32) return secret;
  throw new SpellError(
    "not_configured",
    `${path} is damaged. Delete it; the next start makes a new one, and old tokens end.`,
  );
}
