import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
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
async function connected(leftMs: number) {
  const user = userNamed(`renew-${(count += 1)}`);
  expect((await user.ask("/spells/demo", { method: "PUT", body: echo })).status).toBe(201);
  const stub = demoRunner(user.name);
  const expiresAt = Date.now() + leftMs;
  const headers = { upgrade: "websocket", [upgradeHeaders.expiresAt]: String(expiresAt) };
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
