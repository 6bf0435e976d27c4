import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  createRemoteJWKSet,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTVerifyGetKey,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { readAuthConfig } from "../../src/platform/auth-config.ts";
import { Authenticator } from "../../src/platform/authenticator.ts";
import { thrownBy } from "../helpers/thrown.ts";
import { authSecret, tokenOf } from "../helpers/tokens.ts";

const issuer = "https://issuer.test/";
const jwksUrl = "https://issuer.test/jwks.json";
const seconds = (): number => Math.floor(Date.now() / 1000);

let rsa: CryptoKeyPair;
let ec: CryptoKeyPair;
let ed: CryptoKeyPair;
let pss: CryptoKeyPair;
let foreign: CryptoKeyPair;
let keySet: JWTVerifyGetKey;

beforeAll(async () => {
  rsa = await generateKeyPair("RS256", { extractable: true });
  ec = await generateKeyPair("ES256", { extractable: true });
  ed = await generateKeyPair("EdDSA", { extractable: true });
  pss = await generateKeyPair("PS256", { extractable: true });
  foreign = await generateKeyPair("RS256", { extractable: true });
  const keys = await Promise.all(
    [rsa, ec, ed].map(async ({ publicKey }, i) => ({ ...(await exportJWK(publicKey)), kid: `key-${i}` })),
  );
  keySet = createLocalJWKSet({ keys });
});

const bySecret = (settings = {}): Authenticator =>
  new Authenticator(readAuthConfig({ AUTH_SECRET: authSecret, ...settings }));
const byKeySet = (settings = {}): Authenticator =>
  new Authenticator(
    readAuthConfig({ AUTH_JWKS_URL: jwksUrl, AUTH_ISSUER: issuer, ...settings }),
    () => keySet,
  );
const byBoth = (): Authenticator =>
  new Authenticator(
    readAuthConfig({ AUTH_SECRET: authSecret, AUTH_JWKS_URL: jwksUrl, AUTH_ISSUER: issuer }),
    () => keySet,
  );

const signed = (
  pair: CryptoKeyPair,
  alg: string,
  kid: string,
  claims: Record<string, unknown> = {},
): Promise<string> =>
  new SignJWT({ sub: "alice", iss: issuer, exp: seconds() + 600, ...claims })
    .setProtectedHeader({ alg, kid })
    .sign(pair.privateKey);

const unsecured = (): string => new UnsecuredJWT({ sub: "alice", exp: seconds() + 600 }).encode();
const hs512 = (): Promise<string> =>
  new SignJWT({ sub: "alice", exp: seconds() + 600 })
    .setProtectedHeader({ alg: "HS512" })
    .sign(new TextEncoder().encode(authSecret.repeat(2)));
async function tampered(): Promise<string> {
  const [header, , signature] = (await tokenOf("alice")).split(".");
  const [, payload] = (await tokenOf("mallory")).split(".");
  return [header, payload, signature].join(".");
}
/** The oldest trick: the server's public key is public, so HMAC with it proves nothing. */
async function confused(): Promise<string> {
  const secret = new TextEncoder().encode(await exportSPKI(rsa.publicKey));
  return new SignJWT({ sub: "alice", iss: issuer, exp: seconds() + 600 })
    .setProtectedHeader({ alg: "HS256", kid: "key-0" })
    .sign(secret);
}

/** Claims set to undefined vanish in the JSON. */
const refusals: [what: string, token: () => string | Promise<string>, detail: RegExp][] = [
  ["that is no JWT", () => "garbage", /not a JWT/],
  ["of three empty parts", () => "..", /not a JWT/],
  ["whose payload was changed", tampered, /signature does not verify/],
  ["that has expired", () => tokenOf("alice", { exp: seconds() - 60 }), /expired/],
  ["that is not valid yet", () => tokenOf("alice", { nbf: seconds() + 600 }), /not valid yet/],
  ["without a signature (alg none)", unsecured, /algorithm that is not accepted/],
  [
    "of another secret",
    () => tokenOf("alice", {}, "another secret of more than 32 bytes!"),
    /signature does not verify/,
  ],
  [
    "signed with RS256, whose public key is no secret",
    () => signed(rsa, "RS256", "key-0"),
    /algorithm that is not/,
  ],
  ["of another HMAC", hs512, /algorithm that is not accepted/],
  ["without sub", () => tokenOf("alice", { sub: undefined }), /no `sub`/],
  ["with an empty sub", () => tokenOf(""), /`sub`/],
  ["with a sub that is no text", () => tokenOf("alice", { sub: 7 }), /`sub`/],
  ["with a sub of 257 characters", () => tokenOf("a".repeat(257)), /longer than 256/],
  ["with a sub that UTF-8 would change", () => tokenOf("alice\ud800"), /characters that are not accepted/],
  ["with a control character in sub", () => tokenOf("alice\u0000"), /characters that are not accepted/],
  ["without exp", () => tokenOf("alice", { exp: undefined }), /no `exp`/],
  ["with an exp that is no number", () => tokenOf("alice", { exp: "tomorrow" }), /`exp`/],
  ["beyond 16 KB", () => tokenOf("alice", { more: "x".repeat(20_000) }), /too long/],
];

describe("a server with a secret", () => {
  it("knows the user by sub and the end of the token", async () => {
    const exp = seconds() + 100;
    expect(await bySecret().verify(await tokenOf("alice", { exp }))).toEqual({
      userId: "alice",
      expiresAt: exp * 1000,
    });
  });

  it.each(refusals)("refuses a token %s", async (_what, token, detail) => {
    const error = await thrownBy(bySecret().verify(await token()));
    expect(error).toMatchObject({ code: "unauthorized", message: expect.stringMatching(detail) as unknown });
  });

  it("refuses a token again that it has refused, and takes one again that it has taken", async () => {
    const authenticator = bySecret();
    const [good, bad] = [await tokenOf("alice"), await tampered()];
    for (let i = 0; i < 2; i += 1) {
      expect((await authenticator.verify(good)).userId).toBe("alice");
      expect(await thrownBy(authenticator.verify(bad))).toMatchObject({ code: "unauthorized" });
    }
  });

  it("does not take a remembered token for one of other keys", async () => {
    const token = await tokenOf("alice");
    await bySecret().verify(token);
    const rotated = bySecret({ AUTH_SECRET: "the next secret, of more than 32 bytes" });
    expect(await thrownBy(rotated.verify(token))).toMatchObject({ code: "unauthorized" });
  });

  it("takes only tokens for its audience when it has one", async () => {
    const authenticator = bySecret({ AUTH_AUDIENCE: "spells" });
    expect((await authenticator.verify(await tokenOf("alice", { aud: ["other", "spells"] }))).userId).toBe(
      "alice",
    );
    expect(await thrownBy(authenticator.verify(await tokenOf("alice", { aud: "other" })))).toMatchObject({
      code: "unauthorized",
      message: expect.stringContaining("`aud`") as unknown,
    });
    expect(await thrownBy(authenticator.verify(await tokenOf("alice")))).toMatchObject({
      code: "unauthorized",
    });
  });

  it("keeps an exp beyond all reason within what a date can hold", async () => {
    const { expiresAt } = await bySecret().verify(await tokenOf("alice", { exp: 1e300 }));
    expect(new Date(expiresAt).getTime()).toBe(expiresAt);
  });
});

describe("a server with an issuer's key set", () => {
  it("knows the user by issuer and sub, whichever accepted algorithm signs", async () => {
    const tokens = [
      signed(rsa, "RS256", "key-0"),
      signed(ec, "ES256", "key-1"),
      signed(ed, "EdDSA", "key-2"),
    ];
    for (const token of await Promise.all(tokens))
      expect((await byKeySet().verify(token)).userId).toBe("https://issuer.test/|alice");
  });

  it.each([
    ["of a key that is not in the set", () => signed(foreign, "RS256", "key-9"), /signature/],
    ["of another key under a known name", () => signed(foreign, "RS256", "key-0"), /signature/],
    ["of another issuer", () => signed(rsa, "RS256", "key-0", { iss: "https://evil.test/" }), /`iss`/],
    ["without an issuer", () => signed(rsa, "RS256", "key-0", { iss: undefined }), /`iss`/],
    ["that has expired", () => signed(rsa, "RS256", "key-0", { exp: seconds() - 60 }), /expired/],
    ["without sub", () => signed(rsa, "RS256", "key-0", { sub: undefined }), /no `sub`/],
    ["without exp", () => signed(rsa, "RS256", "key-0", { exp: undefined }), /no `exp`/],
    ["of an algorithm that is not accepted", () => signed(pss, "PS256", "key-0"), /algorithm/],
    ["without a signature", unsecured, /algorithm/],
    ["made by HMAC with the public key as secret", confused, /algorithm/],
  ])("refuses a token %s", async (_what, token, detail) => {
    const error = await thrownBy(byKeySet().verify(await token()));
    expect(error).toMatchObject({ code: "unauthorized", message: expect.stringMatching(detail) as unknown });
  });

  it("says that the keys could not be had, and does not blame the token, when the issuer is away", async () => {
    const away = new Authenticator(
      readAuthConfig({ AUTH_JWKS_URL: jwksUrl, AUTH_ISSUER: issuer }),
      () => () => {
        throw new TypeError("Network connection lost.");
      },
    );
    const error = await thrownBy(away.verify(await signed(rsa, "RS256", "key-0")));
    expect(error).toMatchObject({ code: "overloaded", retryAfter: 5 });
  });
});

describe("a server with both", () => {
  it("takes each kind by its own keys and gives the two kinds different users", async () => {
    expect((await byBoth().verify(await tokenOf("alice"))).userId).toBe("alice");
    expect((await byBoth().verify(await signed(rsa, "RS256", "key-0"))).userId).toBe(
      "https://issuer.test/|alice",
    );
  });

  it("never tries the other keys after one kind has failed", async () => {
    expect(await thrownBy(byBoth().verify(await confused()))).toMatchObject({
      code: "unauthorized",
      message: expect.stringContaining("signature") as unknown,
    });
    expect(await thrownBy(byBoth().verify(await signed(foreign, "RS256", "key-0")))).toMatchObject({
      code: "unauthorized",
    });
  });
});

describe("of several issuers", () => {
  const other = "https://other.test/";
  const both = (): Authenticator => {
    const listed = [{ issuer: other, jwksUrl: "https://other.test/keys", audience: "theirs" }];
    const config = readAuthConfig({
      AUTH_JWKS_URL: jwksUrl,
      AUTH_ISSUER: issuer,
      AUTH_ISSUERS: JSON.stringify(listed),
    });
    return new Authenticator(config, (url) => (url.host === "other.test" ? otherSet : keySet));
  };
  let otherSet: JWTVerifyGetKey;
  beforeAll(async () => {
    const keys = [{ ...(await exportJWK(foreign.publicKey)), kid: "key-0" }];
    otherSet = createLocalJWKSet({ keys });
  });
  const theirs = (claims: Record<string, unknown> = {}) =>
    signed(foreign, "RS256", "key-0", { iss: other, aud: "theirs", ...claims });

  it("each signs for its own users, whatever they are called", async () => {
    const authenticator = both();
    expect((await authenticator.verify(await signed(rsa, "RS256", "key-0"))).userId).toBe(`${issuer}|alice`);
    expect((await authenticator.verify(await theirs())).userId).toBe(`${other}|alice`);
  });

  it("none signs for another, for nobody's audience, or unknown", async () => {
    const authenticator = both();
    const refused = async (token: Promise<string>) =>
      expect(await thrownBy(authenticator.verify(await token))).toMatchObject({ code: "unauthorized" });
    await refused(theirs({ iss: issuer }));
    await refused(signed(rsa, "RS256", "key-0", { iss: other, aud: "theirs" }));
    await refused(theirs({ aud: "ours" }));
    await refused(theirs({ aud: undefined }));
    await refused(theirs({ iss: "https://third.test/" }));
    await refused(theirs({ iss: undefined }));
    await refused(theirs({ iss: [other] }));
  });

  it("are not asked again for each token of a key that they do not have", async () => {
    const url = `${inject("outsideUrl")}/jwks/${crypto.randomUUID()}`;
    const keys = [{ ...(await exportJWK(ec.publicKey)), kid: "known" }];
    await fetch(url, { method: "PUT", body: JSON.stringify({ keys }) });
    const config = readAuthConfig({ AUTH_ISSUERS: JSON.stringify([{ issuer, jwksUrl: url }]) });
    const authenticator = new Authenticator(config);
    await authenticator.verify(await signed(ec, "ES256", "known"));
    for (let i = 0; i < 5; i += 1)
      expect(await thrownBy(authenticator.verify(await signed(ec, "ES256", `unknown-${i}`)))).toMatchObject({
        code: "unauthorized",
      });
    const times = Number((await fetch(`${url}?times`)).headers.get("x-times"));
    expect(times).toBeLessThanOrEqual(2);
  });

  it.each(["/html", "/nojson", "/status/500", "/redirect/302", "/cut", "/echo"])(
    "that give %s for their keys are away, and no token is to blame",
    async (path) => {
      const jwks = `${inject("outsideUrl")}${path}`;
      const config = readAuthConfig({ AUTH_ISSUERS: JSON.stringify([{ issuer, jwksUrl: jwks }]) });
      expect(await thrownBy(new Authenticator(config).verify(await signed(ec, "ES256", "k")))).toMatchObject({
        code: "overloaded",
      });
    },
  );

  it("can change their keys: a new one is fetched, what the old one signed ends to count", async () => {
    const url = `${inject("outsideUrl")}/jwks/${crypto.randomUUID()}`;
    const publish = async (...pairs: CryptoKeyPair[]) => {
      const keys = await Promise.all(
        pairs.map(async ({ publicKey }) => ({
          ...(await exportJWK(publicKey)),
          kid: await thumbprintOf(publicKey),
        })),
      );
      await fetch(url, { method: "PUT", body: JSON.stringify({ keys }) });
    };
    const thumbprintOf = async (key: CryptoKey) => calculateJwkThumbprint(await exportJWK(key));
    const config = readAuthConfig({ AUTH_ISSUERS: JSON.stringify([{ issuer, jwksUrl: url }]) });
    const make = () => new Authenticator(config, (at) => createRemoteJWKSet(at, { cooldownDuration: 0 }));
    const authenticator = make();
    const [old, next] = [await generateKeyPair("ES256", { extractable: true }), ec];
    const by = async (pair: CryptoKeyPair) => signed(pair, "ES256", await thumbprintOf(pair.publicKey));
    await publish(old);
    expect((await authenticator.verify(await by(old))).userId).toBe(`${issuer}|alice`);
    await publish(next);
    expect((await authenticator.verify(await by(next))).userId).toBe(`${issuer}|alice`);
    expect(await thrownBy(make().verify(await by(old)))).toMatchObject({ code: "unauthorized" });
  });
});
