/** What every answer says to browsers: of each route of the OpenAPI document, of problems, the page, preflights and upgrades. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
// oxlint-disable-next-line import/default -- Vite gives the text
import pageSource from "../../client/editor/index.html?raw";
import type { Env } from "../../src/env.ts";
import { app } from "../../src/http/app.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { countCases } from "../helpers/count-cases.ts";
import { echoSpell } from "../helpers/documents.ts";

const tried = countCases("headers");
const friend = "https://friend.test";
const page = `<!doctype html><script type="module" src="/assets/x.js"></script>`;
const settings: Env = {
  ...(env as unknown as Env),
  ALLOWED_ORIGINS: friend,
  ASSETS: { fetch: () => Promise.resolve(new Response(page)) },
};
const user = userNamed("trust-headers");

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string | null;
  scheme?: "http" | "https";
  more?: Partial<Env>;
}
const ask = (path: string, { scheme = "https", more = {}, ...init }: Asked = {}): Promise<Response> =>
  Promise.resolve(
    app.fetch(
      new Request(`${scheme}://headers.test${path}`, init),
      { ...settings, ...more },
      createExecutionContext(),
    ),
  );

const always: Record<string, string | RegExp> = {
  "content-security-policy": /^default-src 'none'.*frame-ancestors 'none'/,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": /camera=\(\).*geolocation=\(\).*microphone=\(\)/,
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  vary: /\bOrigin\b/,
};
/** What is the same for everybody. */
const shared = new Set(["/components", "/openapi.json"]);

function expectSafe(
  what: string,
  response: Response,
  { scheme = "https", caching = /^no-store$/ } = {},
): void {
  tried();
  const { headers } = response;
  for (const [name, value] of Object.entries(always))
    expect(headers.get(name), `${what}: ${name}`).toEqual(
      typeof value === "string" ? value : (expect.stringMatching(value) as unknown),
    );
  expect(headers.get("cache-control"), `${what}: cache-control`).toMatch(caching);
  const hsts = headers.get("strict-transport-security");
  if (scheme === "https") expect(hsts, what).toMatch(/max-age=31536000/);
  else expect(hsts, what).toBeNull();
  expect(headers.get("set-cookie"), what).toBeNull();
  expect(headers.get("access-control-allow-credentials"), what).toBeNull();
  expect(headers.get("access-control-allow-origin"), what).not.toBe("*");
  for (const name of ["server", "x-powered-by"]) expect(headers.get(name), what).toBeNull();
}

interface Operation {
  method: string;
  path: string;
  headersIn: string[];
  headersOut: string[];
}
async function operations(): Promise<Operation[]> {
  const { paths } = await bodyOf(await ask("/openapi.json"));
  type Documented = {
    parameters?: { name: string; in: string }[];
    responses: Record<string, { headers?: Record<string, unknown> }>;
  };
  return Object.entries(paths as Record<string, Record<string, Documented>>).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { parameters = [], responses }]) => ({
      method: method.toUpperCase(),
      path,
      headersIn: parameters.filter((one) => one.in === "header").map(({ name }) => name),
      headersOut: Object.values(responses).flatMap(({ headers = {} }) => Object.keys(headers)),
    })),
  );
}
const filled = (path: string): string => path.replaceAll(/\{\w+\}/g, "io");
const bodyFor = (method: string): string | null => (method === "GET" || method === "DELETE" ? null : "{}");

beforeAll(async () => {
  expect((await user.ask("/spells/io", { method: "PUT", body: echoSpell("io") })).status).toBe(201);
});

describe("every route of the document", () => {
  it("has them, with a token, without one and with a bad one, encrypted or not", async () => {
    const all = await operations();
    expect(all.length).toBeGreaterThan(80);
    const tokens = [undefined, "bad", await userNamed("trust-headers-none").token];
    for (const { method, path } of all)
      for (const [i, token] of tokens.entries()) {
        const scheme = i === 1 ? "http" : "https";
        const headers: Record<string, string> =
          token === undefined ? {} : { authorization: `Bearer ${token}` };
        const response = await ask(filled(path), { method, scheme, headers, body: bodyFor(method) });
        const isShared = shared.has(path) && response.status === 200;
        const what = `${method} ${path} (${response.status})`;
        expect(response.status, what).not.toBe(500);
        expectSafe(what, response, { scheme, ...(isShared ? { caching: /^public, max-age=60$/ } : {}) });
        expect(response.headers.get("content-type") ?? "", what).not.toMatch(/html|javascript/);
        await response.body?.cancel();
      }
  });

  it("lets pages of allowed origins ask as it documents, and read what it documents", async () => {
    const asked = await ask("/spells", {
      method: "OPTIONS",
      headers: { origin: friend, "access-control-request-method": "PATCH" },
    });
    expect(asked.status).toBe(204);
    expectSafe("preflight", asked);
    const told = (name: string, from = asked) =>
      new Set((from.headers.get(name) ?? "").toLowerCase().split(", "));
    const read = await ask("/health", { headers: { origin: friend } });
    expectSafe("of an allowed origin", read);
    expect(read.headers.get("access-control-allow-origin")).toBe(friend);
    for (const { method, headersIn, headersOut } of await operations()) {
      expect(told("access-control-allow-methods")).toContain(method.toLowerCase());
      for (const name of headersIn)
        expect(told("access-control-allow-headers")).toContain(name.toLowerCase());
      for (const name of headersOut)
        expect(told("access-control-expose-headers", read)).toContain(name.toLowerCase());
    }
    for (const name of ["etag", "location", "retry-after", "allow", "www-authenticate"])
      expect(told("access-control-expose-headers", read)).toContain(name);
  });
});

describe("every other answer", () => {
  const authorized = async () => ({ authorization: `Bearer ${await user.token}` });

  it("has them: problems of all kinds", async () => {
    const large = "x".repeat(2 * 1024 * 1024);
    const answers: [string, number, Promise<Response>][] = [
      ["unknown route", 404, ask("/nothing")],
      ["wrong method", 405, ask("/spells", { method: "DELETE" })],
      ["not JSON", 400, ask("/auth/login", { method: "POST", body: "{" })],
      ["too large", 413, ask("/auth/login", { method: "POST", body: large })],
      ["foreign origin", 403, ask("/spells", { headers: { origin: "https://evil.test" } })],
      [
        "foreign preflight",
        403,
        ask("/spells", {
          method: "OPTIONS",
          headers: { origin: "https://evil.test", "access-control-request-method": "GET" },
        }),
      ],
      ["not configured", 503, ask("/spells", { more: { AUTH_SECRET: "short" } })],
      ["no upgrade", 426, ask("/spells/io/connect", { headers: await authorized() })],
      ["unknown part of the page", 404, ask("/assets/x.exe")],
    ];
    for (const [what, status, asked] of answers) {
      const response = await asked;
      expect([what, response.status]).toEqual([what, status]);
      expectSafe(what, response);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
    }
  });

  it("has them: runs, their events, documents, HEAD and the upgrade", async () => {
    const headers = await authorized();
    const run = { method: "POST", body: JSON.stringify({ inputs: { text: "<script>" } }) };
    expectSafe("a run", await ask("/spells/io/run", { ...run, headers }));
    const stream = await ask("/spells/io/run", {
      ...run,
      headers: { ...headers, accept: "text/event-stream" },
    });
    expect(stream.headers.get("content-type")).toBe("text/event-stream");
    expectSafe("a stream", stream);
    await stream.text();
    expectSafe("a document", await ask("/spells/io", { headers }));
    expectSafe("HEAD", await ask("/spells/io", { method: "HEAD", headers }));
    const offers: Record<string, string>[] = [{}, { "sec-websocket-protocol": "spellrunner.v1" }];
    for (const more of offers) {
      const response = await ask("/spells/io/connect", {
        headers: { ...headers, ...more, upgrade: "websocket" },
      });
      expect(response.status).toBe(101);
      expectSafe("an upgrade", response);
      TestConnection.of(response).close();
    }
  });
});

describe("the page", () => {
  const policyOf = (response: Response) => {
    const policy = response.headers.get("content-security-policy") ?? "";
    return new Map(policy.split("; ").map((directive) => [directive.split(" ")[0], directive] as const));
  };

  it("runs its own scripts alone, talks to its own server alone, and stands in no frame", async () => {
    for (const [path, caching] of [
      ["/", /^no-cache$/],
      ["/icon.svg", /^public, max-age=86400$/],
      ["/assets/x.js", /immutable/],
      ["/assets/x.css", /immutable/],
    ] as const)
      for (const scheme of ["http", "https"] as const) {
        const response = await ask(path, { scheme });
        expect(response.status).toBe(200);
        expectSafe(path, response, { scheme, caching });
        const policy = policyOf(response);
        expect(policy.get("script-src")).toBe("script-src 'self'");
        expect(policy.get("connect-src")).toBe(
          `connect-src 'self' ${scheme === "https" ? "wss" : "ws"}://headers.test`,
        );
        expect(policy.get("object-src")).toBe("object-src 'none'");
        expect(policy.get("base-uri")).toBe("base-uri 'none'");
        expect(policy.get("form-action")).toBe("form-action 'self'");
        expect([...policy.values()].join()).not.toMatch(/unsafe-eval|\*|https?:(?!\/\/headers)/);
      }
  });

  it("has no script within it, no handler, and nothing of another's", () => {
    tried();
    expect(pageSource).toContain("<script");
    for (const [tag] of pageSource.matchAll(/<script[^>]*>/g)) expect(tag).toMatch(/ src="\.?\//);
    expect(pageSource).not.toMatch(/<script[^>]*>[^<]|\son\w+=|javascript:|https?:\/\/|<style|\sstyle=/);
  });
});
