import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Env } from "../../src/env.ts";
import { app } from "../../src/http/app.ts";
import { baseUrl, bodyOf } from "../helpers/api.ts";
import { tokenOf } from "../helpers/tokens.ts";

const friend = "https://friend.test";
const settings = { ...(env as unknown as Env), ALLOWED_ORIGINS: `${friend}/, http://localhost:5173` };

const ask = (path: string, headers: Record<string, string>, method = "GET"): Promise<Response> =>
  Promise.resolve(
    app.fetch(new Request(baseUrl + path, { method, headers }), settings, createExecutionContext()),
  );

describe.each([friend, "http://localhost:5173", baseUrl])("a page of %s", (origin) => {
  it("may call and read the answer, its problems too", async () => {
    const authorization = `Bearer ${await tokenOf("origin-user")}`;
    for (const [headers, status] of [
      [{ origin, authorization }, 200],
      [{ origin }, 401],
    ] as const) {
      const response = await ask("/spells", headers);
      expect(response.status).toBe(status);
      expect(response.headers.get("access-control-allow-origin")).toBe(origin);
      expect(response.headers.get("access-control-expose-headers")).toMatch(/etag/);
      expect(response.headers.get("vary")).toBe("Origin");
    }
  });

  it("is told before it asks what it may send", async () => {
    const response = await ask("/spells/io", { origin, "access-control-request-method": "PUT" }, "OPTIONS");
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-methods")).toContain("PUT");
    for (const name of ["authorization", "if-match", "last-event-id", "content-type"])
      expect(response.headers.get("access-control-allow-headers")).toContain(name);
  });
});

describe.each([
  "https://evil.test",
  "null",
  `${baseUrl}.evil.test`,
  "http://spellrunner.test",
  "https://friend.test:8443",
])("a page of %s", (origin) => {
  it.each([
    ["GET", "/spells"],
    ["GET", "/health"],
    ["OPTIONS", "/spells"],
    ["GET", "/spells/io/connect"],
  ])("is refused at %s %s, whatever token it has", async (method, path) => {
    const authorization = `Bearer ${await tokenOf("origin-user")}`;
    const headers = { origin, authorization, "access-control-request-method": "GET", upgrade: "websocket" };
    const response = await ask(path, headers, method);
    expect(response.status).toBe(403);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(await bodyOf(response)).toMatchObject({ code: "forbidden" });
  });
});
