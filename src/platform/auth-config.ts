/** Where tokens come from, read from the settings once and refused when it would not protect anything. */
import { SpellError } from "../protocol/errors.ts";

/** The settings that say whose tokens count; a part of `Env`. */
export interface AuthSettings {
  AUTH_SECRET?: string | undefined;
  AUTH_JWKS_URL?: string | undefined;
  AUTH_ISSUER?: string | undefined;
  AUTH_AUDIENCE?: string | undefined;
}

export interface AuthConfig {
  /** HS256 key. */
  secret?: Uint8Array;
  /** Public keys of one issuer. */
  jwks?: { url: URL; issuer: string };
  audience?: string;
}

/** RFC 7518 asks of an HS256 key as many bits as the hash has. */
const minSecretBytes = 32;

const refuse = (message: string): never => {
  throw new SpellError("not_configured", message);
};

/** @throws SpellError `not_configured` that names the setting at fault */
export function readAuthConfig(settings: AuthSettings): AuthConfig {
  // A variable set to nothing (`AUTH_SECRET=`) counts as not set.
  const { AUTH_SECRET: secret, AUTH_JWKS_URL: url, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = settings;
  const config: AuthConfig = {};
  if (secret) {
    config.secret = new TextEncoder().encode(secret);
    const bytes = config.secret.byteLength;
    if (bytes < minSecretBytes)
      refuse(`AUTH_SECRET has ${bytes} bytes; give it at least ${minSecretBytes} random ones.`);
  }
  if (url) {
    if (!issuer)
      return refuse("AUTH_JWKS_URL is set without AUTH_ISSUER: set the issuer whose tokens its keys sign.");
    config.jwks = { url: readUrl(url), issuer };
  }
  if (audience) config.audience = audience;
  if (!secret && !url)
    refuse("No key for tokens: set AUTH_SECRET (at least 32 bytes), or AUTH_JWKS_URL with AUTH_ISSUER.");
  return config;
}

/** Keys fetched in the clear could be replaced on the way, so only a loopback server may give them over http. */
function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null) return refuse("AUTH_JWKS_URL is not a URL.");
  const isLoopback = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback)) return url;
  return refuse("AUTH_JWKS_URL must be an https URL.");
}
