/** The table of docs/LIMITS.md: each limit of it holds, and says what the table says. */
import { Buffer } from "node:buffer";
import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Limit, limits } from "../../scripts/limits.ts";
import { managerName } from "../../src/actor/address.ts";
import { ConnectionDesk, type ConnectionHost } from "../../src/actor/connection-desk.ts";
import type { Connections } from "../../src/actor/connections.ts";
import { MessageRate } from "../../src/actor/message-rate.ts";
import { maxTrusted, maxUnacknowledged, SendWindow } from "../../src/actor/send-window.ts";
import type { Env } from "../../src/env.ts";
import { addressOf } from "../../src/http/address-of.ts";
import { app } from "../../src/http/app.ts";
import { maxBodyBytes, maxHeaderLength, maxHeadersLength, maxUrlLength } from "../../src/http/bounds.ts";
import { maxKeys, maxSecrets, maxTickets } from "../../src/protocol/accounts.ts";
import { maxParallelRuns, maxQueuedRuns } from "../../src/protocol/runs.ts";
import { maxSpellNodes } from "../../src/protocol/spell.ts";
import { maxFrameBytes } from "../../src/protocol/values.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { countCases } from "../helpers/count-cases.ts";
import { demoRunner } from "../helpers/runners.ts";
import { spell } from "../helpers/spells.ts";

const tried = countCases("limits");
const bindings = env as unknown as Env;
const user = userNamed("trust-limits");

type Settings = Partial<Record<NonNullable<Limit["setting"]>, string>>;
const names = [...new Set(Object.values<Limit>(limits).flatMap(({ setting = [] }) => setting))];

/** For the Worker, the runners and the managers, which share one `env` here. */
async function set(settings: Settings): Promise<void> {
  const change = (target: object): void => {
    for (const name of names) Object.assign(target, { [name]: settings[name] });
  };
  change(bindings);
  const manager = bindings.SPELL_MANAGER.getByName(managerName("limits-env"));
  await runInDurableObject(manager, (one) => change((one as unknown as { env: Env }).env));
}
afterEach(async () => {
  vi.restoreAllMocks();
  await set({});
});

const base = "https://limits.test";
const ask = async (
  path: string,
  init: Omit<RequestInit, "headers"> & { headers?: Record<string, string> } = {},
  more: Partial<Env> = {},
): Promise<Response> => {
  const headers = { authorization: `Bearer ${await user.token}`, ...init.headers };
  const request = new Request(base + path, { ...init, headers });
  return app.fetch(request, { ...bindings, ...more }, createExecutionContext());
};
const from = (address: string) => ({ "cf-connecting-ip": address });

async function expectRefused(response: Response, status: number, code: string): Promise<string> {
  const problem = await bodyOf(response);
  expect({ status: response.status, code: problem.code }).toEqual({ status, code });
  if (status === 429 || status === 503)
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  return problem.detail as string;
}

const empty = spell({ start: "Trigger In" }, "");
const asking = spell({ start: "Trigger In", ask: "Ask" }, "start.trigger > ask.trigger");
let users = 0;
async function saved(document = empty) {
  const one = userNamed(`trust-limits-${(users += 1)}`);
  expect((await one.ask("/spells/demo", { method: "PUT", body: document })).status).toBe(201);
  return one;
}
beforeAll(async () => {
  expect((await user.ask("/spells/demo", { method: "PUT", body: empty })).status).toBe(201);
});

/** A body that is a byte too long, with its length told, and in pieces without it. */
async function bodyTooLarge(path: string, method: string, maxBytes: number): Promise<void> {
  const text = "x".repeat(maxBytes + 1);
  const why = `The body is larger than ${maxBytes} bytes.`;
  expect(await expectRefused(await ask(path, { method, body: text }), 413, "too_large")).toBe(why);
  let pulls = 0;
  const piece = new TextEncoder().encode("x".repeat(64 * 1024));
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      pulls += 1;
      controller.enqueue(piece);
    },
  });
  expect(await expectRefused(await ask(path, { method, body: endless }), 413, "too_large")).toBe(why);
  // What comes behind the limit is not read.
  expect(pulls).toBeLessThan(maxBytes / piece.byteLength + 10);
  tried();
  const fits = await ask(path, { method, body: " ".repeat(maxBytes) });
  expect(await fits.text()).not.toContain(why);
}

const signIn = (email: string, address: string, password = "a wrong one") =>
  ask("/auth/login", {
    method: "POST",
    body: JSON.stringify({ email, password }),
    headers: from(address),
  });
const signUp = (email: string, address: string) =>
  ask("/auth/signup", {
    method: "POST",
    body: JSON.stringify({ email, password: "a right one" }),
    headers: from(address),
  });

/** Requests of a kind until one is refused; how many were not. */
async function untilRefused(most: number, request: () => Promise<Response>): Promise<number> {
  let [passed, refused] = [0, 0];
  for (let i = 0; i < most && refused === 0; i += 50) {
    const answers = await Promise.all(Array.from({ length: 50 }, request));
    for (const response of answers) {
      if (response.status !== 429) passed += 1;
      else {
        refused += 1;
        await expectRefused(response, 429, "rate_limited");
      }
    }
  }
  expect(refused).toBeGreaterThan(0);
  return passed;
}

const probes: Record<keyof typeof limits, () => Promise<void>> = {
  addressRequests: async () => {
    const on = { RATE_LIMITS: "on" };
    const passed = await untilRefused(1300, () => ask("/health", { headers: from("203.0.113.1") }, on));
    expect(passed).toBeLessThanOrEqual(1200);
    const status = async (address: string, more: Partial<Env> = on) =>
      (await ask("/health", { headers: from(address) }, more)).status;
    expect(await status("203.0.113.1")).toBe(429);
    expect(await status("203.0.113.2")).toBe(200);
    expect(await status("203.0.113.1", {})).toBe(200);
    // At the upgrade as anywhere, and a page of an allowed origin may read it.
    const upgrade = await ask(
      "/spells/demo/connect",
      { headers: { ...from("203.0.113.1"), upgrade: "websocket", origin: "https://app.example" } },
      on,
    );
    expect(upgrade.headers.get("access-control-allow-origin")).toBe("https://app.example");
    await expectRefused(upgrade, 429, "rate_limited");
  },
  userRequests: async () => {
    // The same limiter with the other's number: 6 000 requests would only take longer.
    const on = {
      RATE_LIMITS: "on",
      ADDRESS_RATE: undefined,
      USER_RATE: bindings.ADDRESS_RATE,
    } as Partial<Env>;
    expect(bindings.USER_RATE).toBeDefined();
    await untilRefused(1300, () => ask("/spells/none/runs?limit=x", {}, on));
    await expectRefused(await ask("/spells", {}, on), 429, "rate_limited");
    const upgrade = await ask("/spells/demo/connect", { headers: { upgrade: "websocket" } }, on);
    await expectRefused(upgrade, 429, "rate_limited");
    const other = await userNamed("trust-limits-other").token;
    expect((await ask("/spells", { headers: { authorization: `Bearer ${other}` } }, on)).status).toBe(200);
  },
  runsPerSecond: async () => {
    await set({ USER_MAX_RUNS_PER_SECOND: "10" });
    const one = await saved();
    const at = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(at);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => one.ask(`/spells/demo/run?session=s${i % 3}`, { method: "POST" })),
    );
    const begun = answers.filter(({ status }) => status === 200).length;
    expect(begun).toBeGreaterThan(0);
    expect(begun).toBeLessThanOrEqual(10);
    for (const response of answers.filter(({ status }) => status !== 200))
      expect(await expectRefused(response, 429, "rate_limited")).toContain("USER_MAX_RUNS_PER_SECOND");
    const tab = await TestConnection.open(one, "demo");
    await tab.hello();
    tab.say(...Array.from({ length: 12 }, (_, i) => ({ type: "run" as const, requestId: `r${i}` })));
    await tab.until((message) => message.type === "error" && message.code === "rate_limited", "the limit");
    expect(tab.closed).toBeNull();
    tab.close();
    // Another user, and the same one a second later.
    expect((await (await saved()).ask("/spells/demo/run", { method: "POST" })).status).toBe(200);
    vi.spyOn(Date, "now").mockReturnValue(at + 2000);
    expect((await one.ask("/spells/demo/run", { method: "POST" })).status).toBe(200);
    expect((await bodyOf(await one.ask("/usage"))).limits).toEqual({ runsPerSecond: 10 });
  },
  runsAtOnce: async () => {
    await set({ USER_MAX_RUNS: "2" });
    const one = await saved();
    const stub = bindings.SPELL_MANAGER.getByName(managerName(one.name));
    // Another runner of the user's holds both.
    await stub.lease(JSON.stringify([1, one.name, one.name, "other", "main"]), 2);
    const refused = await one.ask("/spells/demo/run", { method: "POST" });
    expect(await expectRefused(refused, 429, "rate_limited")).toContain("USER_MAX_RUNS)");
  },
  connections: async () => {
    await set({ USER_MAX_CONNECTIONS: "1" });
    const one = await saved();
    const tab = await TestConnection.open(one, "demo");
    const refused = await one.ask("/spells/demo/connect?session=b", { headers: { upgrade: "websocket" } });
    expect(await expectRefused(refused, 429, "rate_limited")).toContain("USER_MAX_CONNECTIONS");
    tab.close();
  },
  journal: async () => {
    const one = await saved();
    expect((await one.ask("/spells/demo/run", { method: "POST" })).status).toBe(200);
    expect((await bodyOf(await one.ask("/usage"))).journalBytes).toBeGreaterThan(1);
    await set({ USER_MAX_JOURNAL_BYTES: "1" });
    const refused = await one.ask("/spells/demo/run", { method: "POST" });
    expect(await expectRefused(refused, 422, "budget_exceeded")).toContain("USER_MAX_JOURNAL_BYTES");
  },
  signInsOfAccount: async () => {
    await set({ AUTH_MAX_SIGN_INS_PER_ACCOUNT: "3" });
    const email = "guessed@limits.example";
    expect((await signUp(email, "198.51.100.1")).status).toBe(201);
    // All at once, each from another address: three are looked at.
    const guesses = await Promise.all(Array.from({ length: 8 }, (_, i) => signIn(email, `198.51.100.${i}`)));
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(3);
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(5);
    for (const response of guesses)
      if (response.status === 429) await expectRefused(response, 429, "rate_limited");
    await expectRefused(await signIn(email, "198.51.100.9", "a right one"), 429, "rate_limited");
    await expectRefused(await signIn(email.toUpperCase(), "198.51.100.9"), 429, "rate_limited");
    expect((await signIn("another@limits.example", "198.51.100.9")).status).toBe(401);
    // One that is not there is told alike.
    for (let i = 0; i < 2; i += 1) await signIn("another@limits.example", "198.51.100.9");
    await expectRefused(await signIn("another@limits.example", "198.51.100.9"), 429, "rate_limited");
    const at = Date.now() + 15 * 60_000 + 1;
    vi.spyOn(Date, "now").mockReturnValue(at);
    expect((await signIn(email, "198.51.100.9", "a right one")).status).toBe(200);
    // The right password takes the guesses before it away.
    for (let i = 0; i < 2; i += 1) expect((await signIn(email, "198.51.100.9")).status).toBe(401);
    expect((await signIn(email, "198.51.100.9", "a right one")).status).toBe(200);
    expect((await signIn(email, "198.51.100.9")).status).toBe(401);
  },
  signInsOfAddress: async () => {
    await set({ AUTH_MAX_SIGN_INS_PER_ADDRESS: "3" });
    const address = "2001:db8:1:2::7";
    for (let i = 0; i < 3; i += 1)
      expect((await signIn(`spray-${i}@limits.example`, address)).status).toBe(401);
    // The next address of the same subscriber.
    const refused = await signIn("spray-4@limits.example", "2001:db8:1:2:ffff::8");
    await expectRefused(refused, 429, "rate_limited");
    expect((await signIn("spray-5@limits.example", "2001:db8:1:3::7")).status).toBe(401);
  },
  signUps: async () => {
    await set({ AUTH_MAX_SIGN_UPS_PER_ADDRESS: "2" });
    const address = "192.0.2.7";
    for (let i = 0; i < 2; i += 1)
      expect((await signUp(`new-${i}@limits.example`, address)).status).toBe(201);
    await expectRefused(await signUp("new-3@limits.example", address), 429, "rate_limited");
    expect((await signUp("new-4@limits.example", "192.0.2.8")).status).toBe(201);
  },
  url: async () => {
    const at = (length: number) => `/spells?search=${"x".repeat(length - `${base}/spells?search=`.length)}`;
    await expectRefused(await ask(at(maxUrlLength + 1)), 414, "too_large");
    expect((await ask(at(maxUrlLength))).status).toBe(400);
    await expectRefused(await ask(`/${"a/".repeat(maxUrlLength)}`), 414, "too_large");
  },
  header: async () => {
    const headers = { prefer: "x".repeat(maxHeaderLength + 1) };
    await expectRefused(await ask("/spells", { headers }), 431, "too_large");
    expect((await ask("/spells", { headers: { prefer: "x".repeat(maxHeaderLength) } })).status).toBe(200);
    const huge = { authorization: `Bearer ${"x".repeat(maxHeaderLength)}` };
    await expectRefused(await ask("/spells", { headers: huge }), 431, "too_large");
  },
  headers: async () => {
    const many = Object.fromEntries(
      Array.from({ length: 70 }, (_, i) => [`x-${i}`, "x".repeat(maxHeadersLength / 64)]),
    );
    await expectRefused(await ask("/spells", { headers: many }), 431, "too_large");
    const tiny = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`x-many-${i}`, "some"]));
    await expectRefused(await ask("/health", { headers: tiny }), 431, "too_large");
  },
  accountBody: async () => {
    for (const path of ["/auth/signup", "/auth/login", "/auth/refresh", "/auth/logout"])
      await bodyTooLarge(path, "POST", maxBodyBytes.account);
  },
  keyBody: () => bodyTooLarge("/users/me/keys", "POST", maxBodyBytes.key),
  secretBody: () => bodyTooLarge("/users/me/secrets/NAME", "PUT", maxBodyBytes.secret),
  spellBody: async () => {
    await bodyTooLarge("/spells", "POST", maxBodyBytes.spell);
    await bodyTooLarge("/spells/demo", "PUT", maxBodyBytes.spell);
    await bodyTooLarge("/spells/validate", "POST", maxBodyBytes.spell);
  },
  runBody: () => bodyTooLarge("/spells/demo/run", "POST", maxBodyBytes.run),
  serviceBody: () => bodyTooLarge("/services/entities", "POST", maxBodyBytes.service),
  hookBody: async () => {
    const one = await saved(spell({ in: { is: "Webhook In", data: { name: "in" } } }, ""));
    const played = await bodyOf(await one.ask("/spells/demo/play", { method: "POST" }));
    await bodyTooLarge(played.sources[0].hook as string, "POST", maxBodyBytes.hook);
  },
  uploadBody: () => bodyTooLarge("/services/documents/upload?name=a.txt", "POST", maxBodyBytes.upload),
  jsonDepth: async () => {
    const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
    // Within an object and its `inputs`.
    const run = (levels: number) =>
      ask("/spells/demo/run", { method: "POST", body: `{"inputs":{"a":${nested(levels)}}}` });
    await expectRefused(await run(199), 400, "bad_request");
    expect((await run(198)).status).toBe(200);
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    tab.socket.send(`{"type":"run","requestId":"deep","inputs":{"a":${nested(199)}}}`);
    expect(await tab.until(({ type }) => type === "error", "the error")).toMatchObject({
      code: "protocol_error",
    });
    expect(tab.closed).toBeNull();
    tab.close();
  },
  spellNodes: async () => {
    const nodes = Object.fromEntries(
      Array.from({ length: maxSpellNodes + 1 }, (_, i) => [
        i,
        { component: "Echo", position: [0, 0], data: {} },
      ]),
    );
    const document = { format: "spellrunner@1", id: "many", name: "many", version: 0, nodes, edges: {} };
    const refused = await ask("/spells", { method: "POST", body: JSON.stringify(document) });
    await expectRefused(refused, 413, "too_large");
  },
  frame: async () => {
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    const frame = (bytes: number) => `{"type":"cancel","runId":"${"x".repeat(bytes - 28)}"}`;
    expect(Buffer.byteLength(frame(100))).toBe(100);
    tab.socket.send(frame(maxFrameBytes));
    await tab.until((message) => message.type === "error" && message.code !== "too_large", "an answer");
    tab.socket.send(frame(maxFrameBytes + 1));
    expect(await tab.wait(() => tab.closed, "the close")).toMatchObject({ code: 4413 });
  },
  messages: async () => {
    const tab = await TestConnection.open(user, "demo");
    const at = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(at);
    await tab.hello();
    const frame = JSON.stringify(Array.from({ length: 1000 }, () => ({ type: "ack", seq: 0 })));
    tab.socket.send(frame);
    await tab.until((message) => message.type === "error" && message.code === "rate_limited", "the limit");
    expect(tab.closed).toBeNull();
    for (let i = 0; i < MessageRate.patience / 1000; i += 1) tab.socket.send(frame);
    expect(await tab.wait(() => tab.closed, "the close")).toMatchObject({ code: 4429 });
  },
  waitingFrames: async () => {
    const closed: number[] = [];
    const connections = {
      expire: () => false,
      isLive: () => true,
      requireScope: () => undefined,
      close: (_: WebSocket, code: number) => closed.push(code),
    } as unknown as Connections;
    // An edit waits for the database; this one for ever.
    const host = { edit: () => new Promise(() => undefined) } as unknown as ConnectionHost;
    const desk = new ConnectionDesk(connections, host, () => 0);
    const [socket] = Object.values(new WebSocketPair());
    if (socket === undefined) throw new Error("no socket");
    const filler = "x".repeat(1_000_000);
    const patch = [{ op: "replace", path: "/name", value: filler }];
    const frame = JSON.stringify({ type: "edit", requestId: "e", baseVersion: 1, patch });
    for (let i = 1; i * frame.length <= MessageRate.maxWaiting; i += 1) void desk.receive(socket, frame);
    expect(closed).toEqual([]);
    await desk.receive(socket, frame);
    expect(closed).toEqual([4429]);
  },
  unread: async () => {
    const silent = new SendWindow(0);
    expect([silent.take(maxTrusted, 0), silent.take(1, 0)]).toEqual([true, false]);
    const saying = new SendWindow(0);
    saying.acknowledge(0);
    expect([saying.take(maxUnacknowledged, 0), saying.take(1, 0)]).toEqual([true, false]);
  },
  parallel: async () => {
    const one = await saved(asking);
    for (let i = 0; i <= maxParallelRuns; i += 1) {
      const taken = await one.ask("/spells/demo/run", {
        method: "POST",
        headers: { prefer: "respond-async" },
      });
      expect((await bodyOf(taken)).status).toBe(i < maxParallelRuns ? "waiting" : "queued");
    }
    await one.ask("/spells/demo", { method: "DELETE" });
  },
  queue: async () => {
    const one = await saved(asking);
    const runner = demoRunner(one.name);
    const take = () => runner.run({ concurrency: "queue" }, { isAsync: true });
    for (let i = 0; i <= maxQueuedRuns; i += 100)
      for (const taken of await Promise.all(Array.from({ length: i === 0 ? 1 : 100 }, take)))
        expect(taken.ok).toBe(true);
    const body = { concurrency: "queue" };
    await expectRefused(await one.ask("/spells/demo/run", { body }), 503, "overloaded");
    await one.ask("/spells/demo", { method: "DELETE" });
  },
  tickets: async () => {
    const manager = bindings.SPELL_MANAGER.getByName(managerName("trust-limits-tickets"));
    const late = Date.now() + 600_000;
    await runInDurableObject(manager, async (one) => {
      for (let i = 0; i <= maxTickets; i += 1) await one.createTicket(`hash-${i}`, late);
    });
    const kept = await runInDurableObject(manager, (_, { storage }) =>
      storage.sql.exec("SELECT count(*) AS n FROM tickets").one(),
    );
    expect(kept).toEqual({ n: maxTickets });
    expect(await manager.consumeTicket(`hash-${maxTickets}`)).toBe(late);
  },
  keys: async () => {
    const one = userNamed("trust-limits-keys");
    const make = () => one.ask("/users/me/keys", { body: { name: "one more" } });
    // All at once, so that two that come together do not both take the last place.
    const answers = await Promise.all(Array.from({ length: maxKeys + 5 }, make));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(maxKeys);
    await expectRefused(await make(), 409, "conflict");
  },
  secrets: async () => {
    const one = userNamed("trust-limits-secrets");
    const put = (i: number) => one.ask(`/users/me/secrets/S${i}`, { method: "PUT", body: { value: "x" } });
    const answers = await Promise.all(Array.from({ length: maxSecrets + 5 }, (_, i) => put(i)));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(maxSecrets);
    await expectRefused(await put(1000), 409, "conflict");
  },
};

describe("the limit of", () => {
  for (const [name, limit] of Object.entries<Limit>(limits))
    it(`${name}: ${limit.what}`, async () => {
      tried();
      await probes[name as keyof typeof limits]();
    });
});

describe("without their settings", () => {
  it("those that have one do not hold, nor where they are off", async () => {
    const off = Object.fromEntries(names.map((name) => [name, "off"])) as Settings;
    for (const settings of [{}, off]) {
      tried();
      await set(settings);
      const one = await saved();
      const runs = await Promise.all(
        Array.from({ length: 60 }, () => one.ask("/spells/demo/run", { method: "POST" })),
      );
      expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 200));
      expect((await bodyOf(await one.ask("/usage"))).limits).toEqual({});
      // Nor is anybody asked.
      const alone = { ATTEMPTS: undefined, ADDRESS_RATE: undefined, USER_RATE: undefined } as Partial<Env>;
      const body = JSON.stringify({ email: "unlimited@limits.example", password: "a wrong one" });
      expect((await ask("/auth/login", { method: "POST", body }, alone)).status).toBe(401);
    }
  });
});

describe("an address for limits", () => {
  it.each([
    ["203.0.113.9", "203.0.113.9"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:DB8:1:2::", "2001:db8:1:2"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["2001:0db8:0001:0002::9", "2001:db8:1:2"],
    ["::1", "0:0:0:0"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["", ""],
  ])("of %s is %s", (given, key) => {
    tried();
    expect(addressOf(new Headers({ "cf-connecting-ip": given }))).toBe(key);
  });
  it("is nothing that a client says by another header", () => {
    tried();
    const headers = { "x-forwarded-for": "1.2.3.4", "x-real-ip": "1.2.3.4", forwarded: "for=1.2.3.4" };
    expect(addressOf(new Headers(headers))).toBe("");
  });
});
