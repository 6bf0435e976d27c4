/** From a token to a verified user. Shared by HTTP, WebSocket upgrades and connections that renew their token. */
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from "jose";
import type { Scope } from "../protocol/accounts.ts";
import { SpellError } from "../protocol/errors.ts";
import { type AuthConfig, type AuthSettings, type Issuer, readAuthConfig } from "./auth-config.ts";
import { now } from "./clock.ts";
import { ExpiringMap } from "./expiring-map.ts";

export interface Identity {
  userId: string;
  /** ms since 1970 at which the token ends. */
  expiresAt: number;
  /** Of a program's key: what it may be used for, and by which id its user removes it. */
  scopes?: readonly Scope[];
  keyId?: string;
}

/** Where the public keys of an issuer come from; a test gives them at hand. */
export type KeySetPort = (url: URL) => JWTVerifyGetKey;

const secretAlgorithms = ["HS256"];
const keySetAlgorithms = ["RS256", "ES256", "EdDSA"];
const clockToleranceSeconds = 5;
const maxTokenLength = 16_384;
const maxSubjectLength = 256;
const maxRemembered = 10_000;
/** A key taken out of the issuer's set ends to count within this time; jose itself keeps the set as long. */
const keySetMemoryMs = 600_000;
/** The latest that a Date can hold, for an `exp` beyond all reason. */
const maxTimeMs = 8.64e15;

export class Authenticator {
  readonly #config: AuthConfig;
  /** By the issuer's name. */
  readonly #issuers: ReadonlyMap<string, Issuer & { keySet: JWTVerifyGetKey }>;
  /** Verified tokens, so that a warm request costs no signature. One map per configuration: other keys, other map. */
  readonly #verified = new ExpiringMap<Identity>(maxRemembered);

  constructor(config: AuthConfig, keySetPort: KeySetPort = createRemoteJWKSet) {
    this.#config = config;
    this.#issuers = new Map(
      config.issuers.map((one) => [one.issuer, { ...one, keySet: keySetPort(one.url) }]),
    );
  }

  /**
   * @throws SpellError `unauthorized` with what is wrong with the token, `overloaded` when the issuer's keys
   * could not be fetched
   */
  async verify(token: string): Promise<Identity> {
    const known = this.#verified.get(token, now());
    if (known !== undefined) return known;
    if (token.length > maxTokenLength) throw unauthorized("The token is too long.");
    // The algorithm's family chooses the key source, and a failure there is final: trying the other source is how an
    // RSA public key comes to be used as an HMAC secret.
    const algorithm = algorithmOf(token);
    const isKeySet = keySetAlgorithms.includes(algorithm);
    const payload = isKeySet
      ? await this.#verifyByKeySet(token)
      : await this.#verifyBySecret(token, algorithm);
    const subject = subjectOf(payload);
    // Whoever lets people choose their names and signs by the secret must not let them choose an issuer's user.
    if (!isKeySet && this.#config.issuers.some(({ issuer }) => subject.startsWith(`${issuer}|`)))
      throw unauthorized("The token's `sub` claim names a user of an issuer, for whom its own keys sign.");
    const identity: Identity = {
      userId: isKeySet ? `${payload.iss}|${subject}` : subject,
      expiresAt: Math.floor(Math.min((payload.exp ?? 0) * 1000, maxTimeMs)),
    };
    const endsAt = identity.expiresAt + clockToleranceSeconds * 1000;
    this.#verified.set(token, identity, isKeySet ? Math.min(endsAt, now() + keySetMemoryMs) : endsAt);
    return identity;
  }

  async #verifyBySecret(token: string, algorithm: string): Promise<JWTPayload> {
    const { secret } = this.#config;
    if (!secretAlgorithms.includes(algorithm) || secret === undefined) throw unacceptedAlgorithm();
    return this.#check(() =>
      jwtVerify(token, secret, { ...claims(this.#config.audience), algorithms: secretAlgorithms }),
    );
  }

  async #verifyByKeySet(token: string): Promise<JWTPayload> {
    if (this.#issuers.size === 0) throw unacceptedAlgorithm();
    const named = this.#issuers.get(issuerOf(token));
    if (named === undefined)
      throw unauthorized("The token's `iss` claim is not the one that is expected here.");
    const { issuer, audience, keySet } = named;
    const getKey: JWTVerifyGetKey = async (header, input) => {
      try {
        return await keySet(header, input);
      } catch (error) {
        if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
          throw error;
        if (error instanceof errors.JOSENotSupported) throw error;
        throw new SpellError(
          "overloaded",
          "The keys of the token's issuer could not be fetched. Try again.",
          {
            retryAfter: 5,
            cause: error,
          },
        );
      }
    };
    return this.#check(() =>
      jwtVerify(token, getKey, { ...claims(audience), issuer, algorithms: keySetAlgorithms }),
    );
  }

  async #check(verify: () => Promise<{ payload: JWTPayload }>): Promise<JWTPayload> {
    try {
      return (await verify()).payload;
    } catch (error) {
      if (error instanceof SpellError) throw error;
      throw unauthorized(faultOf(error));
    }
  }
}

const claims = (audience: string | undefined) => ({
  requiredClaims: ["exp", "sub"],
  clockTolerance: clockToleranceSeconds,
  // One clock for tokens that are verified and those that are remembered.
  currentDate: new Date(now()),
  ...(audience === undefined ? {} : { audience }),
});

const unauthorized = (message: string): SpellError => new SpellError("unauthorized", message);
const unacceptedAlgorithm = (): SpellError =>
  unauthorized("The token is signed with an algorithm that is not accepted here.");

/** Unverified, so good for nothing but choosing the keys. */
function algorithmOf(token: string): string {
  try {
    const { alg } = decodeProtectedHeader(token);
    if (typeof alg === "string") return alg;
  } catch {
    // Falls through: neither kind of garbage has an algorithm.
  }
  throw unauthorized("The token is not a JWT.");
}

/** Unverified, so good for nothing but choosing the keys; empty where there is none. */
function issuerOf(token: string): string {
  try {
    const { iss } = decodeJwt(token);
    return typeof iss === "string" ? iss : "";
  } catch {
    throw unauthorized("The token is not a valid JWT.");
  }
}

/** A user id becomes actors' names and rows, so it must mean the same everywhere: UTF-8 would merge lone surrogates. */
function subjectOf(payload: JWTPayload): string {
  const subject: unknown = payload.sub;
  if (typeof subject !== "string" || subject.length === 0)
    throw unauthorized("The token's `sub` claim is not a text of at least one character.");
  if (subject.length > maxSubjectLength)
    throw unauthorized(`The token's \`sub\` claim is longer than ${maxSubjectLength} characters.`);
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (!subject.isWellFormed() || /[\u0000-\u001f\u007f]/.test(subject))
    throw unauthorized("The token's `sub` claim has characters that are not accepted.");
  return subject;
}

/** What to tell of a refused token: the kind of fault and the claim's name, never a value. */
function faultOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "The token has expired.";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === "missing") return `The token has no \`${error.claim}\` claim.`;
    if (error.claim === "nbf") return "The token is not valid yet.";
    return `The token's \`${error.claim}\` claim is not the one that is expected here.`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return "The token's signature does not verify.";
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return "The token's signature does not verify: its issuer has no one key for it.";
  if (error instanceof errors.JOSEAlgNotAllowed) return unacceptedAlgorithm().message;
  return "The token is not a valid JWT.";
}

const settingNames = [
  "AUTH_SECRET",
  "AUTH_JWKS_URL",
  "AUTH_ISSUER",
  "AUTH_AUDIENCE",
  "AUTH_ISSUERS",
] as const satisfies (keyof AuthSettings)[];

let current: { of: AuthSettings; authenticator: Authenticator } | undefined;

/**
 * The authenticator of these settings, kept for the isolate.
 * @throws SpellError `not_configured`
 */
export function authenticatorOf(settings: AuthSettings): Authenticator {
  const known = current;
  // Every request asks twice.
  if (known !== undefined && settingNames.every((name) => known.of[name] === settings[name]))
    return known.authenticator;
  const of = Object.fromEntries(settingNames.map((name) => [name, settings[name]])) as AuthSettings;
  const authenticator = new Authenticator(readAuthConfig(settings));
  current = { of, authenticator };
  return authenticator;
}
