/** D1 and KV in trouble, over the real routes, services and runners. */
import { runInDurableObject } from "cloudflare:test";
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { RunnerParts } from "../../src/actor/runner-parts.ts";
import { patienceMs } from "../../src/db/d1-errors.ts";
import { SpellRepository } from "../../src/db/spells.ts";
import type { Env } from "../../src/env.ts";
import { app } from "../../src/http/app.ts";
import { CacheEntrypoint } from "../../src/services/cache/entrypoint.ts";
import { EntitiesEntrypoint } from "../../src/services/entities/entrypoint.ts";
import { baseUrl, bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { faultTable } from "../helpers/fault-table.ts";
import { demoRunner } from "../helpers/runners.ts";
import { spell } from "../helpers/spells.ts";
import { thrownBy } from "../helpers/thrown.ts";
import { always, atQuery, type Trouble, troubled } from "../helpers/troubled-d1.ts";

const env = bindings as unknown as Env;
const row = faultTable();

const messages = [
  "D1_ERROR: D1 DB is overloaded. Too many requests queued.",
  "D1_ERROR: D1 DB is overloaded. Requests queued for too long.",
  "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.",
  "D1_ERROR: Internal error in D1 DB storage caused object to be reset.",
  "D1_ERROR: D1 DB's isolate exceeded its memory limit and was reset.",
  "D1_ERROR: D1 DB exceeded its CPU time limit and was reset.",
  "Network connection lost.",
];
const lost: Trouble = { is: "lost", message: "Network connection lost." };
const refused: Trouble = { is: "refused", message: messages[0] as string };

const echo = (text: string) =>
  spell(
    {
      start: "Trigger In",
      text: { is: "Universal Input", data: { name: "text", text } },
      out: "Output:said",
    },
    `start.trigger > out.trigger
     text.output > out.input`,
  );

let count = 0;
const fresh = () => userNamed(`trust-d1-${(count += 1)}`);

interface Ask {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Over the whole app with another database. Gives when what goes on behind the answer is done, too. */
async function askWith(
  db: D1Database,
  token: string | undefined,
  path: string,
  { method, body, headers = {} }: Ask = {},
): Promise<Response> {
  const ctx = createExecutionContext();
  const request = new Request(baseUrl + path, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const response = await app.fetch(request, { ...env, DB: db }, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

async function expectOverloaded(response: Response): Promise<void> {
  const problem = await bodyOf(response);
  expect([response.status, problem.code]).toEqual([503, "overloaded"]);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
}

/** Everything that asks the database, with what must be there before. */
async function operations() {
  const user = fresh();
  const token = await user.token;
  await user.ask("/spells/demo", { method: "PUT", body: echo("x") });
  const { key } = await bodyOf(await user.ask("/users/me/keys", { body: { name: "k" } }));
  const email = `${user.name}@example.com`;
  const password = "a long password";
  const signedUp = await bodyOf(
    await askWith(env.DB, undefined, "/auth/signup", { body: { email, password } }),
  );
  return [
    ["list", token, "/spells"],
    ["get", token, "/spells/demo"],
    ["save", token, "/spells/demo", { method: "PUT", body: echo("y") }],
    ["import", token, "/spells", { body: echo("z") }],
    ["delete", token, "/spells/demo", { method: "DELETE" }],
    ["versions", token, "/spells/demo/versions"],
    ["a run that is the first of its isolate", token, "/spells/unknown-yet/run", { body: {} }],
    ["sign up", undefined, "/auth/signup", { body: { email: `new-${email}`, password } }],
    ["sign in", undefined, "/auth/login", { body: { email, password } }],
    ["refresh", undefined, "/auth/refresh", { body: { refreshToken: signedUp.refreshToken } }],
    ["sign out", undefined, "/auth/logout", { body: { refreshToken: signedUp.refreshToken } }],
    ["a key's use", key, "/spells"],
    ["keys", token, "/users/me/keys"],
    ["a new key", token, "/users/me/keys", { body: { name: "k2" } }],
    ["secrets", token, "/users/me/secrets"],
    ["a secret", token, "/users/me/secrets/A_KEY", { method: "PUT", body: { value: "v" } }],
    ["the audit log", token, "/users/me/audit"],
  ] as [name: string, token: string | undefined, path: string, ask?: Ask][];
}

row(
  "D1 refuses or breaks off any query",
  "503 overloaded with Retry-After on every route that asks it",
  async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const all = await operations();
    for (const [, token, path, ask] of all)
      for (const message of messages)
        await expectOverloaded(
          await askWith(troubled(env.DB, always({ is: "refused", message })), token, path, ask),
        );
    vi.restoreAllMocks();
    return all.length * messages.length;
  },
);

row("D1 stalls", "503 overloaded after a bounded wait, on every route that asks it", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const all = await operations();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    for (const [, token, path, ask] of all) {
      const answer = askWith(troubled(env.DB, always({ is: "stalled" })), token, path, ask);
      const whole = Promise.race([answer, timesUp(patienceMs)]);
      await expectOverloaded(await whole);
    }
  } finally {
    vi.useRealTimers();
    vi.restoreAllMocks();
  }
  return all.length;
});

/** Turns the faked clock on until whatever waits has been told; the answers of real I/O come in between. */
async function timesUp(ms: number): Promise<never> {
  for (let i = 0; i < 200; i++) {
    await vi.advanceTimersByTimeAsync(ms);
    await scheduler.wait(5);
  }
  throw new Error("It waits for ever.");
}

row("D1 in trouble during a warm run", "the run is not touched, and asks it nothing", async () => {
  const user = fresh();
  await user.ask("/spells/demo", { method: "PUT", body: echo("x") });
  await user.ask("/spells/demo/run", { body: { inputs: { text: "first" } } });
  const away = troubled(env.DB, always(refused));
  for (const path of ["/spells/demo/run", "/spells/demo/runs", "/spells/demo/runner"]) {
    const ask = path.endsWith("/run") ? { body: { inputs: { text: "warm" } } } : {};
    const answer = await askWith(away, await user.token, path, ask);
    expect([path, answer.status]).toEqual([path, 200]);
    if (path.endsWith("/run")) expect(await bodyOf(answer)).toMatchObject({ outputs: { said: "warm" } });
  }
  expect(away.asked).toBe(0);
  return 3;
});

row(
  "D1 in trouble while a runner loads its spell",
  "the run is refused as overloaded, none is made, and the next one goes",
  async () => {
    const user = fresh();
    await user.ask("/spells/demo", { method: "PUT", body: echo("x") });
    await runInDurableObject(demoRunner(user.name), async (_, state) => {
      for (const message of messages) {
        const DB = troubled(env.DB, atQuery(1, { is: "refused", message }));
        const parts = new RunnerParts(state, { ...env, DB });
        const error = await thrownBy(parts.answers.run({ inputs: { text: "x" } }));
        expect(error).toMatchObject({ code: "overloaded", retryAfter: 5 });
        expect(parts.runs.list(10, undefined, undefined).runs).toEqual([]);
        if (message !== messages.at(-1)) continue;
        const answer = await parts.answers.run({ inputs: { text: "again" } });
        expect(answer).toMatchObject({ ok: true, json: expect.stringContaining("again") });
      }
    });
    return messages.length + 1;
  },
);

row(
  "D1 in trouble during an edit over a connection",
  "the editor is told overloaded, and nothing is changed",
  async () => {
    const user = fresh();
    await user.ask("/spells/demo", { method: "PUT", body: echo("x") });
    await runInDurableObject(demoRunner(user.name), async (_, state) => {
      for (const n of [1, 2]) {
        const DB = troubled(env.DB, atQuery(n, refused));
        const parts = new RunnerParts(state, { ...env, DB });
        const told: string[] = [];
        const socket = {
          send: (text: string) => told.push(text),
          serializeAttachment: () => {},
          close: () => {},
        };
        parts.connections.accept = () => {};
        vi.spyOn(parts.connections, "isLive").mockReturnValue(true);
        const edit = {
          type: "edit",
          requestId: "e",
          baseVersion: 1,
          patch: [{ op: "replace", path: "/name", value: "n" }],
        };
        await parts.connectionDesk.receive(socket as unknown as WebSocket, JSON.stringify(edit));
        expect(told.map((text) => JSON.parse(text) as unknown)).toEqual([
          expect.objectContaining({ type: "error", requestId: "e", code: "overloaded" }),
        ]);
      }
    });
    expect((await bodyOf(await user.ask("/spells/demo"))).version).toBe(1);
    vi.restoreAllMocks();
    return 2;
  },
);

row(
  "D1 saves a spell, but its answer is lost",
  "the writer gets its version, and loaded runners take it",
  async () => {
    const user = fresh();
    await user.ask("/spells/demo", { method: "PUT", body: echo("one") });
    await user.ask("/spells/demo/run", { body: {} });
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    const losing = () => troubled(env.DB, atQuery(1, lost));
    const asks: [Ask, number][] = [
      [{ method: "PUT", body: echo("two") }, 200],
      [{ method: "PUT", body: echo("three"), headers: { "if-match": '"2"' } }, 200],
    ];
    for (const [i, [ask, status]] of asks.entries()) {
      const answer = await askWith(losing(), await user.token, "/spells/demo", ask);
      expect(answer.status).toBe(status);
      expect(await bodyOf(answer)).toMatchObject({ version: i + 2 });
      await tab.until((message) => message.type === "spell.changed" && message.version === i + 2, "the news");
    }
    const ran = await bodyOf(await user.ask("/spells/demo/run", { body: {} }));
    expect(ran.outputs).toEqual({ said: "three" });
    // New ones: told as new, once.
    const made = await askWith(losing(), await user.token, "/spells/other", {
      method: "PUT",
      body: echo("new"),
    });
    expect([made.status, (await bodyOf(made)).version]).toEqual([201, 1]);
    const gone = await askWith(losing(), await user.token, "/spells/other", { method: "DELETE" });
    expect(gone.status).toBe(204);
    tab.close();
    return 4;
  },
);

row(
  "D1 saves a spell, its answer is lost, and so is every later one",
  "503, and loaded runners look again before the next run",
  async () => {
    const user = fresh();
    await user.ask("/spells/demo", { method: "PUT", body: echo("one") });
    await user.ask("/spells/demo/run", { body: {} });
    const losing = troubled(env.DB, always(lost));
    await expectOverloaded(
      await askWith(losing, await user.token, "/spells/demo", { method: "PUT", body: echo("two") }),
    );
    expect((await bodyOf(await user.ask("/spells/demo/run", { body: {} }))).outputs).toEqual({ said: "two" });
  },
);

row(
  "D1 refuses to save, or the write never arrives",
  "503, the version is as it was, and another's write is not taken for one's own",
  async () => {
    const user = fresh();
    await user.ask("/spells/demo", { method: "PUT", body: echo("one") });
    const never = troubled(env.DB, atQuery(1, { is: "refused", message: "Network connection lost." }));
    await expectOverloaded(
      await askWith(never, await user.token, "/spells/demo", { method: "PUT", body: echo("two") }),
    );
    expect((await bodyOf(await user.ask("/spells/demo"))).version).toBe(1);
    // Somebody else's version came in the place of the one that never arrived.
    let hasOther = false;
    const between = {
      prepare: (sql: string) => env.DB.prepare(sql),
      batch: async (): Promise<never> => {
        if (!hasOther) await new SpellRepository(env.DB).put(user.name, "demo", echo("other's"));
        hasOther = true;
        throw new Error("Network connection lost.");
      },
    } as unknown as D1Database;
    await expectOverloaded(
      await askWith(between, await user.token, "/spells/demo", { method: "PUT", body: echo("mine") }),
    );
    expect((await bodyOf(await user.ask("/spells/demo"))).version).toBe(2);
    return 2;
  },
);

row(
  "D1 takes a refresh, but its answer is lost",
  "the next token is told, and the sign-in is not taken for stolen",
  async () => {
    const email = `trust-${Math.random()}@example.com`;
    const { refreshToken } = await bodyOf(
      await askWith(env.DB, undefined, "/auth/signup", { body: { email, password: "a long password" } }),
    );
    const losing = troubled(env.DB, atQuery(1, lost));
    const first = await askWith(losing, undefined, "/auth/refresh", { body: { refreshToken } });
    expect(first.status).toBe(200);
    const next = await bodyOf(first);
    const second = await askWith(env.DB, undefined, "/auth/refresh", {
      body: { refreshToken: next.refreshToken },
    });
    expect(second.status).toBe(200);
  },
);

row(
  "D1 makes a row for a run, but its answer is lost",
  "the next attempt under the same key gets that row, and there is one",
  async () => {
    const { name: userId } = fresh();
    const call = { userId, idempotencyKey: "run:node:1" };
    const data = { type: "note", data: { text: "once" } };
    const serviceOn = (DB: D1Database) => new EntitiesEntrypoint(createExecutionContext(), { ...env, DB });
    // The first query asks whether the key was answered before.
    const error = await thrownBy(serviceOn(troubled(env.DB, atQuery(2, lost))).create(call, data));
    expect(error).toMatchObject({ code: "overloaded" });
    const again = await serviceOn(env.DB).create(call, data);
    const { total, data: rows } = await serviceOn(env.DB).find({ userId }, {});
    expect([total, (rows[0] as { id: string }).id]).toEqual([1, (again as { id: string }).id]);
  },
);

row("D1 in trouble in a service", "every method of a service with rows says overloaded", async () => {
  const { name: userId } = fresh();
  const broken = new EntitiesEntrypoint(createExecutionContext(), {
    ...env,
    DB: troubled(env.DB, always(refused)),
  });
  const asks = [
    () => broken.find({ userId }, {}),
    () => broken.get({ userId }, "x"),
    () => broken.create({ userId }, { type: "note", data: {} }),
    () => broken.patch({ userId }, "x", {}),
    () => broken.remove({ userId }, "x"),
  ];
  for (const ask of asks)
    expect(await thrownBy(ask())).toMatchObject({ code: "overloaded", retryAfter: expect.any(Number) });
  return asks.length;
});

// ── KV ──────────────────────────────────────────────────────────────────────────────────────────────────────

const cacheOn = (kv: Partial<KVNamespace>): CacheEntrypoint =>
  new CacheEntrypoint(createExecutionContext(), { ...env, CACHE: kv as KVNamespace });
const call = { userId: "trust-kv" };

row(
  "KV is stale, or remembers that there was nothing",
  "the cache answers with the old value or none, and nothing else goes by it",
  async () => {
    const seen: string[] = [];
    const stale = cacheOn({
      get: ((key: string) => Promise.resolve(seen.includes(key) ? '"old"' : null)) as never,
      put: (key) => Promise.resolve(void seen.push(key)),
    });
    expect(await stale.get(call, "k")).toBeNull();
    await stale.set(call, "k", "new");
    expect(await stale.get(call, "k")).toEqual({ value: "old" });
    // Whatever else needs to be true is in D1 or an actor: nothing but this service has the binding.
    const user = fresh();
    const ctx = createExecutionContext();
    const { CACHE: _cache, ...without } = env;
    const request = (path: string, method: string, body?: unknown) =>
      user.token.then((token) =>
        app.fetch(
          new Request(baseUrl + path, {
            method,
            headers: { authorization: `Bearer ${token}` },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          }),
          without,
          ctx,
        ),
      );
    expect((await request("/spells/demo", "PUT", echo("x"))).status).toBe(201);
    expect((await request("/spells/demo/run", "POST", {})).status).toBe(200);
    await waitOnExecutionContext(ctx);
    return 3;
  },
);

row(
  "KV refuses: one write a second and key, or it is away",
  "the cache says overloaded, which a node may try again",
  async () => {
    const failures = [
      "KV PUT failed: 429 Too Many Requests",
      "KV GET failed: 503 Service Unavailable",
      "Network connection lost.",
    ];
    for (const message of failures) {
      const fail = () => Promise.reject(new Error(message));
      const cache = cacheOn({ get: fail as never, put: fail, delete: fail });
      for (const ask of [
        () => cache.get(call, "k"),
        () => cache.set(call, "k", 1),
        () => cache.delete(call, "k"),
      ])
        expect(await thrownBy(ask())).toMatchObject({ code: "overloaded", retryable: true, retryAfter: 1 });
    }
    return failures.length * 3;
  },
);

row("KV holds what is no JSON", "a miss", async () => {
  const cache = cacheOn({ get: (() => Promise.resolve("{half")) as never });
  expect(await cache.get(call, "k")).toBeNull();
});
