/**
 * Who gets in, attacked: tokens that are forged, downgraded, expired, swapped and replayed, at every door that takes one. What
 * test/platform and test/http try of it already is not tried again.
 */
import { Buffer } from "node:buffer";
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { exportJWK, exportSPKI, generateKeyPair } from "jose";
import { afterEach, beforeAll, describe, expect, inject, it, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { app } from "../../src/http/app.ts";
import { readAuthConfig } from "../../src/platform/auth-config.ts";
import { Authenticator } from "../../src/platform/authenticator.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { countCases } from "../helpers/count-cases.ts";
import { forge, hmac, type Signer, signature, unsigned } from "../helpers/forge.ts";
import { echoSpell } from "../helpers/documents.ts";
import { thrownBy } from "../helpers/thrown.ts";
import { authSecret, tokenOf } from "../helpers/tokens.ts";

const tried = countCases("identity table");
const bindings = env as unknown as Env;
const base = "https://trust.test";
const [issuerA, issuerB] = ["https://a.test/", "https://b.test/"];
const now = (): number => Math.floor(Date.now() / 1000);
const alice = userNamed("trust-alice");

let keys: Record<"rsa" | "ec" | "ed" | "b" | "attacker" | "attackerEc", CryptoKeyPair>;
let settings: Env;
let attackerUrl: string;

beforeAll(async () => {
  const pair = (algorithm: string) => generateKeyPair(algorithm, { extractable: true });
  const [rsa, ec, ed, b, attacker, attackerEc] = await Promise.all(
    ["RS256", "ES256", "EdDSA", "RS256", "RS256", "ES256"].map(pair),
  );
  keys = { rsa, ec, ed, b, attacker, attackerEc } as typeof keys;
  const publish = async (named: Record<string, CryptoKeyPair>) => {
    const url = `${inject("outsideUrl")}/jwks/${crypto.randomUUID()}`;
    const jwks = Object.entries(named).map(async ([kid, { publicKey }]) => ({
      ...(await exportJWK(publicKey)),
      kid,
    }));
    await fetch(url, { method: "PUT", body: JSON.stringify({ keys: await Promise.all(jwks) }) });
    return url;
  };
  attackerUrl = await publish({ evil: keys.attacker, "a-rsa": keys.attacker });
  const issuers = [
    {
      issuer: issuerA,
      jwksUrl: await publish({ "a-rsa": keys.rsa, "a-ec": keys.ec, "a-ed": keys.ed }),
      audience: "spells",
    },
    { issuer: issuerB, jwksUrl: await publish({ "b-rsa": keys.b }), audience: "spells" },
  ];
  settings = { ...bindings, AUTH_ISSUERS: JSON.stringify(issuers) };
  expect((await alice.ask("/spells/io", { method: "PUT", body: echoSpell("io") })).status).toBe(201);
});
afterEach(() => void vi.restoreAllMocks());

const ask = (path: string, headers: Headers | Record<string, string> = {}, more: RequestInit = {}) =>
  Promise.resolve(
    app.fetch(new Request(base + path, { ...more, headers }), settings, createExecutionContext()),
  );
const claims = (more: object = {}) => ({
  sub: alice.name,
  iss: issuerA,
  aud: "spells",
  exp: now() + 600,
  ...more,
});
const byA = (header: object = {}, more: object = {}, signer: Signer = signature("RS256", keys.rsa)) =>
  forge({ alg: "RS256", kid: "a-rsa", ...header }, claims(more), signer);
const bySecret = (more: object = {}, header: object = {}) =>
  forge({ alg: "HS256", ...header }, claims({ iss: undefined, aud: undefined, ...more }), hmac(authSecret));
const payloadOf = (payload: string | Uint8Array | object) =>
  forge({ alg: "HS256" }, payload, hmac(authSecret));
const parts = async (token: Promise<string>) => (await token).split(".") as [string, string, string];

/** Every door: none may open, and each says 401. */
async function expectShut(token: string): Promise<void> {
  const upgrade = { upgrade: "websocket" };
  const doors: [string, string, Record<string, string>][] = [
    ["header", "/spells", { authorization: `Bearer ${token}` }],
    ["upgrade", "/spells/io/connect", { ...upgrade, authorization: `Bearer ${token}` }],
    [
      "subprotocol",
      "/spells/io/connect",
      { ...upgrade, "sec-websocket-protocol": `spellrunner.v1, bearer.${token}` },
    ],
    ["ticket", `/spells/io/connect?ticket=${encodeURIComponent(token)}`, upgrade],
  ];
  for (const [door, path, headers] of doors) {
    tried();
    const response = await ask(path, headers);
    // Too long for an address at all.
    const isTooLong = door === "ticket" && token.length > 16_000;
    expect([door, response.status, response.webSocket]).toEqual([door, isTooLong ? 414 : 401, null]);
    expect(await bodyOf(response)).toMatchObject({ code: isTooLong ? "too_large" : "unauthorized" });
  }
}

const tables: Record<string, Record<string, () => Promise<string> | string>> = {
  "an algorithm": {
    none: () => byA({ alg: "none" }, {}, unsigned),
    None: () => byA({ alg: "None" }, {}, unsigned),
    NONE: () => byA({ alg: "NONE" }, {}, unsigned),
    nOnE: () => byA({ alg: "nOnE" }, {}, unsigned),
    "none, with a signature": () => byA({ alg: "none" }),
    "none of a user of the secret": () =>
      forge({ alg: "none" }, { sub: alice.name, exp: now() + 60 }, unsigned),
    "that is missing": () => byA({ alg: undefined }),
    "that is null": () => byA({ alg: null }),
    "that is a number": () => byA({ alg: 256 }),
    "that is a list": () => byA({ alg: ["RS256"] }),
    "in small letters": () => bySecret({}, { alg: "hs256" }),
    "with a blank": () => bySecret({}, { alg: "HS256 " }),
    HS384: () => forge({ alg: "HS384" }, claims({ iss: undefined, aud: undefined }), hmac(authSecret, 384)),
    HS512: () => forge({ alg: "HS512" }, claims({ iss: undefined, aud: undefined }), hmac(authSecret, 512)),
    "HS256 by an empty key": () => forge({ alg: "HS256" }, claims(), hmac("")),
    "HS256 by the word null": () => forge({ alg: "HS256" }, claims(), hmac("null")),
    "HS256 by the word undefined": () => forge({ alg: "HS256" }, claims(), hmac("undefined")),
    "HS256 by the public key as PEM": async () =>
      byA({ alg: "HS256" }, {}, hmac(await exportSPKI(keys.rsa.publicKey))),
    "HS256 by the public key as PEM with a line's end": async () =>
      byA({ alg: "HS256" }, {}, hmac(`${await exportSPKI(keys.rsa.publicKey)}\n`)),
    "HS256 by the public key as DER": async () => {
      const der = (await crypto.subtle.exportKey("spki", keys.rsa.publicKey)) as ArrayBuffer;
      return byA({ alg: "HS256" }, {}, hmac(new Uint8Array(der)));
    },
    "HS256 by the public key as JWK": async () =>
      byA({ alg: "HS256" }, {}, hmac(JSON.stringify(await exportJWK(keys.rsa.publicKey)))),
    "HS256 by the public key's modulus": async () =>
      byA(
        { alg: "HS256" },
        {},
        hmac(Buffer.from((await exportJWK(keys.rsa.publicKey)).n ?? "", "base64url")),
      ),
    RS384: () => byA({ alg: "RS384" }),
    RS512: () => byA({ alg: "RS512" }),
    PS256: () => byA({ alg: "PS256" }),
    RS1: () => byA({ alg: "RS1" }),
    ES256K: () => byA({ alg: "ES256K", kid: "a-ec" }, {}, signature("ES256", keys.ec)),
    "ES256 by an RSA key": () => byA({ alg: "ES256" }),
    "RS256 named, ES256 signed": () => byA({}, {}, signature("ES256", keys.ec)),
    "RS256 by the name of an EC key": () => byA({ kid: "a-ec" }, {}, signature("ES256", keys.ec)),
    "EdDSA by an EC key": () => byA({ alg: "EdDSA", kid: "a-ec" }, {}, signature("ES256", keys.ec)),
    "ES256 by a signature of zeros": () =>
      byA({ alg: "ES256", kid: "a-ec" }, {}, () => Buffer.alloc(64).toString("base64url")),
    "ES256 by a signature of nothing": () => byA({ alg: "ES256", kid: "a-ec" }, {}, unsigned),
    "EdDSA by a signature of zeros": () =>
      byA({ alg: "EdDSA", kid: "a-ed" }, {}, () => Buffer.alloc(64).toString("base64url")),
    dir: () => byA({ alg: "dir", enc: "A256GCM" }),
  },
  "a key id": {
    "of another's key": () => byA({ kid: "evil" }, {}, signature("RS256", keys.attacker)),
    "of ours on another's signature": () => byA({}, {}, signature("RS256", keys.attacker)),
    "that is missing, on another's signature": () =>
      byA({ kid: undefined }, {}, signature("RS256", keys.attacker)),
    "of the other issuer": () => byA({ kid: "b-rsa" }, {}, signature("RS256", keys.b)),
    "that is a path to nothing": () => byA({ alg: "HS256", kid: "../../../../dev/null" }, {}, hmac("")),
    "that is a path, by RS256": () =>
      byA({ kid: "../../../../dev/null" }, {}, signature("RS256", keys.attacker)),
    "that is an address": () => byA({ kid: attackerUrl }, {}, signature("RS256", keys.attacker)),
    "that is SQL": () => byA({ kid: "x' UNION SELECT 'key' --" }, {}, signature("RS256", keys.attacker)),
    "that is a command": () => byA({ kid: "x|curl evil.test" }, {}, signature("RS256", keys.attacker)),
    "called __proto__": () => byA({ kid: "__proto__" }, {}, signature("RS256", keys.attacker)),
    "called constructor": () => byA({ kid: "constructor" }, {}, signature("RS256", keys.attacker)),
    "of 10 000 characters": () => byA({ kid: "k".repeat(10_000) }, {}, signature("RS256", keys.attacker)),
    "that is a number": () => byA({ kid: 0 }, {}, signature("RS256", keys.attacker)),
    "that is an object": () => byA({ kid: { toString: "a-rsa" } }, {}, signature("RS256", keys.attacker)),
    "that is a list with ours": () => byA({ kid: ["a-rsa"] }, {}, signature("RS256", keys.attacker)),
    "that is empty": () => byA({ kid: "" }, {}, signature("RS256", keys.attacker)),
  },
  "a header": {
    "with a key of its own (jwk)": async () =>
      byA({ jwk: await exportJWK(keys.attacker.publicKey) }, {}, signature("RS256", keys.attacker)),
    "with a key of its own, by ES256": async () =>
      byA(
        { alg: "ES256", kid: "a-ec", jwk: await exportJWK(keys.attackerEc.publicKey) },
        {},
        signature("ES256", keys.attackerEc),
      ),
    "with the address of keys (jku)": () =>
      byA({ jku: attackerUrl, kid: "evil" }, {}, signature("RS256", keys.attacker)),
    "with the address of keys of our names": () =>
      byA({ jku: attackerUrl }, {}, signature("RS256", keys.attacker)),
    "with the address of a certificate (x5u)": () =>
      byA({ x5u: attackerUrl }, {}, signature("RS256", keys.attacker)),
    "with a certificate (x5c)": () => byA({ x5c: ["MIIB"] }, {}, signature("RS256", keys.attacker)),
    "with a thumbprint (x5t)": () => byA({ x5t: "AAAA" }, {}, signature("RS256", keys.attacker)),
    "with a claim that is critical": () => bySecret({}, { crit: ["exp"], exp: 1 }),
    "with an extension that is critical": () =>
      bySecret({}, { crit: ["https://x.test"], "https://x.test": 1 }),
    "with nothing that is critical": () => bySecret({}, { crit: [] }),
    "with critical things that are no list": () => bySecret({}, { crit: "exp" }),
    "that says its payload is not encoded": () => bySecret({}, { crit: ["b64"], b64: false }),
    "that is a list": () => forge([{ alg: "HS256" }], claims(), hmac(authSecret)),
    "that is a text": () => forge('"HS256"', claims(), hmac(authSecret)),
    "that is null": () => forge("null", claims(), hmac(authSecret)),
    "that is no JSON": () => forge("{alg:HS256}", claims(), hmac(authSecret)),
    "that is no UTF-8": () => forge(new Uint8Array([0xff, 0xfe]), claims(), hmac(authSecret)),
    "with an inherited algorithm": () =>
      forge('{"__proto__":{"alg":"HS256"}}', claims({ iss: undefined }), hmac(authSecret)),
  },
  "an issuer": {
    "that is unknown": () => byA({}, { iss: "https://c.test/" }),
    "that is missing": () => byA({}, { iss: undefined }),
    "that is null": () => byA({}, { iss: null }),
    "that is a list with ours": () => byA({}, { iss: [issuerA] }),
    "that is an object": () => byA({}, { iss: { toString: issuerA } }),
    "that is ours without its slash": () => byA({}, { iss: "https://a.test" }),
    "that is ours in capitals": () => byA({}, { iss: issuerA.toUpperCase() }),
    "that is ours with more": () => byA({}, { iss: `${issuerA}evil` }),
    "that is the other one's": () => byA({}, { iss: issuerB }),
    "that is the other one's, with its key's name": () => byA({ kid: "b-rsa" }, { iss: issuerB }),
    "that is ours, signed by the other": () =>
      forge({ alg: "RS256", kid: "b-rsa" }, claims(), signature("RS256", keys.b)),
    "that is ours, signed by the secret": () => byA({ alg: "RS256" }, {}, hmac(authSecret)),
    "called __proto__": () => byA({}, { iss: "__proto__" }),
  },
  "an audience": {
    "that is another": () => byA({}, { aud: "other" }),
    "that is missing": () => byA({}, { aud: undefined }),
    "that is null": () => byA({}, { aud: null }),
    "that is an empty list": () => byA({}, { aud: [] }),
    "that is a list of others": () => byA({}, { aud: ["other", "more"] }),
    "that is a list in a list": () => byA({}, { aud: [["spells"]] }),
    "that is an object": () => byA({}, { aud: { 0: "spells" } }),
    "that is a number": () => byA({}, { aud: 1 }),
    "that is ours with more": () => byA({}, { aud: "spells-evil" }),
    "that is ours in capitals": () => byA({}, { aud: "SPELLS" }),
  },
  "a time": {
    "exp missing": () => bySecret({ exp: undefined }),
    "exp null": () => bySecret({ exp: null }),
    "exp a text": () => bySecret({ exp: String(now() + 600) }),
    "exp a word": () => bySecret({ exp: "never" }),
    "exp a list": () => bySecret({ exp: [now() + 600] }),
    "exp an object": () => bySecret({ exp: { valueOf: now() + 600 } }),
    "exp true": () => bySecret({ exp: true }),
    "exp 0": () => bySecret({ exp: 0 }),
    "exp negative": () => bySecret({ exp: -1 }),
    "exp a date": () => bySecret({ exp: new Date(Date.now() + 600_000).toISOString() }),
    "exp past the tolerance": () => bySecret({ exp: now() - 6 }),
    "exp a second fraction past": () => bySecret({ exp: now() - 5.5 }),
    "exp minus infinity": () => payloadOf('{"sub":"x","exp":-1e999}'),
    "nbf tomorrow": () => bySecret({ nbf: now() + 86_400 }),
    "nbf past the tolerance": () => bySecret({ nbf: now() + 60 }),
    "nbf a text": () => bySecret({ nbf: "0" }),
    "nbf infinite": () => payloadOf(`{"sub":"x","exp":${now() + 60},"nbf":1e999}`),
    "of an issuer's, exp missing": () => byA({}, { exp: undefined }),
    "of an issuer's, exp a text": () => byA({}, { exp: String(now() + 600) }),
    "of an issuer's, past": () => byA({}, { exp: now() - 6 }),
  },
  "a subject": {
    "that is missing": () => bySecret({ sub: undefined }),
    "that is null": () => bySecret({ sub: null }),
    "that is empty": () => bySecret({ sub: "" }),
    "that is a number": () => bySecret({ sub: 1 }),
    "that is true": () => bySecret({ sub: true }),
    "that is a list": () => bySecret({ sub: [alice.name] }),
    "that is an object": () => bySecret({ sub: { toString: alice.name } }),
    "of 257 characters": () => bySecret({ sub: "s".repeat(257) }),
    "of 8 000 characters": () => bySecret({ sub: "s".repeat(8000) }),
    "with a NUL": () => bySecret({ sub: `${alice.name}\0` }),
    "with a line's end": () => bySecret({ sub: `${alice.name}\n` }),
    "with a return": () => bySecret({ sub: `\r${alice.name}` }),
    "with an escape": () => bySecret({ sub: `${alice.name}\u001b[2J` }),
    "with a delete": () => bySecret({ sub: `${alice.name}\u007f` }),
    "with half a pair": () => payloadOf(`{"sub":"${alice.name}\\ud800","exp":${now() + 60}}`),
    "that is inherited": () => payloadOf(`{"__proto__":{"sub":"${alice.name}"},"exp":${now() + 60}}`),
    "of an issuer's, missing": () => byA({}, { sub: undefined }),
    "of an issuer's, empty": () => byA({}, { sub: "" }),
    "of the secret's, that names an issuer's user": () => bySecret({ sub: `${issuerA}|${alice.name}` }),
    "of the secret's, that names the other issuer's user": () => bySecret({ sub: `${issuerB}|x` }),
  },
  "a form": {
    "of one part": async () => (await parts(bySecret()))[0],
    "of two": async () => (await parts(bySecret())).slice(0, 2).join("."),
    "of four": async () => `${await bySecret()}.x`,
    "of five, as a JWE has": async () => {
      const [, payload, signed] = await parts(bySecret());
      const header = Buffer.from('{"alg":"dir","enc":"A256GCM"}').toString("base64url");
      return [header, "", payload, signed, signed].join(".");
    },
    "of five, by a key for itself": async () => {
      const header = Buffer.from('{"alg":"A256KW","enc":"A256GCM"}').toString("base64url");
      return [header, "AAAA", "AAAA", "AAAA", "AAAA"].join(".");
    },
    "of five whose header says HS256": async () => `${await bySecret()}.a.b`,
    "of dots": () => "..",
    "nested: a token as the payload": async () =>
      forge({ alg: "HS256", cty: "JWT" }, await bySecret(), hmac(authSecret)),
    "nested in quotes": async () =>
      forge({ alg: "HS256", cty: "JWT" }, `"${await bySecret()}"`, hmac(authSecret)),
    "with a payload that is a list": () => payloadOf([claims()]),
    "with a payload that is null": () => payloadOf("null"),
    "with a payload that is a text": () => payloadOf('"alice"'),
    "with a payload that is no JSON": () => payloadOf("{sub:alice}"),
    "with a payload that is no UTF-8": () => payloadOf(new Uint8Array([0x7b, 0xff, 0x7d])),
    "without a payload": () => payloadOf(""),
    "without its signature": async () => `${(await parts(bySecret())).slice(0, 2).join(".")}.`,
    "whose signature is a character short": async () => (await bySecret()).slice(0, -1),
    "whose signature is two characters short": async () => (await bySecret()).slice(0, -2),
    "whose signature is half": async () => (await bySecret()).slice(0, -22),
    "whose signature is longer": async () => `${await bySecret()}AAAA`,
    "whose payload is another's": async () => {
      const [header, , signed] = await parts(bySecret());
      return [header, (await parts(bySecret({ sub: "root" })))[1], signed].join(".");
    },
    "whose payload lives longer": async () => {
      const [header, , signed] = await parts(bySecret());
      return [header, (await parts(bySecret({ exp: now() + 9_999_999 })))[1], signed].join(".");
    },
    "whose header is another's": async () => {
      const [, payload, signed] = await parts(bySecret());
      const header = Buffer.from('{"alg":"HS256","x":1}').toString("base64url");
      return [header, payload, signed].join(".");
    },
    "of an issuer's whose payload is another's": async () => {
      const [header, , signed] = await parts(byA());
      return [header, (await parts(byA({}, { sub: "root" })))[1], signed].join(".");
    },
    "of an issuer's under the other's name": async () => {
      const [header, , signed] = await parts(byA());
      return [header, (await parts(byA({}, { iss: issuerB })))[1], signed].join(".");
    },
    "as JSON": async () => {
      const [header, payload, signed] = await parts(bySecret());
      return JSON.stringify({ protected: header, payload, signature: signed });
    },
    "in quotes": async () => `"${await bySecret()}"`,
    "escaped for addresses": async () => (await bySecret()).replaceAll(".", "%2E"),
    twice: async () => `${await bySecret()}.${await bySecret()}`,
    "of 17 000 characters": () => bySecret({ more: "x".repeat(12_650) }),
    "that is a refresh token": () => `rt_${crypto.randomUUID()}.${"A".repeat(43)}`,
    "that is an empty key": () => "sk_",
  },
};

for (const [what, table] of Object.entries(tables))
  describe(`no door opens to ${what}`, () => {
    for (const [name, token] of Object.entries(table))
      it(name, async () => {
        await expectShut(await token());
      });
  });

describe("what is right opens", () => {
  const right: Record<string, () => Promise<string>> = {
    "the secret's": () => bySecret(),
    "an issuer's, by RS256": () => byA(),
    "an issuer's, by ES256": () => byA({ alg: "ES256", kid: "a-ec" }, {}, signature("ES256", keys.ec)),
    "an issuer's, by EdDSA": () => byA({ alg: "EdDSA", kid: "a-ed" }, {}, signature("EdDSA", keys.ed)),
    "the other issuer's": () =>
      forge({ alg: "RS256", kid: "b-rsa" }, claims({ iss: issuerB }), signature("RS256", keys.b)),
    "for several audiences": () => byA({}, { aud: ["other", "spells"] }),
    "with the end in fractions": () => bySecret({ exp: now() + 600.5 }),
    "with an end far away": () => bySecret({ exp: 1e15 }),
    "without an end in sight": () => payloadOf(`{"sub":"${alice.name}","exp":1e999}`),
    "within the tolerance for clocks": () => bySecret({ exp: now() - 1 }),
    "with an address of keys that is not asked": () => byA({ jku: attackerUrl }),
    "with all that a name may have": () => bySecret({ sub: `|"],[\\ ./?#%2F 名 \u{1f9d9}` }),
  };
  for (const [name, token] of Object.entries(right))
    it(name, async () => {
      tried();
      const response = await ask("/spells", { authorization: `Bearer ${await token()}` });
      expect(response.status).toBe(200);
    });

  it("and never the key that stands in the address of a header was fetched", async () => {
    tried();
    const asked = await fetch(`${attackerUrl}?times`);
    // By this question alone.
    expect(Number(asked.headers.get("x-times"))).toBeLessThanOrEqual(1);
  });
});

describe("the Authorization header", () => {
  const shut: Record<string, (token: string) => [string, string][]> = {
    "with the scheme alone": () => [["authorization", "Bearer"]],
    "without a scheme": (token) => [["authorization", token]],
    "of another scheme": (token) => [["authorization", `Token ${token}`]],
    "of Basic": (token) => [["authorization", `Basic ${btoa(`${alice.name}:${token.slice(0, 20)}`)}`]],
    "with a colon": (token) => [["authorization", `Bearer: ${token}`]],
    "with a tab": (token) => [["authorization", `Bearer\t${token}`]],
    "without a blank": (token) => [["authorization", `Bearer${token}`]],
    "with two tokens": (token) => [["authorization", `Bearer ${token} ${token}`]],
    "with a comma": (token) => [["authorization", `Bearer ${token}, Bearer ${token}`]],
    "with a parameter": (token) => [["authorization", `Bearer token=${token}`]],
    twice: (token) => [
      ["authorization", `Bearer ${token}`],
      ["authorization", `Bearer ${token}`],
    ],
    "once right and once wrong": (token) => [
      ["authorization", "Bearer x"],
      ["authorization", `Bearer ${token}`],
    ],
    "under another name": (token) => [["x-authorization", `Bearer ${token}`]],
    "for a proxy": (token) => [["proxy-authorization", `Bearer ${token}`]],
    "as a cookie": (token) => [["cookie", `token=${token}; authorization=Bearer ${token}`]],
    "as a user's name that a proxy tells": () => [
      ["x-forwarded-user", alice.name],
      ["x-user-id", alice.name],
      ["cf-access-authenticated-user-email", "alice@example.com"],
    ],
  };
  for (const [name, headers] of Object.entries(shut))
    it(`lets nobody in ${name}`, async () => {
      tried();
      const response = await ask("/spells", new Headers(headers(await alice.token)));
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toMatch(/^Bearer /);
    });

  it.each(["bearer %", "BEARER %", "BeArEr  %", "Bearer %  "])("is taken as %j", async (form) => {
    tried();
    const authorization = form.replace("%", await alice.token);
    expect((await ask("/spells", { authorization })).status).toBe(200);
  });

  it("cannot hold a NUL or a line's end at all", async () => {
    for (const end of ["\0", "\r\nx-user: root", "\n"]) {
      tried();
      const token = `Bearer ${await alice.token}${end}x`;
      expect(() => new Headers({ authorization: token })).toThrow(TypeError);
    }
  });
});

describe("a token in an address", () => {
  it.each(["token", "access_token", "authorization", "bearer", "api_key", "key", "jwt"])(
    "as ?%s= is none",
    async (name) => {
      const token = encodeURIComponent(await alice.token);
      for (const [path, headers] of [
        ["/spells", {}],
        ["/spells/io/connect", { upgrade: "websocket" }],
      ] as const) {
        tried();
        expect((await ask(`${path}?${name}=${token}`, headers)).status).toBe(401);
      }
    },
  );
});

describe("the subprotocols of a WebSocket", () => {
  const upgrade = (protocol: string, more: Record<string, string> = {}, query = "") =>
    ask(`/spells/io/connect${query}`, { upgrade: "websocket", "sec-websocket-protocol": protocol, ...more });
  const shut: Record<string, (token: string) => string> = {
    "without a token": () => "spellrunner.v1, bearer.",
    "with the token in another place": (token) => `${token}, spellrunner.v1`,
    "with the prefix in capitals": (token) => `spellrunner.v1, Bearer.${token}`,
    "with a blank for the point": (token) => `spellrunner.v1, bearer ${token}`,
    "with a bad token before the good one": (token) => `spellrunner.v1, bearer.x, bearer.${token}`,
  };
  for (const [name, protocol] of Object.entries(shut))
    it(`let nobody in ${name}`, async () => {
      tried();
      expect((await upgrade(protocol(await alice.token))).status).toBe(401);
    });

  it("do not help a bad header, nor a bad ticket a good header", async () => {
    tried(3);
    const token = await alice.token;
    const protocol = `spellrunner.v1, bearer.${token}`;
    expect((await upgrade(protocol, { authorization: "Bearer x" })).status).toBe(401);
    expect((await upgrade(protocol, { authorization: "Basic x" })).status).toBe(401);
    // The header decides, and what is wrong besides is not looked at.
    const both = await upgrade("spellrunner.v1", { authorization: `Bearer ${token}` }, "?ticket=x");
    expect(both.status).toBe(101);
    TestConnection.of(both).close();
  });

  it("never come back with the token", async () => {
    tried();
    const response = await upgrade(`bearer.${await alice.token}, spellrunner.v1`);
    expect(response.headers.get("sec-websocket-protocol")).toBe("spellrunner.v1");
    TestConnection.of(response).close();
  });

  it.each([
    "https://evil.test",
    "null",
    "",
    "https://app.example.evil.test",
    "https://app.example@evil.test",
    "http://app.example",
    "https://app.example:8443",
    "https://app.example.",
    "https://APP.example/",
    "https://app.example, https://evil.test",
    "//app.example",
    "app.example",
    "file://",
    "chrome-extension://abc",
    `http://${new URL(base).host}`,
  ])("do not open to a page of %j", async (origin) => {
    tried(2);
    const authorization = `Bearer ${await alice.token}`;
    expect((await upgrade("spellrunner.v1", { origin, authorization })).status).toBe(403);
    expect((await ask("/spells", { origin, authorization })).status).toBe(403);
  });
});

describe("equal subjects", () => {
  it("are different users for each issuer and the secret, and none sees another's spells", async () => {
    const sub = "equal";
    const tokens = {
      secret: await bySecret({ sub }),
      a: await byA({}, { sub }),
      b: await forge(
        { alg: "RS256", kid: "b-rsa" },
        claims({ iss: issuerB, sub }),
        signature("RS256", keys.b),
      ),
    };
    const ids = new Set<string>();
    for (const token of Object.values(tokens)) {
      tried();
      const authorization = `Bearer ${token}`;
      const me = await bodyOf(await ask("/services/users/me", { authorization }, { method: "POST" }));
      ids.add(me.userId);
      const body = JSON.stringify(echoSpell("mine"));
      const saved = await ask("/spells/mine", { authorization }, { method: "PUT", body });
      expect(saved.status).toBe(201);
    }
    expect(ids).toEqual(new Set([sub, `${issuerA}|${sub}`, `${issuerB}|${sub}`]));
  });

  it("cannot be made by separators: no two of these are one user", async () => {
    const config = readAuthConfig(settings);
    const authenticator = new Authenticator(config);
    const users = [
      byA({}, { sub: "x" }),
      byA({}, { sub: "|x" }),
      byA({}, { sub: `${issuerB}|x` }),
      forge({ alg: "RS256", kid: "b-rsa" }, claims({ iss: issuerB, sub: "x" }), signature("RS256", keys.b)),
      bySecret({ sub: "x" }),
      bySecret({ sub: "|x" }),
      bySecret({ sub: '","x' }),
      bySecret({ sub: "x " }),
      bySecret({ sub: "X" }),
      bySecret({ sub: "х" }),
      bySecret({ sub: "x\u0301" }),
      bySecret({ sub: "ẍ" }),
      bySecret({ sub: "x\u0308" }),
      bySecret({ sub: "x\u200b" }),
      bySecret({ sub: "__proto__" }),
      bySecret({ sub: "constructor" }),
    ];
    const ids = await Promise.all(
      users.map(async (token) => (await authenticator.verify(await token)).userId),
    );
    tried(ids.length);
    expect(new Set(ids).size).toBe(users.length);
  });

  it("of an issuer cannot be signed for by the secret", async () => {
    tried();
    const error = await thrownBy(
      new Authenticator(readAuthConfig(settings)).verify(await bySecret({ sub: `${issuerA}|equal` })),
    );
    expect(error).toMatchObject({
      code: "unauthorized",
      message: expect.stringContaining("`sub`") as string,
    });
  });
});

describe("tickets", () => {
  const later = (ms: number): void => {
    const at = Date.now() + ms;
    vi.spyOn(Date, "now").mockReturnValue(at);
  };
  const ticketBy = async (token: string): Promise<string> => {
    const response = await ask("/auth/tickets", { authorization: `Bearer ${token}` }, { method: "POST" });
    expect(response.status).toBe(201);
    return (await bodyOf(response)).ticket as string;
  };
  const open = (ticket: string, spell = "io") =>
    ask(`/spells/${spell}/connect?ticket=${encodeURIComponent(ticket)}`, { upgrade: "websocket" });

  it("end after 30 s", async () => {
    tried(2);
    const [early, late] = [await ticketBy(await alice.token), await ticketBy(await alice.token)];
    later(29_000);
    const opened = await open(early);
    expect(opened.status).toBe(101);
    TestConnection.of(opened).close();
    vi.restoreAllMocks();
    later(31_000);
    expect((await open(late)).status).toBe(401);
  });

  it("end with the token that they were got by, and the connection with them", async () => {
    tried(2);
    const token = await tokenOf(alice.name, { exp: now() + 10 });
    const [used, late] = [await ticketBy(token), await ticketBy(token)];
    const opened = await open(used);
    const tab = TestConnection.of(opened);
    await tab.hello();
    expect(await tab.until(({ type }) => type === "token.expiring", "the warning")).toBeDefined();
    later(11_000);
    expect((await open(late)).status).toBe(401);
    tab.close();
  });

  it("open one WebSocket however many come at once", async () => {
    tried();
    const ticket = await ticketBy(await alice.token);
    const answers = await Promise.all(Array.from({ length: 8 }, () => open(ticket)));
    expect(answers.filter(({ status }) => status === 101)).toHaveLength(1);
    for (const response of answers) if (response.webSocket !== null) TestConnection.of(response).close();
  });

  it("are nobody else's, in whole or in parts", async () => {
    const ticket = await ticketBy(await alice.token);
    const [user, secret] = ticket.split(".") as [string, string];
    const bob = Buffer.from("trust-bob").toString("base64url");
    for (const forged of [
      `${bob}.${secret}`,
      `${user}.${secret.slice(0, -1)}`,
      `${user}.${secret}A`,
      `${user}.${secret.toLowerCase()}`,
      `.${secret}`,
      secret,
      `${user}..${secret}`,
      `${user}.${secret}\0`,
      `${user}=.${secret}`,
      ` ${ticket}`,
    ]) {
      tried();
      expect([forged, (await open(forged)).status]).toEqual([forged, 401]);
    }
    // None of these took it away.
    const opened = await open(ticket);
    expect(opened.status).toBe(101);
    TestConnection.of(opened).close();
  });

  it("are no tokens, and are used up though the spell is not there", async () => {
    tried(4);
    const ticket = await ticketBy(await alice.token);
    expect((await ask("/spells", { authorization: `Bearer ${ticket}` })).status).toBe(401);
    const body = JSON.stringify({ refreshToken: ticket });
    expect((await ask("/auth/refresh", {}, { method: "POST", body })).status).toBe(401);
    expect((await open(ticket, "nothing")).status).toBe(404);
    expect((await open(ticket)).status).toBe(401);
  });
});

describe("sign-ins", () => {
  const post = async (path: string, body: object) => {
    const response = await ask(path, {}, { method: "POST", body: JSON.stringify(body) });
    return { status: response.status, body: response.status === 204 ? {} : await bodyOf(response) };
  };
  let people = 0;
  const signUp = async () => {
    const email = `trust-${(people += 1)}@example.com`;
    return (await post("/auth/signup", { email, password: "correct horse battery" })).body as {
      accessToken: string;
      refreshToken: string;
    };
  };
  const list = async (token: string) => (await ask("/spells", { authorization: `Bearer ${token}` })).status;

  it("end as a family when an old refresh token comes again, however old", async () => {
    const chain = [(await signUp()).refreshToken];
    for (let i = 0; i < 3; i += 1)
      chain.push((await post("/auth/refresh", { refreshToken: chain.at(-1) })).body.refreshToken as string);
    expect((await post("/auth/refresh", { refreshToken: chain[1] })).status).toBe(401);
    for (const refreshToken of chain) {
      tried();
      expect((await post("/auth/refresh", { refreshToken })).status).toBe(401);
    }
  });

  it("are not revived by the parts of two tokens", async () => {
    const [one, two] = [await signUp(), await signUp()];
    const [id] = one.refreshToken.split(".");
    const [, secret] = two.refreshToken.split(".");
    tried(2);
    expect((await post("/auth/refresh", { refreshToken: `${id}.${secret}` })).status).toBe(401);
    expect((await post("/auth/refresh", { refreshToken: two.refreshToken })).status).toBe(200);
  });

  it("keep each kind of token to its own door", async () => {
    const { accessToken, refreshToken } = await signUp();
    const made = await ask(
      "/users/me/keys",
      { authorization: `Bearer ${accessToken}` },
      { method: "POST", body: JSON.stringify({ name: "k" }) },
    );
    const { key } = await bodyOf(made);
    for (const token of [accessToken, key]) {
      tried(2);
      expect((await post("/auth/refresh", { refreshToken: token })).status).not.toBe(200);
      expect((await post("/auth/logout", { refreshToken: token, everywhere: true })).status).not.toBe(204);
    }
    await expectShut(refreshToken);
    expect(await list(accessToken)).toBe(200);
  });

  it("that end everywhere leave an access token the rest of its quarter of an hour, and no more", async () => {
    tried(3);
    const { accessToken, refreshToken } = await signUp();
    expect((await post("/auth/logout", { refreshToken, everywhere: true })).status).toBe(204);
    expect(await list(accessToken)).toBe(200);
    expect((await post("/auth/refresh", { refreshToken })).status).toBe(401);
    const at = Date.now() + 906_000;
    vi.spyOn(Date, "now").mockReturnValue(at);
    expect(await list(accessToken)).toBe(401);
  });

  it("take no more than they ask for: a user's id in the body is refused", async () => {
    for (const more of [{ userId: alice.name }, { sub: alice.name }, { role: "admin" }]) {
      tried();
      const password = "correct horse battery";
      const answer = await post("/auth/signup", { email: "x@example.com", password, ...more });
      expect(answer.status).toBe(400);
    }
  });
});

describe("keys of narrow scope", () => {
  const doors = {
    runs: [
      ["POST", "/spells/io/run"],
      ["GET", "/spells/io/runs"],
    ],
    runners: [
      ["GET", "/spells/io/runner"],
      ["GET", "/runners"],
      ["GET", "/usage"],
    ],
    spells: [
      ["GET", "/spells"],
      ["GET", "/spells/io"],
      ["GET", "/spells/io/versions"],
    ],
    services: [
      ["GET", "/services/entities"],
      ["POST", "/services/users/me"],
    ],
    auth: [
      ["GET", "/users/me/keys"],
      ["POST", "/users/me/keys"],
      ["GET", "/users/me/secrets"],
      ["POST", "/auth/tickets"],
    ],
  } as const;
  const keyFor = async (scopes: string[]) => {
    const made = await alice.ask("/users/me/keys", { body: { name: "narrow", scopes } });
    expect(made.status).toBe(201);
    return (await bodyOf(made)) as { id: string; key: string };
  };

  for (const scope of ["runs", "runners", "spells", "services", "all"] as const)
    it(`open what is for ${scope} and nothing else`, async () => {
      const { key } = await keyFor([scope]);
      for (const [tag, paths] of Object.entries(doors))
        for (const [method, path] of paths) {
          tried();
          const body = path.endsWith("/run") ? JSON.stringify({ inputs: { text: "x" } }) : null;
          const response = await ask(path, { authorization: `Bearer ${key}` }, { method, body });
          const isFor = tag === scope || (scope === "all" && tag !== "auth");
          expect([path, response.status]).toEqual([path, isFor ? 200 : 403]);
        }
      tried();
      const upgrade = await ask("/spells/io/connect", {
        upgrade: "websocket",
        "sec-websocket-protocol": `spellrunner.v1, bearer.${key}`,
      });
      expect(upgrade.status).toBe(scope === "runners" || scope === "all" ? 101 : 403);
      if (upgrade.webSocket !== null) TestConnection.of(upgrade).close();
    });

  it("do over a connection what they are for, and no key of another takes one over", async () => {
    const { key } = await keyFor(["runners"]);
    const tab = TestConnection.of(
      await ask("/spells/io/connect", { upgrade: "websocket", authorization: `Bearer ${key}` }),
    );
    await tab.hello();
    const refused = async (code: string, nth: number) => {
      tried();
      const errors = () => tab.messages.flatMap((message) => (message.type === "error" ? [message] : []));
      expect(await tab.wait(() => errors()[nth], "the refusal")).toMatchObject({ code });
    };
    tab.say({ type: "run", requestId: "r", inputs: { text: "x" } });
    await refused("forbidden", 0);
    tab.say({ type: "edit", requestId: "e", baseVersion: 1, patch: [] });
    await refused("forbidden", 1);
    tab.say({ type: "auth", token: (await keyFor(["services"])).key });
    await refused("forbidden", 2);
    const other = await userNamed("trust-other").ask("/users/me/keys", { body: { name: "theirs" } });
    tab.say({ type: "auth", token: (await bodyOf(other)).key });
    await refused("unauthorized", 3);
    tab.say({ type: "auth", token: `sk_${"A".repeat(43)}` });
    await refused("unauthorized", 4);
    expect(tab.closed).toBeNull();
    tab.close();
  });

  it("that are removed close what they opened, open nothing more, and count nowhere half a minute later", async () => {
    tried(4);
    const { id, key } = await keyFor(["all"]);
    const authorization = `Bearer ${key}`;
    const connect = () => ask("/spells/io/connect", { upgrade: "websocket", authorization });
    const tab = TestConnection.of(await connect());
    await tab.hello();
    expect((await ask("/spells", { authorization })).status).toBe(200);
    expect((await alice.ask(`/users/me/keys/${id}`, { method: "DELETE" })).status).toBe(204);
    expect(await tab.wait(() => tab.closed, "the close")).toMatchObject({ code: 4401 });
    // Remembered by requests, but not by what would go on.
    expect((await connect()).status).toBe(401);
    const at = Date.now() + 31_000;
    vi.spyOn(Date, "now").mockReturnValue(at);
    expect((await ask("/spells", { authorization })).status).toBe(401);
  });
});
