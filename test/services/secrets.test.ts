/** Users' secrets: used by name, told to nobody. Each test plants one and looks for it wherever something is written. */
import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { SecretRepository } from "../../src/db/secrets.ts";
import { open, seal } from "../../src/platform/secret-box.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { requestsWith } from "../helpers/provider.ts";
import { demoRunner } from "../helpers/runners.ts";
import { spell } from "../helpers/spells.ts";

const bindings = env as unknown as Env;
let count = 0;
const planted = (): string => `planted-${crypto.randomUUID()}`;
const someone = () => userNamed(`secrets-${(count += 1)}`);
const keep = async (user: ReturnType<typeof userNamed>, name: string, value: string): Promise<number> =>
  (await user.ask(`/users/me/secrets/${name}`, { method: "PUT", body: { value } })).status;

describe("A secret", () => {
  it("is listed by name, and its value is in no answer and no row", async () => {
    const [user, value] = [someone(), planted()];
    expect(await keep(user, "TOKEN", value)).toBe(204);
    const listed = await user.ask("/users/me/secrets");
    const text = await listed.text();
    expect(JSON.parse(text)).toMatchObject({ data: [{ name: "TOKEN" }] });
    expect(text).not.toContain(value);
    for (const path of ["/users/me/secrets/TOKEN", "/services/users/secrets"])
      expect([404, 405]).toContain((await user.ask(path)).status);
    const rows = await bindings.DB.prepare("SELECT * FROM secrets WHERE user_id = ?").bind(user.name).all();
    expect(JSON.stringify(rows.results)).not.toContain(value);
    expect((await bodyOf(await someone().ask("/users/me/secrets"))).data).toEqual([]);
    expect((await someone().ask("/users/me/secrets/TOKEN", { method: "DELETE" })).status).toBe(404);
    expect((await user.ask("/users/me/secrets/TOKEN", { method: "DELETE" })).status).toBe(204);
    expect((await bodyOf(await user.ask("/users/me/secrets"))).data).toEqual([]);
  });
  it.each([
    ["lower", { value: "x" }],
    ["1A", { value: "x" }],
    ["A-B", { value: "x" }],
    ["A", { value: "" }],
    ["A", { value: 5 }],
    ["A", {}],
    ["A", { value: "x".repeat(9000) }],
  ])("is not kept as %s with %.40j", async (name, body) => {
    expect((await someone().ask(`/users/me/secrets/${name}`, { method: "PUT", body })).status).toBe(400);
  });
  it("is not to be had by a program's key", async () => {
    const user = someone();
    const { key } = await bodyOf(await user.ask("/users/me/keys", { body: { name: "k" } }));
    const headers = { authorization: `Bearer ${key}` };
    expect((await user.ask("/users/me/secrets", { headers })).status).toBe(403);
  });
});

describe("A sealed secret", () => {
  const keys = { SECRETS_KEY: "one key that is long enough for this" };
  it("opens for whom and what it was sealed, alone", async () => {
    const sealed = await seal(keys, ["alice", "A"], "value");
    expect(await open(keys, ["alice", "A"], sealed)).toEqual({ text: "value", isOld: false });
    for (const context of [["bob", "A"], ["alice", "B"], ["aliceA"], []])
      await expect(open(keys, context, sealed)).rejects.toMatchObject({ code: "not_configured" });
    const [id = "", iv = "", cipher = ""] = sealed.split(".");
    for (const wrong of [`${id}.${iv}.${cipher.slice(0, -4)}AAAA`, `${id}.${iv}`, "", `x.${iv}.${cipher}`])
      await expect(open(keys, ["alice", "A"], wrong)).rejects.toMatchObject({ code: "not_configured" });
    expect(await seal(keys, ["alice", "A"], "value")).not.toBe(sealed);
  });
  it("opens by the key before, and is sealed anew by the present one as it is read", async () => {
    const user = `rotation-${(count += 1)}`;
    const before = { DB: bindings.DB, ...keys };
    await new SecretRepository(before).put(user, "A", "value");
    const after = {
      DB: bindings.DB,
      SECRETS_KEY: "another key, the present one, as long",
      SECRETS_KEY_OLD: keys.SECRETS_KEY,
    };
    expect(await new SecretRepository(after).open(user, ["A", "B"])).toEqual({ A: "value" });
    const alone = { DB: bindings.DB, SECRETS_KEY: after.SECRETS_KEY };
    expect(await new SecretRepository(alone).open(user, ["A"])).toEqual({ A: "value" });
    await expect(new SecretRepository(before).open(user, ["A"])).rejects.toMatchObject({
      code: "not_configured",
    });
    await expect(new SecretRepository({ DB: bindings.DB }).put(user, "A", "x")).rejects.toMatchObject({
      code: "not_configured",
    });
  });
});

describe("A spell that uses one", () => {
  afterEach(() => void vi.restoreAllMocks());

  /** Everything that a run of `demo` left behind, and what was logged meanwhile. */
  async function leftBy(user: ReturnType<typeof userNamed>, act: () => Promise<unknown>): Promise<string> {
    const said: unknown[] = [];
    for (const level of ["info", "log", "warn", "error", "debug"] as const)
      vi.spyOn(console, level).mockImplementation((...args) => void said.push(...args));
    const answered = await act();
    const rows = await runInDurableObject(demoRunner(user.name), (_, { storage }) =>
      ["journal", "chunks", "runs", "facts"].flatMap((table) =>
        storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
      ),
    );
    const exported = await (await user.ask("/spells/demo")).text();
    const answers = await bindings.DB.prepare("SELECT * FROM service_answers").all();
    return JSON.stringify([said.map(String), answered, rows, exported, answers.results]);
  }

  it("asks the provider with its user's own key, which is nowhere to be found", async () => {
    const [user, key, prompt] = [someone(), planted(), `own key ${Math.random()}`];
    await keep(user, "OPENAI_API_KEY", key);
    const document = spell(
      { start: "Trigger In", g: { is: "Generator", data: { fewshot: prompt } } },
      "start.trigger > g.trigger",
    );
    await user.ask("/spells/demo", { method: "PUT", body: document });
    const left = await leftBy(user, async () => (await user.ask("/spells/demo/run", { body: {} })).text());
    const [reached] = await requestsWith(prompt);
    expect(reached?.headers.authorization).toBe(`Bearer ${key}`);
    expect(left).not.toContain(key);
    const other = someone();
    await other.ask("/spells/demo", { method: "PUT", body: document });
    await other.ask("/spells/demo/run", { body: {} });
    expect((await requestsWith(prompt)).at(-1)?.headers.authorization).not.toBe(`Bearer ${key}`);
  });

  it("sends one in a header, to its own host alone, and tells it nowhere", async () => {
    const [user, token] = [someone(), planted()];
    await keep(user, "TOKEN", token);
    const ask = async (url: string, headers: object) =>
      bodyOf(await user.ask("/services/http/request", { body: { method: "POST", url, headers } }));
    const echoed = await ask(`${inject("outsideUrl")}/echo`, { authorization: "Bearer secret:TOKEN" });
    expect(echoed.body.headers.authorization).toBe(`Bearer ${token}`);
    const missing = await ask(`${inject("outsideUrl")}/echo`, { "x-key": "secret:OTHER" });
    expect(missing).toMatchObject({
      code: "not_configured",
      detail: expect.stringContaining("OTHER") as string,
    });
    const document = spell(
      {
        start: "Trigger In",
        ask: {
          is: "Request",
          data: {
            url: `${inject("outsideUrl")}/status/500`,
            method: "post",
            headers: '{"x-key": "secret:TOKEN"}',
          },
        },
      },
      "start.trigger > ask.trigger",
    );
    await user.ask("/spells/demo", { method: "PUT", body: document });
    const left = await leftBy(user, async () => (await user.ask("/spells/demo/run", { body: {} })).text());
    expect(left).toContain("status 500");
    expect(left).not.toContain(token);
  });
});
