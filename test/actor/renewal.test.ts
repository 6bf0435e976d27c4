import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { upgradeHeaders } from "../../src/actor/rpc.ts";
import { demoRunner } from "../helpers/runners.ts";
import { userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { spell } from "../helpers/spells.ts";
import { tokenOf } from "../helpers/tokens.ts";

let count = 0;

const echo = spell(
  { start: "Trigger In", text: { is: "Text Variable", data: { text: "hi" } }, out: "Output:said" },
  `
  start.trigger > out.trigger
  text.output > out.input`,
);

/** A connection whose token ends in `leftMs`, as the Worker would hand it over. */
async function connected(leftMs: number, more: Record<string, string> = {}) {
  const user = userNamed(`renew-${(count += 1)}`);
  expect((await user.ask("/spells/demo", { method: "PUT", body: echo })).status).toBe(201);
  const stub = demoRunner(user.name);
  const expiresAt = Date.now() + leftMs;
  const headers = { upgrade: "websocket", [upgradeHeaders.expiresAt]: String(expiresAt), ...more };
  const tab = TestConnection.of(await stub.fetch("https://runner/connect", { headers }));
  return { user, stub, tab, expiresAt };
}

const seconds = (): number => Math.floor(Date.now() / 1000);
const warnings = (tab: TestConnection) => tab.messages.filter(({ type }) => type === "token.expiring");

async function runs(tab: TestConnection, requestId: string): Promise<void> {
  const before = tab.events.filter(({ type }) => type === "run.completed").length;
  tab.say({ type: "run", requestId });
  await tab.wait(
    () => tab.events.filter(({ type }) => type === "run.completed").length > before,
    `the run ${requestId}`,
  );
}

/** Moves the end of a connection's token into the past, as waiting would. */
const expire = (stub: DurableObjectStub, at = 1) =>
  runInDurableObject(stub, (_instance, state) => {
    for (const socket of state.getWebSockets())
      socket.serializeAttachment({ ...(socket.deserializeAttachment() as object), expiresAt: at });
  });

describe("a connection's token", () => {
  it("is renewed in place, and the new end survives eviction", async () => {
    const { user, stub, tab } = await connected(30_000);
    await tab.hello();
    const exp = seconds() + 7200;
    tab.say({ type: "auth", token: await tokenOf(user.name, { exp }) });
    expect(await tab.until(({ type }) => type === "token.renewed", "the renewal")).toEqual({
      type: "token.renewed",
      at: exp * 1000,
    });
    await evictDurableObject(stub);
    await runInDurableObject(stub, (_instance, state) => {
      const [socket] = state.getWebSockets();
      expect(socket?.deserializeAttachment()).toEqual({ isLive: true, expiresAt: exp * 1000 });
    });
    await runs(tab, "after");
    expect(tab.closed).toBeNull();
  });

  const refused: [string, (user: string) => Promise<string> | string][] = [
    ["no token", () => "nonsense"],
    ["another user's", (user) => tokenOf(`${user}-else`)],
    ["one that has ended", (user) => tokenOf(user, { exp: seconds() - 60 })],
    ["one that ended within the tolerance for clocks", (user) => tokenOf(user, { exp: seconds() - 2 })],
    ["one signed by another key", (user) => tokenOf(user, {}, "another secret that is 32 bytes and more")],
  ];
  for (const [what, token] of refused)
    it(`is not taken, and the connection keeps its old one: ${what}`, async () => {
      const { user, stub, tab, expiresAt } = await connected(600_000);
      await tab.hello();
      tab.say({ type: "auth", token: await token(user.name) });
      expect(await tab.until(({ type }) => type === "error", "the error")).toMatchObject({
        code: "unauthorized",
      });
      await runInDurableObject(stub, (_instance, state) => {
        const [socket] = state.getWebSockets();
        expect(socket?.deserializeAttachment()).toEqual({ isLive: true, expiresAt });
      });
      await runs(tab, "still here");
    });

  it("is not renewed after its end: the connection closes with 4401", async () => {
    const { user, stub, tab } = await connected(600_000);
    await tab.hello();
    await expire(stub);
    await evictDurableObject(stub);
    tab.say({ type: "auth", token: await tokenOf(user.name) });
    expect(await tab.wait(() => tab.closed, "the close")).toMatchObject({ code: 4401 });
  });

  it("that ended closes its connection with 4401 before the next event, which comes in the gap", async () => {
    const { user, stub, tab } = await connected(600_000);
    await tab.hello();
    await expire(stub);
    await evictDurableObject(stub);
    expect((await user.ask("/spells/demo/run", { body: {} })).status).toBe(200);
    expect(await tab.wait(() => tab.closed, "the close")).toMatchObject({ code: 4401 });
    expect(tab.events).toEqual([]);
    const back = await TestConnection.open(user, "demo");
    await back.hello(0);
    await back.until(({ type }) => type === "run.completed" || type === "replay", "the gap");
    expect(back.events.at(-1)?.type).toBe("run.completed");
  });

  it("is said to end, once, behind what is sent within its last minute, and again after a renewal", async () => {
    const { user, stub, tab, expiresAt } = await connected(30_000);
    await tab.hello(0);
    expect(await tab.until(({ type }) => type === "token.expiring", "the warning")).toEqual({
      type: "token.expiring",
      at: expiresAt,
    });
    expect(tab.messages.map(({ type }) => type)).toEqual(["welcome", "replay", "token.expiring"]);
    await runs(tab, "one");
    await evictDurableObject(stub);
    await runs(tab, "two");
    expect(warnings(tab)).toHaveLength(1);
    const exp = seconds() + 20;
    tab.say({ type: "auth", token: await tokenOf(user.name, { exp }) });
    await tab.until(({ type }) => type === "token.renewed", "the renewal");
    await tab.wait(() => warnings(tab).length === 2, "the second warning");
    expect(warnings(tab)[1]).toEqual({ type: "token.expiring", at: exp * 1000 });
  });

  it("is not spoken of while it has time, nor to a connection without hello", async () => {
    const { tab } = await connected(600_000);
    await tab.hello();
    await runs(tab, "one");
    expect(warnings(tab)).toEqual([]);
    const quiet = await connected(30_000);
    expect((await quiet.user.ask("/spells/demo/run", { body: {} })).status).toBe(200);
    quiet.tab.say({ type: "auth", token: await quiet.user.token });
    expect(await quiet.tab.until(({ type }) => type === "error", "the error")).toMatchObject({
      code: "protocol_error",
    });
    expect(quiet.tab.messages).toHaveLength(1);
  });
});

describe("a silent connection", () => {
  afterEach(() => void vi.restoreAllMocks());

  const alarmOf = (stub: DurableObjectStub): Promise<number | null> =>
    runInDurableObject(stub, (_instance, { storage }) => storage.getAlarm());
  /** The runner sleeps until that time, and is woken by its alarm alone. */
  const sleepUntil = async (stub: DurableObjectStub, at: number) => {
    await evictDurableObject(stub, { webSockets: "hibernate" });
    vi.spyOn(Date, "now").mockReturnValue(at);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
  };

  it("is warned a minute before its token ends, and closed at the end, by one alarm each", async () => {
    const { stub, tab, expiresAt } = await connected(600_000);
    await tab.hello();
    expect(await alarmOf(stub)).toBe(expiresAt - 60_000);
    await sleepUntil(stub, expiresAt - 60_000);
    expect(await tab.until(({ type }) => type === "token.expiring", "the warning")).toEqual({
      type: "token.expiring",
      at: expiresAt,
    });
    expect(await alarmOf(stub)).toBe(expiresAt);
    await sleepUntil(stub, expiresAt);
    expect(await tab.wait(() => tab.closed, "the close")).toMatchObject({ code: 4401 });
    expect([await alarmOf(stub), warnings(tab).length]).toEqual([null, 1]);
  });

  it("that renews is left in peace until the next token's last minute", async () => {
    const { user, stub, tab, expiresAt } = await connected(600_000);
    await tab.hello();
    await sleepUntil(stub, expiresAt - 59_000);
    await tab.until(({ type }) => type === "token.expiring", "the warning");
    const exp = Math.floor(expiresAt / 1000) + 900;
    tab.say({ type: "auth", token: await tokenOf(user.name, { exp }) });
    await tab.until(({ type }) => type === "token.renewed", "the renewal");
    // The alarm for the old token's end was not taken back: it finds nothing to do, and leaves the one that is wanted.
    await sleepUntil(stub, expiresAt);
    expect(await alarmOf(stub)).toBe((exp - 60) * 1000);
    expect([tab.closed, warnings(tab).length]).toEqual([null, 1]);
    await sleepUntil(stub, exp * 1000);
    expect(await tab.wait(() => tab.closed, "the close")).toMatchObject({ code: 4401 });
  });

  it("that never said hello is closed at its token's end, and told nothing", async () => {
    const { stub, tab, expiresAt } = await connected(600_000);
    expect(await alarmOf(stub)).toBe(expiresAt);
    await sleepUntil(stub, expiresAt);
    expect(await tab.wait(() => tab.closed, "the close")).toMatchObject({ code: 4401 });
    expect(tab.messages).toEqual([]);
  });

  it("with a token without a near end wakes nobody", async () => {
    for (const leftMs of [Number.MAX_SAFE_INTEGER - Date.now(), 400 * 86_400_000]) {
      const { stub, tab } = await connected(leftMs);
      await tab.hello();
      await evictDurableObject(stub, { webSockets: "hibernate" });
      expect(await alarmOf(stub)).toBe(null);
    }
  });

  it("is one of many, each with its own end", async () => {
    const { user, stub, tab, expiresAt } = await connected(600_000);
    const headers = { upgrade: "websocket", [upgradeHeaders.expiresAt]: String(expiresAt + 300_000) };
    const later = TestConnection.of(await stub.fetch("https://runner/connect", { headers }));
    await Promise.all([tab.hello(), later.hello()]);
    await sleepUntil(stub, expiresAt);
    await tab.wait(() => tab.closed, "the close");
    expect([await alarmOf(stub), later.closed, warnings(later)]).toEqual([expiresAt + 240_000, null, []]);
    vi.restoreAllMocks();
    expect((await user.ask("/spells/demo/run", { body: {} })).status).toBe(200);
    await later.until(({ type }) => type === "run.completed", "the run");
  });

  it("does not put off what its runner is to wake for sooner", async () => {
    const { user, stub } = await connected(10_000_000);
    const soon = Date.now() + 3_000_000;
    await runInDurableObject(stub, async (_instance, { storage }) => {
      storage.sql.exec("INSERT OR REPLACE INTO facts (name, value) VALUES ('wake_at', ?)", soon);
      await storage.setAlarm(soon);
    });
    await evictDurableObject(stub, { webSockets: "hibernate" });
    expect((await user.ask("/spells/demo/runner")).status).toBe(200);
    expect(await alarmOf(stub)).toBe(soon);
  });
});

describe("a connection by a program's key", () => {
  const byKey = (scopes: string[], id = "key-1") =>
    connected(600_000, { [upgradeHeaders.key]: JSON.stringify({ id, scopes }) });
  const refusedFor = async (tab: TestConnection, requestId: string) =>
    tab.until((message) => message.type === "error" && message.requestId === requestId, "the error");

  it("does what the key is for and nothing else, also after an eviction", async () => {
    const { stub, tab } = await byKey(["runners"]);
    await tab.hello();
    for (const round of ["first", "evicted"]) {
      tab.say({ type: "run", requestId: `run ${round}` });
      expect(await refusedFor(tab, `run ${round}`)).toMatchObject({ code: "forbidden" });
      tab.say({ type: "edit", requestId: `edit ${round}`, baseVersion: 1, patch: [] });
      expect(await refusedFor(tab, `edit ${round}`)).toMatchObject({ code: "forbidden" });
      await evictDurableObject(stub, { webSockets: "hibernate" });
    }
    const errors = () => tab.messages.filter(({ type }) => type === "error").length;
    tab.say({ type: "cancel", runId: "x" }, { type: "push", source: "x", value: 1 });
    tab.say({ type: "subscribe", services: ["entities"] });
    tab.say({ type: "answer", runId: "x", nodeId: "x", visit: "1", value: 1 });
    await tab.wait(() => errors() === 8, "the errors");
    expect(tab.messages.flatMap((message) => (message.type === "error" ? [message.code] : []))).toEqual(
      Array.from({ length: 8 }, () => "forbidden"),
    );
    expect(tab.closed).toBeNull();
  });

  it("runs where it may, and may do all once a person's token takes the key's place", async () => {
    const { user, tab } = await byKey(["runners", "runs"]);
    await tab.hello();
    await runs(tab, "one");
    tab.say({ type: "play" });
    expect(await tab.until(({ type }) => type === "error", "nothing to play")).toMatchObject({
      code: "spell_invalid",
    });
    tab.say({ type: "subscribe", services: ["entities"] });
    await tab.until((message) => message.type === "error" && message.code === "forbidden", "the refusal");
    tab.say({ type: "auth", token: await user.token });
    await tab.until(({ type }) => type === "token.renewed", "the renewal");
    const patch = [{ op: "replace" as const, path: "/name", value: "New" }];
    tab.say({ type: "edit", requestId: "e", baseVersion: 1, patch });
    await tab.until(({ type }) => type === "spell.saved", "the edit");
  });

  it("closes with 4401 when the key is removed, asleep or not, and no other does", async () => {
    const { stub, tab } = await byKey(["all"], "removed");
    const headers = {
      upgrade: "websocket",
      [upgradeHeaders.expiresAt]: String(Date.now() + 600_000),
      [upgradeHeaders.key]: JSON.stringify({ id: "kept", scopes: ["all"] }),
    };
    const other = TestConnection.of(await stub.fetch("https://runner/connect", { headers }));
    await Promise.all([tab.hello(), other.hello()]);
    await evictDurableObject(stub, { webSockets: "hibernate" });
    await stub.keyRemoved("removed");
    expect(await tab.wait(() => tab.closed, "the close")).toMatchObject({ code: 4401 });
    await runs(other, "still here");
  });
});
