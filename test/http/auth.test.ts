import { UnsecuredJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { ask, bodyOf, userNamed } from "../helpers/api.ts";
import { echoSpell } from "../helpers/documents.ts";
import { tokenOf } from "../helpers/tokens.ts";

const alice = userNamed("auth-alice");
const bob = userNamed("auth-bob");
const anHourAgo = Math.floor(Date.now() / 1000) - 3600;

beforeAll(async () => {
  expect((await alice.ask("/spells", { body: echoSpell("private") })).status).toBe(201);
});

const forged: [what: string, authorization: () => Promise<string> | string | undefined, detail: RegExp][] = [
  ["without a token", () => undefined, /needs a token/],
  ["with another kind of credentials", () => "Basic YWxpY2U6cGFzcw==", /not of the form/],
  ["with an empty token", () => "Bearer ", /not of the form/],
  ["with garbage", () => "Bearer garbage", /not a JWT/],
  ["with an API key that nobody gave", () => "Bearer sk_0123456789", /unknown, removed/],
  ["with an expired token", async () => `Bearer ${await tokenOf(alice.name, { exp: anHourAgo })}`, /expired/],
  [
    "with a token of another secret",
    async () => `Bearer ${await tokenOf(alice.name, {}, "x".repeat(40))}`,
    /signature/,
  ],
  [
    "with an unsigned token",
    () => `Bearer ${new UnsecuredJWT({ sub: alice.name, exp: 4e9 }).encode()}`,
    /algorithm/,
  ],
  [
    "with a token that has no sub",
    async () => `Bearer ${await tokenOf(alice.name, { sub: undefined })}`,
    /`sub`/,
  ],
  [
    "with a token that has no exp",
    async () => `Bearer ${await tokenOf(alice.name, { exp: undefined })}`,
    /`exp`/,
  ],
];

describe.each(forged)("a request %s", (_what, authorization, detail) => {
  it.each([
    ["GET", "/spells"],
    ["GET", "/spells/private"],
    ["PUT", "/spells/private"],
    ["POST", "/spells/private/run"],
    ["GET", "/runners"],
    ["POST", "/auth/tickets"],
  ])("is answered 401 at %s %s", async (method, path) => {
    const header = await authorization();
    const response = await ask(path, {
      method,
      ...(method === "GET" ? {} : { body: {} }),
      headers: header === undefined ? {} : { authorization: header },
    });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer /);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const problem = await bodyOf(response);
    expect(problem).toMatchObject({ status: 401, code: "unauthorized", title: "Unauthorized" });
    expect(problem.detail).toMatch(detail);
  });
});

describe("another user's spell", () => {
  it.each([
    ["GET", "/spells/private"],
    ["DELETE", "/spells/private"],
    ["GET", "/spells/private/versions"],
    ["GET", "/spells/private/versions/1"],
    ["GET", "/spells/private/versions/1/plan"],
    ["POST", "/spells/private/run"],
    ["GET", "/spells/private/runs"],
    ["GET", "/spells/private/runner"],
    ["POST", "/spells/private/runner"],
  ])("is 404 at %s %s, as one that is not there", async (method, path) => {
    const response = await bob.ask(path, { method });
    expect(response.status).toBe(404);
    expect(await bodyOf(response)).toMatchObject({ code: "not_found" });
  });

  it("is untouched by what the other saves under the same id", async () => {
    const saved = await bob.ask("/spells/private", {
      method: "PUT",
      body: echoSpell("private", { name: "Bob's" }),
    });
    expect(saved.status).toBe(201);
    expect(await bodyOf(await alice.ask("/spells/private"))).toMatchObject({ name: "Echo", version: 1 });
  });
});

it("takes the scheme's name in any case", async () => {
  const token = await alice.token;
  expect((await ask("/spells", { headers: { authorization: `bearer ${token}` } })).status).toBe(200);
});

it("needs no token for what is the same for everybody", async () => {
  for (const path of ["/health", "/components", "/openapi.json"]) expect((await ask(path)).status).toBe(200);
});

it("gives tickets that differ, with their lifetime in seconds", async () => {
  const answers = await Promise.all(
    [alice, alice].map((user) => user.ask("/auth/tickets", { method: "POST" })),
  );
  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  const [one, two] = await Promise.all(answers.map(bodyOf));
  expect(one.expiresIn).toBe(30);
  expect(one.ticket).not.toBe(two.ticket);
});
