import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Env } from "../../src/env.ts";
import { app } from "../../src/http/app.ts";
import { baseUrl, bodyOf } from "../helpers/api.ts";
import { authSecret, tokenOf } from "../helpers/tokens.ts";

const askWith = (
  settings: Partial<Env>,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> => {
  const bindings = { ...(env as unknown as Env), ...settings };
  return Promise.resolve(
    app.fetch(new Request(baseUrl + path, { headers }), bindings, createExecutionContext()),
  );
};

describe.each([
  ["no key source", { AUTH_SECRET: undefined }, /AUTH_SECRET/],
  ["a short secret", { AUTH_SECRET: "short" }, /5 bytes/],
  [
    "a key set without an issuer",
    { AUTH_SECRET: authSecret, AUTH_JWKS_URL: "https://issuer.test/jwks" },
    /AUTH_ISSUER/,
  ],
])("a server with %s", (_what, settings, reason) => {
  it("says so at /health", async () => {
    const response = await askWith(settings, "/health");
    expect(response.status).toBe(503);
    const health = await bodyOf(response);
    expect(health.ok).toBe(false);
    expect(health.reason).toMatch(reason);
  });

  it.each(["/spells", "/components", "/spells/io/connect", "/nothing"])(
    "answers 503 at %s, with any token",
    async (path) => {
      const token = await tokenOf("anyone", {}, settings.AUTH_SECRET ?? authSecret);
      const response = await askWith(settings, path, { authorization: `Bearer ${token}` });
      expect(response.status).toBe(503);
      expect(response.headers.get("retry-after")).toBe("60");
      const problem = await bodyOf(response);
      expect(problem).toMatchObject({ code: "not_configured", status: 503 });
      expect(problem.detail).toMatch(reason);
    },
  );
});

it("uses the settings of the moment, not those of an earlier request", async () => {
  const header = { authorization: `Bearer ${await tokenOf("anyone")}` };
  expect((await askWith({}, "/spells", header)).status).toBe(200);
  expect((await askWith({ AUTH_SECRET: "y".repeat(40) }, "/spells", header)).status).toBe(401);
  expect((await askWith({}, "/spells", header)).status).toBe(200);
});

it("is well otherwise, and tells its version", async () => {
  const response = await askWith({}, "/health");
  expect(response.status).toBe(200);
  expect(await bodyOf(response)).toEqual({
    ok: true,
    version: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
  });
});
