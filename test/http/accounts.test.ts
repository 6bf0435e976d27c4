/** Signing up and in, refreshing, and keys for programs: and what does not get in. */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import type { Env } from "../../src/env.ts";
import { hashPassword, isPassword } from "../../src/platform/passwords.ts";
import { ask, bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { spell } from "../helpers/spells.ts";

const bindings = env as unknown as Env;
let count = 0;
const address = (): string => `person-${(count += 1)}@example.com`;
const password = "correct horse battery";
const post = async (path: string, body: unknown, token?: string) => {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await ask(path, { body, headers });
  return { status: response.status, body: response.status === 204 ? undefined : await bodyOf(response) };
};
const get = (path: string, token: string, method = "GET") =>
  ask(path, { method, headers: { authorization: `Bearer ${token}` } });
const signUp = async () => {
  const email = address();
  return { email, ...(await post("/auth/signup", { email, password })).body };
};

describe("An account", () => {
  it("is made once for an address, in any case, and signs in by its password alone", async () => {
    const email = address();
    const made = await post("/auth/signup", { email: email.toUpperCase(), password });
    expect(made).toMatchObject({ status: 201, body: { expiresIn: 900 } });
    expect((await post("/auth/signup", { email, password: "another one" })).status).toBe(409);
    expect((await post("/auth/login", { email, password })).status).toBe(200);
    const wrong = await post("/auth/login", { email, password: "correct horse" });
    const unknown = await post("/auth/login", { email: address(), password });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.body.detail).toBe(unknown.body.detail);
  });
  it("is a user of its own, who can do what any user can", async () => {
    const { email, accessToken } = await signUp();
    const me = await bodyOf(await get("/services/users/me", accessToken, "POST"));
    expect(me).toEqual({ userId: expect.stringMatching(/^acct_/) as string, email });
    expect((await bodyOf(await get("/spells", accessToken))).data).toEqual([]);
    expect((await get("/spells", (await signUp()).accessToken)).status).toBe(200);
  });
  it("keeps no password that could be read", async () => {
    const { email } = await signUp();
    const row = await bindings.DB.prepare("SELECT password FROM accounts WHERE email = ?")
      .bind(email)
      .first();
    expect(JSON.stringify(row)).toMatch(/scrypt\$15\$8\$3\$/);
    expect(JSON.stringify(row)).not.toContain(password);
    expect(await isPassword("ﬁne", await hashPassword("fine"))).toBe(true);
    expect(await isPassword("", undefined)).toBe(false);
    expect(await isPassword("", "scrypt$15$8$3$$")).toBe(false);
  });
  it.each([
    [{}, "email"],
    [{ email: "nobody", password }, "email"],
    [{ email: "a@b.c", password: "short" }, "password"],
    [{ email: "a@b.c", password: "x".repeat(300) }, "password"],
    [{ email: "a@b.c", password, admin: true }, "admin"],
    [{ email: ["a@b.c"], password }, "email"],
  ])("is not made of %j", async (body, path) => {
    const { status, body: told } = await post("/auth/signup", body);
    expect(status).toBe(400);
    expect(told.errors[0].path).toBe(path);
  });
});

describe("Where signing up is closed", () => {
  afterEach(() => void Reflect.deleteProperty(bindings, "AUTH_SIGNUP"));
  it("nobody does, and who has an account signs in", async () => {
    const { email } = await signUp();
    Object.assign(bindings, { AUTH_SIGNUP: "closed" });
    expect((await post("/auth/signup", { email: address(), password })).status).toBe(403);
    expect((await post("/auth/login", { email, password })).status).toBe(200);
  });
});

describe("A refresh token", () => {
  it("is good once: one that comes again ends its sign-in, and no other", async () => {
    const { email, refreshToken } = await signUp();
    const other = (await post("/auth/login", { email, password })).body;
    const next = await post("/auth/refresh", { refreshToken });
    expect(next.status).toBe(200);
    expect((await get("/spells", next.body.accessToken)).status).toBe(200);
    expect((await post("/auth/refresh", { refreshToken })).status).toBe(401);
    expect((await post("/auth/refresh", { refreshToken: next.body.refreshToken })).status).toBe(401);
    expect((await post("/auth/refresh", { refreshToken: other.refreshToken })).status).toBe(200);
  });
  it("is taken by one of two that come together", async () => {
    const { refreshToken } = await signUp();
    const both = await Promise.all([1, 2].map(() => post("/auth/refresh", { refreshToken })));
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 401]));
  });
  it("ends with a sign-out, here or everywhere", async () => {
    const { email, refreshToken } = await signUp();
    const login = async () => (await post("/auth/login", { email, password })).body.refreshToken as string;
    const [second, third] = [await login(), await login()];
    expect((await post("/auth/logout", { refreshToken })).status).toBe(204);
    expect((await post("/auth/refresh", { refreshToken })).status).toBe(401);
    expect((await post("/auth/logout", { refreshToken: second, everywhere: true })).status).toBe(204);
    expect((await post("/auth/refresh", { refreshToken: third })).status).toBe(401);
  });
  it.each(["", "rt_", "rt_x.y", `rt_${"0".repeat(36)}.${"A".repeat(43)}`, "sk_x"])(
    "is not %j",
    async (refreshToken) => {
      expect((await post("/auth/refresh", { refreshToken })).status).toBe(401);
    },
  );
  it("is no access token, nor the other way round", async () => {
    const { accessToken, refreshToken } = await signUp();
    expect((await get("/spells", refreshToken)).status).toBe(401);
    expect((await post("/auth/refresh", { refreshToken: accessToken })).status).not.toBe(200);
  });
});

describe("A key for programs", () => {
  const keyOf = async (body: object) => {
    const user = userNamed(`keys-${(count += 1)}`);
    const made = await post("/users/me/keys", { name: "ci", ...body }, await user.token);
    expect(made.status).toBe(201);
    return { user, id: made.body.id as string, key: made.body.key as string };
  };
  it("is its user, told once and never again", async () => {
    const { user, id, key } = await keyOf({});
    expect(key).toMatch(/^sk_[\w-]{43}$/);
    expect(await bodyOf(await get("/services/users/me", key, "POST"))).toEqual({ userId: user.name });
    const listed = await bodyOf(await user.ask("/users/me/keys"));
    expect(listed.data).toMatchObject([{ id, name: "ci", scopes: ["all"] }]);
    expect(JSON.stringify(listed)).not.toContain(key);
    const kept = await bindings.DB.prepare("SELECT * FROM api_keys WHERE id = ?").bind(id).first();
    expect(JSON.stringify(kept)).not.toContain(key.slice(3));
  });
  it("opens a connection", async () => {
    const { user, key } = await keyOf({ scopes: ["runners"] });
    await user.ask("/spells/demo", { method: "PUT", body: spell({ start: "Trigger In" }, "") });
    const response = await ask("/spells/demo/connect", {
      headers: { upgrade: "websocket", "sec-websocket-protocol": `spellrunner.v1, bearer.${key}` },
    });
    const tab = TestConnection.of(response);
    expect(await tab.hello()).toMatchObject({ userId: user.name });
  });
  it("does what it is for, and nothing else", async () => {
    const { user, key } = await keyOf({ scopes: ["runs"] });
    await user.ask("/spells/demo", {
      method: "PUT",
      body: spell({ start: "Trigger In" }, ""),
    });
    expect((await get("/spells/demo/run", key, "POST")).status).toBe(200);
    expect((await get("/spells/demo/runs", key)).status).toBe(200);
    for (const [method, path] of [
      ["GET", "/spells"],
      ["DELETE", "/spells/demo"],
      ["GET", "/runners"],
      ["GET", "/services/entities"],
      ["GET", "/users/me/keys"],
      ["POST", "/auth/tickets"],
    ] as const) {
      const response = await get(path, key, method);
      expect([path, response.status]).toEqual([path, 403]);
      expect((await bodyOf(response)).code).toBe("forbidden");
    }
    const connection = await ask("/spells/demo/connect", {
      headers: { upgrade: "websocket", authorization: `Bearer ${key}` },
    });
    expect(connection.status).toBe(403);
  });
  it("of all scopes makes no further keys", async () => {
    const { key } = await keyOf({ scopes: ["all"] });
    expect((await post("/users/me/keys", { name: "more" }, key)).status).toBe(403);
  });
  it("ends with its time, and when it is removed by its user alone", async () => {
    const { user, id, key } = await keyOf({ expiresAt: Date.now() + 3_600_000 });
    const other = userNamed("keys-other");
    expect((await other.ask(`/users/me/keys/${id}`, { method: "DELETE" })).status).toBe(404);
    expect((await user.ask(`/users/me/keys/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await get("/spells", key)).status).toBe(401);
    const late = await keyOf({ expiresAt: Date.now() + 3_600_000 });
    await bindings.DB.prepare("UPDATE api_keys SET expires_at = 1 WHERE id = ?").bind(late.id).run();
    expect((await get("/spells", late.key)).status).toBe(401);
    const past = await post("/users/me/keys", { name: "x", expiresAt: 5 }, await user.token);
    expect(past.status).toBe(400);
  });
  it.each([
    "sk_",
    "sk_unknown",
    `sk_${"A".repeat(43)}`,
    `sk_${"A".repeat(5000)}`,
    "sk_'; DROP TABLE api_keys; --",
  ])("is not %.30s", async (key) => {
    expect((await get("/spells", key)).status).toBe(401);
  });
  it.each([
    {},
    { name: "" },
    { name: "x", scopes: [] },
    { name: "x", scopes: ["root"] },
    { name: "x", key: "sk_own" },
  ])("is not made of %j", async (body) => {
    expect((await post("/users/me/keys", body, await userNamed("keys-bad").token)).status).toBe(400);
  });
});
