/** What is kept of what was done in a user's name. */
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { AuditLog } from "../../src/db/audit.ts";
import { ask, bodyOf, userNamed } from "../helpers/api.ts";
import { spell } from "../helpers/spells.ts";

const { DB } = env as unknown as { DB: D1Database };
let count = 0;
const fresh = () => userNamed(`audited-${(count += 1)}`);
type User = ReturnType<typeof fresh>;

const echo = spell({ start: "Trigger In", out: "Output:said" }, "start.trigger > out.trigger");

/** Entries are written behind the answer. */
const entriesOf = (user: Pick<User, "ask">, n: number): Promise<{ action: string; target?: string }[]> =>
  vi.waitFor(async () => {
    const { data } = await bodyOf(await user.ask("/users/me/audit?limit=100"));
    expect(data).toHaveLength(n);
    return data;
  });
const toldOf = (entries: { action: string; target?: string }[]): string[] =>
  entries.map(({ action, target }) => (target === undefined ? action : `${action} ${target}`)).toReversed();

describe("GET /users/me/audit", () => {
  it("tells of keys, secrets, spells, agents and tickets by name, newest first, and never a value", async () => {
    const user = fresh();
    const made = await bodyOf(await user.ask("/users/me/keys", { body: { name: "a program" } }));
    await entriesOf(user, 1);
    await user.ask("/users/me/secrets/GITHUB_TOKEN", { method: "PUT", body: { value: "a planted value" } });
    await entriesOf(user, 2);
    await user.ask("/users/me/secrets/GITHUB_TOKEN", { method: "DELETE" });
    await entriesOf(user, 3);
    await user.ask(`/users/me/keys/${made.id}`, { method: "DELETE" });
    await entriesOf(user, 4);
    await user.ask("/spells/echo", { method: "PUT", body: echo });
    // The next version is none of its business.
    await user.ask("/spells/echo", { method: "PUT", body: echo });
    await entriesOf(user, 5);
    const agent = await bodyOf(
      await user.ask("/services/agents", { body: { name: "a", spellId: "echo", bindings: [] } }),
    );
    await user.ask("/services/agents/start", { body: { id: agent.id } });
    await entriesOf(user, 6);
    await user.ask("/services/agents/stop", { body: { id: agent.id } });
    await entriesOf(user, 7);
    await user.ask("/auth/tickets", { method: "POST" });
    await entriesOf(user, 8);
    await user.ask("/spells/echo", { method: "DELETE" });
    const entries = await entriesOf(user, 9);
    expect(toldOf(entries)).toEqual([
      `key.made ${made.id}`,
      "secret.set GITHUB_TOKEN",
      "secret.removed GITHUB_TOKEN",
      `key.removed ${made.id}`,
      "spell.created echo",
      `agent.started ${agent.id}`,
      `agent.stopped ${agent.id}`,
      "ticket.made",
      "spell.deleted echo",
    ]);
    expect(JSON.stringify(entries)).not.toContain("planted");
    const first = await bodyOf(await user.ask("/users/me/audit?limit=5"));
    const rest = await bodyOf(await user.ask(`/users/me/audit?limit=5&cursor=${first.nextCursor}`));
    expect([...first.data, ...rest.data]).toEqual(entries);
    expect(rest.nextCursor).toBeUndefined();
  });

  it("tells of sign-ins, refused ones, a token that came twice, and the sign-out", async () => {
    const email = `audited-${Math.random()}@example.com`;
    const signIn = (password: string) => ask("/auth/login", { body: { email, password } });
    const { accessToken } = await bodyOf(
      await ask("/auth/signup", { body: { email, password: "a long password" } }),
    );
    const me: Pick<User, "ask"> = {
      ask: (path, options) => ask(path, { ...options, headers: { authorization: `Bearer ${accessToken}` } }),
    };
    await entriesOf(me, 1);
    expect((await signIn("not that password")).status).toBe(401);
    await entriesOf(me, 2);
    const { refreshToken } = await bodyOf(await signIn("a long password"));
    await entriesOf(me, 3);
    await ask("/auth/refresh", { body: { refreshToken } });
    expect((await ask("/auth/refresh", { body: { refreshToken } })).status).toBe(401);
    await entriesOf(me, 4);
    const again = await bodyOf(await signIn("a long password"));
    await entriesOf(me, 5);
    await ask("/auth/logout", { body: { refreshToken: again.refreshToken } });
    expect(toldOf(await entriesOf(me, 6))).toEqual([
      "account.made",
      "sign_in.refused",
      "signed.in",
      "sign_in.reused",
      "signed.in",
      "signed.out",
    ]);
  });

  it("shows nobody else's, and none to a key", async () => {
    const user = fresh();
    const other = fresh();
    const { key } = await bodyOf(await user.ask("/users/me/keys", { body: { name: "a program" } }));
    await entriesOf(user, 1);
    await entriesOf(other, 0);
    const refused = await ask("/users/me/audit", { headers: { authorization: `Bearer ${key}` } });
    expect(refused.status).toBe(403);
    const cursor = await user.ask("/users/me/audit?cursor=AAAA");
    expect(cursor.status).toBe(400);
  });
});

describe("The audit log", () => {
  it("is not changed, and nothing goes before its time", async () => {
    const { name } = fresh();
    await new AuditLog(DB).add(name, { action: "secret.set", target: "X" });
    const change = DB.prepare("UPDATE audit SET target = 'Y' WHERE user_id = ?").bind(name);
    await expect(change.run()).rejects.toThrow("not changed");
    const remove = DB.prepare("DELETE FROM audit WHERE user_id = ?").bind(name);
    await expect(remove.run()).rejects.toThrow("kept for 90 days");
  });

  it("gives up what is older than 90 days with what comes next", async () => {
    const { name } = fresh();
    const old = Date.now() - 91 * 86_400_000;
    const insert = DB.prepare("INSERT INTO audit (id, user_id, at, action) VALUES (?, ?, ?, 'secret.set')");
    await insert.bind(`0-${name}`, name, old).run();
    await new AuditLog(DB).add(name, { action: "key.made", target: "k" });
    const { data } = await new AuditLog(DB).list(name, { limit: 10 });
    expect(data.map(({ action }) => action)).toEqual(["key.made"]);
  });

  it("takes of what others can cause no more than 60 an hour", async () => {
    const { name } = fresh();
    for (let i = 0; i < 65; i++) await new AuditLog(DB).add(name, { action: "sign_in.refused" });
    expect((await new AuditLog(DB).list(name, { limit: 100 })).data).toHaveLength(60);
  });

  it("keeps nobody from an answer where it cannot be written", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    try {
      const broken = { prepare: () => ({ bind: () => ({ run: () => Promise.reject(new Error("no")) }) }) };
      await new AuditLog(broken as unknown as D1Database).add("someone", { action: "signed.in" });
      expect(String(error.mock.calls[0]?.[0])).toContain("an audit entry was not written");
    } finally {
      error.mockRestore();
    }
  });
});
