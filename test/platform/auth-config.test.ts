import { expect, it } from "vitest";
import { readAuthConfig } from "../../src/platform/auth-config.ts";
import { authSecret } from "../helpers/tokens.ts";

it.each([
  ["no key source at all", {}, /AUTH_SECRET/],
  ["an empty secret", { AUTH_SECRET: "" }, /AUTH_SECRET/],
  ["a secret of 31 bytes", { AUTH_SECRET: "x".repeat(31) }, /31 bytes/],
  ["a key set without an issuer", { AUTH_JWKS_URL: "https://issuer.test/jwks" }, /AUTH_ISSUER/],
  [
    "a key set without an issuer beside a good secret",
    { AUTH_SECRET: authSecret, AUTH_JWKS_URL: "https://i.test/jwks" },
    /AUTH_ISSUER/,
  ],
  ["a key set that is no URL", { AUTH_JWKS_URL: "issuer", AUTH_ISSUER: "i" }, /not a URL/],
  [
    "a key set that comes in the clear",
    { AUTH_JWKS_URL: "http://issuer.test/jwks", AUTH_ISSUER: "i" },
    /https/,
  ],
  ["issuers that are no JSON", { AUTH_ISSUERS: "https://a.test" }, /AUTH_ISSUERS is no JSON/],
  ["issuers that are no list", { AUTH_ISSUERS: "{}" }, /AUTH_ISSUERS must be a list/],
  ["an issuer without keys", { AUTH_ISSUERS: '[{"issuer": "a"}]' }, /0\.jwksUrl/],
  [
    "an issuer with a setting that is none",
    { AUTH_ISSUERS: '[{"issuer": "a", "jwksUrl": "https://a.test", "secret": "x"}]' },
    /secret/,
  ],
  [
    "an issuer whose keys come in the clear",
    { AUTH_ISSUERS: '[{"issuer": "a", "jwksUrl": "http://a.test"}]' },
    /jwksUrl of a.*https/,
  ],
  [
    "an issuer that is set twice",
    {
      AUTH_JWKS_URL: "https://a.test",
      AUTH_ISSUER: "a",
      AUTH_ISSUERS: '[{"issuer": "a", "jwksUrl": "https://b.test"}]',
    },
    /twice/,
  ],
  [
    "an issuer whose name would mix up users",
    { AUTH_ISSUERS: '[{"issuer": "a|b", "jwksUrl": "https://a.test"}]' },
    /"\|"/,
  ],
  ["no issuer in the list, and nothing else", { AUTH_ISSUERS: "[]" }, /No key for tokens/],
])("refuses %s and names the setting", (_what, settings, message) => {
  let thrown: unknown;
  try {
    readAuthConfig(settings);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({
    code: "not_configured",
    message: expect.stringMatching(message) as unknown,
  });
});

it("counts the bytes of a secret and not its characters", () => {
  expect(readAuthConfig({ AUTH_SECRET: "\u00e9".repeat(16) }).secret?.byteLength).toBe(32);
});

it("takes a key set in the clear from this machine", () => {
  const { issuers } = readAuthConfig({ AUTH_JWKS_URL: "http://127.0.0.1:9/jwks", AUTH_ISSUER: "local" });
  expect(issuers).toMatchObject([{ issuer: "local" }]);
});
