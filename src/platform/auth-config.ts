/** Where tokens come from, read from the settings once and refused when it would not protect anything. */
import * as z from "zod";
import { SpellError } from "../protocol/errors.ts";

/** The settings that say whose tokens count; a part of `Env`. */
export interface AuthSettings {
  AUTH_SECRET?: string | undefined;
  AUTH_JWKS_URL?: string | undefined;
  AUTH_ISSUER?: string | undefined;
  AUTH_AUDIENCE?: string | undefined;
  /** JSON: `[{"issuer", "jwksUrl", "audience"?}]`, beside the one of AUTH_JWKS_URL. */
  AUTH_ISSUERS?: string | undefined;
}

/** An OpenID issuer, whose tokens its own keys sign and nobody else's. */
export interface Issuer {
  issuer: string;
  url: URL;
  audience?: string;
}

export interface AuthConfig {
  /** HS256 key. */
  secret?: Uint8Array;
  issuers: Issuer[];
  /** Of tokens of the secret. */
  audience?: string;
}

const givenIssuers = z
  .array(
    z.strictObject({
      issuer: z.string().min(1),
      jwksUrl: z.string().min(1),
      audience: z.string().min(1).optional(),
    }),
  )
  .max(100);

/** RFC 7518 asks of an HS256 key as many bits as the hash has. */
const minSecretBytes = 32;

const refuse = (message: string): never => {
  throw new SpellError("not_configured", message);
};

/** @throws SpellError `not_configured` that names the setting at fault */
export function readAuthConfig(settings: AuthSettings): AuthConfig {
  // A variable set to nothing (`AUTH_SECRET=`) counts as not set.
  const { AUTH_SECRET: secret, AUTH_JWKS_URL: url, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = settings;
  const config: AuthConfig = { issuers: [] };
  if (secret) {
    config.secret = new TextEncoder().encode(secret);
    const bytes = config.secret.byteLength;
    if (bytes < minSecretBytes)
      refuse(`AUTH_SECRET has ${bytes} bytes; give it at least ${minSecretBytes} random ones.`);
  }
  if (url) {
    if (!issuer)
      return refuse("AUTH_JWKS_URL is set without AUTH_ISSUER: set the issuer whose tokens its keys sign.");
    config.issuers.push({ url: readUrl("AUTH_JWKS_URL", url), issuer, ...(audience ? { audience } : {}) });
  }
  config.issuers.push(...readIssuers(settings.AUTH_ISSUERS, audience));
  const names = config.issuers.map((one) => one.issuer);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`The issuer ${twice} is set twice.`);
  // A user is known as `<issuer>|<subject>`: another bar would make two users one.
  const barred = names.find((name) => name.includes("|"));
  if (barred !== undefined) refuse(`An issuer may not have a "|" in its name, as ${barred} has.`);
  if (audience) config.audience = audience;
  if (!secret && config.issuers.length === 0)
    refuse(
      "No key for tokens: set AUTH_SECRET (at least 32 bytes), or AUTH_JWKS_URL with AUTH_ISSUER, or AUTH_ISSUERS.",
    );
  return config;
}

function readIssuers(text: string | undefined, audience: string | undefined): Issuer[] {
  if (!text) return [];
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return refuse("AUTH_ISSUERS is no JSON.");
  }
  const parsed = givenIssuers.safeParse(given);
  if (!parsed.success) {
    const [fault] = parsed.error.issues;
    return refuse(
      `AUTH_ISSUERS must be a list of {issuer, jwksUrl, audience?}: ${fault?.path.join(".")}: ${fault?.message}`,
    );
  }
  return parsed.data.map(({ issuer, jwksUrl, audience: own = audience }) => ({
    issuer,
    url: readUrl(`The jwksUrl of ${issuer} in AUTH_ISSUERS`, jwksUrl),
    ...(own ? { audience: own } : {}),
  }));
}

/** Keys fetched in the clear could be replaced on the way, so only a loopback server may give them over http. */
function readUrl(what: string, text: string): URL {
  const url = URL.parse(text);
  if (url === null) return refuse(`${what} is not a URL.`);
  const isLoopback = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback)) return url;
  return refuse(`${what} must be an https URL.`);
}
