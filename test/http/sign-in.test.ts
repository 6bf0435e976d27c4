import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";

const worker = (exports as unknown as { default: Pick<Fetcher, "fetch"> }).default;
const at = (url: string, init?: RequestInit): Promise<Response> => worker.fetch(new Request(url, init));
const setLocal = (user: string | undefined): void => {
  (env as { LOCAL_USER?: string | undefined }).LOCAL_USER = user;
};

afterEach(() => setLocal(undefined));

describe("GET /auth/ways", () => {
  it("tells of passwords, and of nobody who may come without one", async () => {
    await expect((await at("http://127.0.0.1/auth/ways")).json()).resolves.toEqual({
      password: true,
      signup: true,
    });
  });

  it("tells whom a page on the machine itself may sign in as", async () => {
    setLocal("dev");
    await expect((await at("http://localhost:8787/auth/ways")).json()).resolves.toMatchObject({
      local: "dev",
    });
    await expect((await at("http://spells.example/auth/ways")).json()).resolves.not.toHaveProperty("local");
  });
});

describe("POST /auth/local", () => {
  it("gives a token that the API takes, for a quarter of an hour", async () => {
    setLocal("dev");
    const response = await at("http://127.0.0.1:8787/auth/local", { method: "POST" });
    const { accessToken, expiresIn } = await response.json<{ accessToken: string; expiresIn: number }>();
    expect(expiresIn).toBe(900);
    const listed = await at("http://127.0.0.1:8787/spells", {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(listed.status).toBe(200);
  });

  it.each([
    ["a server that is none of this machine's alone", undefined, "http://127.0.0.1/auth/local", {}],
    ["another name that leads here", "dev", "http://rebound.example/auth/local", {}],
    ["a proxy before it", "dev", "http://127.0.0.1/auth/local", { "x-forwarded-for": "203.0.113.9" }],
    ["another's page", "dev", "http://127.0.0.1/auth/local", { origin: "https://evil.example" }],
  ])("signs nobody in at %s", async (_, user, url, headers) => {
    setLocal(user);
    const response = await at(url, { method: "POST", headers });
    expect(response.status).toBe(403);
    await expect(response.json()).resolves.toMatchObject({ code: "forbidden" });
  });
});

describe("the page", () => {
  it("is said not to be there where it was not built, and its parts are no API's", async () => {
    for (const path of ["/", "/icon.svg", "/assets/x.js", "/assets/x.exe"]) {
      const response = await at(`http://127.0.0.1${path}`);
      expect([200, 404], path).toContain(response.status);
      if (response.status === 404)
        await expect(response.json()).resolves.toMatchObject({ code: "not_found" });
      else expect(response.headers.get("content-security-policy")).toContain("script-src 'self'");
    }
  });
});
