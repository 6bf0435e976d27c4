/** Spells that are played: each firing of a source is a run, and nothing that was taken is lost. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { type DueFiring, PlayedSources, sourcesOf } from "../../src/actor/play/played-sources.ts";
import { compile } from "../../src/graph/compile.ts";
import { catalogue } from "../../src/nodes/index.ts";
import type { PlayedSource } from "../../src/protocol/runners.ts";
import type { SpellDocument, SpellSettings } from "../../src/protocol/spell.ts";
import { ask, bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { held } from "../helpers/provider.ts";
import { cutOff, demoRunner } from "../helpers/runners.ts";
import { any, type DrawnNode, spell } from "../helpers/spells.ts";

let count = 0;
const patience = { timeout: 15_000 };

async function saved(document: SpellDocument) {
  const user = userNamed(`play-${(count += 1)}`);
  const save = async (next: SpellDocument) =>
    (await user.ask("/spells/demo", { method: "PUT", body: next })).status;
  expect(await save(document)).toBe(201);
  const post = async (path: string) => {
    const response = await user.ask(`/spells/demo/${path}`, { method: "POST" });
    return { status: response.status, body: await bodyOf(response) };
  };
  return {
    user,
    save,
    play: () => post("play"),
    pause: () => post("pause"),
    stubOf: () => demoRunner(user.name),
    runner: async () => bodyOf(await user.ask("/spells/demo/runner")),
    runs: async () => (await bodyOf(await user.ask("/spells/demo/runs?limit=100"))).data,
    tab: async (lastSeq?: number) => {
      const tab = await TestConnection.open(user, "demo");
      await tab.hello(lastSeq);
      return tab;
    },
  };
}

/** Source "in", and what it gives as the output `got`. */
const fed = (
  source: DrawnNode,
  socket: string,
  settings: SpellSettings = {},
  more: Record<string, DrawnNode> = {},
): SpellDocument => ({
  ...spell(
    { in: source, out: "Output:got", ...more },
    `in.trigger > out.trigger
     in.${socket} > out.input`,
  ),
  settings,
});

/** The same with a model between, so that a run takes its time. */
const slow = (settings: SpellSettings = {}): SpellDocument => ({
  ...spell(
    {
      in: { is: "Client In", data: { name: "feed" } },
      g: { is: "Generator", data: { fewshot: "{{value}}" }, inputs: [any("value")] },
      out: "Output:got",
    },
    `in.trigger > g.trigger
     in.value > g.value
     g.trigger > out.trigger
     in.value > out.input`,
  ),
  settings,
});

const client = { is: "Client In", data: { name: "feed" } };
const gotOf = (tab: TestConnection): unknown[] =>
  tab.events.flatMap((event) => (event.type === "run.completed" ? [event.outputs?.got] : []));
const untilGot = (tab: TestConnection, times: number) =>
  tab.wait(() => gotOf(tab).length >= times && gotOf(tab), `${times} runs`);

describe("A spell that is played", () => {
  it("runs with each value that is pushed to its Client In, in their order, for every connection", async () => {
    const { tab, play, runner } = await saved(fed(client, "value"));
    const [one, other] = [await tab(), await tab()];
    one.say({ type: "play" });
    await other.until(({ type }) => type === "runner.played", "runner.played");
    one.say(...[1, "two", { three: 3 }].map((value) => ({ type: "push", source: "feed", value }) as const));
    expect(await untilGot(other, 3)).toEqual([1, "two", { three: 3 }]);
    expect(await untilGot(one, 3)).toEqual([1, "two", { three: 3 }]);
    const started = other.events.flatMap((event) => (event.type === "run.started" ? [event.trigger] : []));
    expect(started).toEqual(["feed", "feed", "feed"]);
    expect(await runner()).toMatchObject({ playing: true, waiting: 0, dropped: 0 });
    // Played again, nothing happens.
    expect((await play()).body).toMatchObject({ playing: true });
    one.say({ type: "pause" });
    await other.until(({ type }) => type === "runner.paused", "runner.paused");
    expect(other.events.filter(({ type }) => type === "runner.played")).toHaveLength(1);
    expect((await runner()).playing).toBe(false);
  });

  it("tells a connection that joins, and one that asks too much", async () => {
    const { tab, play } = await saved(fed(client, "value"));
    expect((await play()).status).toBe(200);
    const late = await TestConnection.open((await saved(fed(client, "value"))).user, "demo");
    expect(await late.hello()).toMatchObject({ playing: false });
    const joined = await tab();
    expect(joined.messages[0]).toMatchObject({ type: "welcome", playing: true });
    joined.say({ type: "push", source: "nowhere", value: 1 });
    expect(await joined.until(({ type }) => type === "error", "an error")).toMatchObject({
      code: "not_found",
      message: expect.stringContaining('"nowhere"') as string,
    });
    late.say({ type: "push", source: "feed", value: 1 });
    expect(await late.until(({ type }) => type === "error", "an error")).toMatchObject({
      code: "not_found",
    });
  });

  it("takes nothing while it is paused, and says so", async () => {
    const { tab, play, pause } = await saved(fed(client, "value"));
    await play();
    await pause();
    const one = await tab();
    one.say({ type: "push", source: "feed", value: 1 });
    expect(await one.until(({ type }) => type === "error", "an error")).toMatchObject({ code: "conflict" });
  });

  it("fires by its clock, through hibernation and a crash, until it is paused", async () => {
    const document = fed({ is: "Interval", data: { intervalMs: 100 } }, "index");
    const { tab, play, pause, stubOf, runs } = await saved(document);
    const { body } = await play();
    expect(body.sources).toEqual([
      { nodeId: "in", name: "in", kind: "interval", nextAt: expect.any(Number) as number },
    ]);
    const one = await tab();
    await one.wait(() => gotOf(one).length >= 2, "two runs");
    await evictDurableObject(stubOf(), { webSockets: "hibernate" });
    const before = gotOf(one).length;
    await one.wait(() => gotOf(one).length >= before + 2, "runs after hibernation");
    const lastSeq = one.events.at(-1)?.seq ?? 0;
    await cutOff(stubOf());
    const again = await tab(lastSeq);
    await again.wait(() => gotOf(again).length >= 2, "runs after a crash");
    await pause();
    const all = await runs();
    const indices = all.map(({ outputs }: { outputs: { got: number } }) => outputs.got).toReversed();
    expect(indices).toEqual(indices.map((_: number, i: number) => i));
    expect(await runs()).toHaveLength(all.length);
  });

  it("fires a clock as often as it says, and a missed time once", async () => {
    const document = fed({ is: "Interval", data: { intervalMs: 100, count: 2 } }, "index");
    const { tab, play, runner } = await saved(document);
    const one = await tab();
    await play();
    expect(await untilGot(one, 2)).toEqual([0, 1]);
    const { sources } = await runner();
    expect(sources[0].nextAt).toBeUndefined();
  });

  it("fires once for the times that it missed, and says how many they were", async () => {
    const { user, stubOf } = await saved(spell({ start: "Trigger In" }, ""));
    await user.ask("/spells/demo/runner");
    await runInDurableObject(stubOf(), (_, { storage }) => {
      const sources = new PlayedSources(storage.sql);
      const { plan } = compile(fed({ is: "Interval", data: { intervalMs: 100 } }, "at"), catalogue);
      const drawn = sourcesOf(plan);
      const fired: DueFiring[] = [];
      const fireAt = (now: number): void => sources.fireDue(drawn, now, (firing) => fired.push(firing));
      sources.put(drawn, 1000, { anew: true });
      for (const now of [1099, 1100, 1100, 1450, 1500, 9_000_000, 9_000_050]) fireAt(now);
      expect(fired.map(({ value }) => value)).toEqual([
        { at: 1100, index: 0, missed: 0 },
        { at: 1400, index: 1, missed: 2 },
        { at: 1500, index: 2, missed: 0 },
        // So many are not counted one by one.
        { at: 101_600, index: 3, missed: 1000 },
      ]);
      expect(sources.nextAt()).toBe(9_000_100);
      sources.clear();
    });
  });

  it("fires by cron, to the second", async () => {
    const document = fed({ is: "Cron", data: { cron: "* * * * * *", timezone: "Europe/Berlin" } }, "at");
    const { tab, play, pause } = await saved(document);
    const one = await tab();
    await play();
    const [at] = (await untilGot(one, 1)) as number[];
    expect((at ?? 1) % 1000).toBe(0);
    await pause();
  });

  it("runs one firing after the other unless it may run more, whatever was cut off meanwhile", async () => {
    const { tab, play, stubOf, runner } = await saved(slow());
    const one = await tab();
    await play();
    const first = `!hang:1 first ${Math.random()}`;
    for (const value of [first, "second", "third"]) one.say({ type: "push", source: "feed", value });
    await held(first);
    await vi.waitFor(async () => expect(await runner()).toMatchObject({ waiting: 2 }), patience);
    await cutOff(stubOf());
    const again = await tab(0);
    expect(await untilGot(again, 3)).toEqual([first, "second", "third"]);
  });
});

describe("What waits for its turn", () => {
  /** A run that is held, and four more values. */
  async function filled(play: SpellSettings["play"]) {
    const spells = await saved(slow({ play }));
    const one = await spells.tab();
    await spells.play();
    const first = `!hang:1 full ${Math.random()}`;
    one.say({ type: "push", source: "feed", value: first });
    await held(first);
    for (const value of ["a", "b", "c", "d"]) one.say({ type: "push", source: "feed", value });
    one.say({ type: "cancel", runId: "none" });
    await one.until((message) => message.type === "error" && message.code === "not_found", "the last answer");
    return { ...spells, one, first };
  }
  const cancelFirst = async ({ user, one }: Awaited<ReturnType<typeof filled>>): Promise<void> => {
    const run = one.events.find(({ type }) => type === "run.started");
    if (run === undefined || !("runId" in run)) throw new Error("No run began.");
    await user.ask(`/spells/demo/runs/${run.runId}`, { method: "DELETE" });
  };

  it.each([
    ["refused when there is no room, and whoever sent it is told", "reject", ["a", "b"], 0],
    ["let go when there is no room", "drop-newest", ["a", "b"], 2],
    ["let go for what is newer", "drop-oldest", ["c", "d"], 2],
    ["all let go for the newest", "latest", ["c", "d"], 2],
  ] as const)("is %s", async (_what, whenFull, expected, dropped) => {
    const full = await filled({ maxWaiting: 2, whenFull });
    const refused = full.one.messages.filter(
      (message) => message.type === "error" && message.code === "overloaded",
    );
    expect(refused).toHaveLength(whenFull === "reject" ? 2 : 0);
    expect(await full.runner()).toMatchObject({ waiting: 2, dropped });
    await cancelFirst(full);
    expect(await untilGot(full.one, 2)).toEqual(expected);
  });

  it("is kept at a pause, and runs when the spell is played again", async () => {
    const full = await filled({});
    await full.pause();
    expect(await full.runner()).toMatchObject({ playing: false, waiting: 4 });
    await cancelFirst(full);
    await evictDurableObject(full.stubOf(), { webSockets: "hibernate" });
    expect(await full.runner()).toMatchObject({ playing: false, waiting: 4 });
    await full.play();
    expect(await untilGot(full.one, 4)).toEqual(["a", "b", "c", "d"]);
  });

  it("is let go at a pause where the spell has it so", async () => {
    const full = await filled({ onPause: "drop" });
    await full.pause();
    expect(await full.runner()).toMatchObject({ waiting: 0, dropped: 4 });
  });

  it("runs together with others where the spell allows it", async () => {
    const { one, runner } = await filled({ concurrency: 16 });
    expect(await untilGot(one, 4)).toEqual(expect.arrayContaining(["a", "b", "c", "d"]));
    expect((await runner()).waiting).toBe(0);
  });

  it("is too large beyond half a million characters", async () => {
    const { one } = await filled({});
    one.say({ type: "push", source: "feed", value: "x".repeat(600_000) });
    await one.until((message) => message.type === "error" && message.code === "too_large", "too_large");
  });
});

describe("A webhook", () => {
  const hooked = (data: Record<string, string> = {}, socket = "body") =>
    saved(fed({ is: "Webhook In", data }, socket));
  const hookOf = (body: { sources: PlayedSource[] }): string => body.sources[0]?.hook ?? "";

  it("starts a run with the body, the query and the headers, and is answered at once", async () => {
    const { play, tab } = await hooked();
    const one = await tab();
    const hook = hookOf((await play()).body);
    expect(hook).toMatch(/^\/hooks\/[\w-]+\.[\w-]+\.[\w-]+$/);
    const taken = await ask(hook, { body: { order: 7 } });
    expect(taken.status).toBe(202);
    expect(await bodyOf(taken)).toEqual({ runId: expect.any(String) as string });
    await ask(hook, {
      body: "a=1&a=2&b=x",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    await ask(hook, { body: "plain", headers: { "content-type": "text/plain" } });
    await ask(hook, { method: "POST" });
    expect(await untilGot(one, 4)).toEqual([{ order: 7 }, { a: ["1", "2"], b: "x" }, "plain", null]);
  });

  it("is answered with what the run gives, where the node says so", async () => {
    const { play } = await hooked({ reply: "outputs" }, "query");
    const hook = hookOf((await play()).body);
    const response = await ask(`${hook}?x=1`, { method: "POST" });
    expect(response.status).toBe(200);
    expect(await bodyOf(response)).toMatchObject({ status: "completed", outputs: { got: { x: "1" } } });
  });

  it("hides what the sender has for secrets", async () => {
    const { play } = await hooked({ reply: "outputs" }, "headers");
    const hook = hookOf((await play()).body);
    const response = await ask(hook, {
      body: {},
      headers: { authorization: "Bearer planted", cookie: "planted", "x-event": "push" },
    });
    const text = await response.text();
    expect(text).toContain('"x-event":"push"');
    expect(text).not.toContain("planted");
  });

  it("fires once for one key", async () => {
    const { play, runs } = await hooked();
    const hook = hookOf((await play()).body);
    const headers = { "idempotency-key": "k1" };
    const first = await bodyOf(await ask(hook, { body: { x: 1 }, headers }));
    expect(await bodyOf(await ask(hook, { body: { x: 1 }, headers }))).toEqual(first);
    expect((await ask(hook, { body: { x: 2 }, headers })).status).toBe(409);
    expect(await runs()).toHaveLength(1);
  });

  it("keeps its address over pauses, and wakes a runner that was evicted", async () => {
    const { play, pause, stubOf, runs } = await hooked();
    const hook = hookOf((await play()).body);
    await pause();
    expect((await ask(hook, { body: {} })).status).toBe(409);
    expect(hookOf((await play()).body)).toBe(hook);
    await evictDurableObject(stubOf());
    expect((await ask(hook, { body: {} })).status).toBe(202);
    expect(await runs()).toHaveLength(1);
  });

  it("has no address but those that were given, and none when its spell is gone", async () => {
    const { play, user } = await hooked();
    const hook = hookOf((await play()).body);
    const [id, part, mac] = hook.slice("/hooks/".length).split(".") as [string, string, string];
    const wrong = [
      "/hooks/x",
      `/hooks/${"A".repeat(24)}.${part}.${mac}`,
      `/hooks/${id}.${part}.${"A".repeat(22)}`,
      `/hooks/${id}.${btoa("out").replace(/=+$/, "")}.${mac}`,
      `/hooks/${id}.${part}.${mac}x`,
    ];
    for (const path of wrong) expect([path, (await ask(path, { body: {} })).status]).toEqual([path, 404]);
    await user.ask("/spells/demo", { method: "DELETE" });
    expect((await ask(hook, { body: {} })).status).toBe(404);
  });

  it("refuses what is no JSON, and what is too large", async () => {
    const { play } = await hooked();
    const hook = hookOf((await play()).body);
    expect((await ask(hook, { body: "{" })).status).toBe(400);
    expect((await ask(hook, { body: JSON.stringify("x".repeat(600_000)) })).status).toBe(413);
    expect((await ask(hook, { body: JSON.stringify("x".repeat(2_000_000)) })).status).toBe(413);
  });
});

describe("Playing", () => {
  it("needs a source that can fire", async () => {
    const none = await saved(spell({ start: "Trigger In" }, ""));
    expect(await none.play()).toMatchObject({ status: 422, body: { code: "spell_invalid" } });
    const wrong = await saved(fed({ is: "Cron", data: { cron: "61 * * * *" } }, "at"));
    expect(await wrong.play()).toMatchObject({
      status: 422,
      body: { code: "spell_invalid", nodeId: "in", detail: expect.stringContaining("61") as string },
    });
    const zone = await saved(fed({ is: "Cron", data: { timezone: "Mars/Base" } }, "at"));
    expect((await zone.play()).body.detail).toContain("Mars/Base");
  });

  it("goes on with the sources of a new version, and stops where that has none", async () => {
    const { save, play, tab, runner } = await saved(fed(client, "value"));
    await play();
    const one = await tab();
    expect(await save(fed({ is: "Client In", data: { name: "other" } }, "value"))).toBe(200);
    const changed = { sources: [{ name: "other" }] };
    await vi.waitFor(async () => expect(await runner()).toMatchObject(changed), patience);
    one.say({ type: "push", source: "other", value: 5 });
    expect(await untilGot(one, 1)).toEqual([5]);
    expect(await save(spell({ start: "Trigger In" }, ""))).toBe(200);
    await one.until(({ type }) => type === "runner.paused", "runner.paused");
  });

  it("leaves a source startable by hand, and by its id where its name is taken", async () => {
    const document = spell(
      {
        a: { is: "Client In", data: { name: "feed" } },
        b: { is: "Client In", data: { name: "feed" } },
        one: "Output:one",
        two: "Output:two",
      },
      `a.trigger > one.trigger
       a.value > one.input
       b.trigger > two.trigger
       b.value > two.input`,
    );
    const { user, play } = await saved(document);
    const runOf = async (body: unknown) =>
      (await bodyOf(await user.ask("/spells/demo/run", { body }))).outputs;
    expect(await runOf({ inputs: { feed: 1 } })).toEqual({ one: 1 });
    expect(await runOf({ trigger: "b", inputs: { b: 2 } })).toEqual({ two: 2 });
    const { body } = await play();
    expect(body.sources.map(({ name }: PlayedSource) => name)).toEqual(["feed", "b"]);
  });

  it("survives a spell's deletion as nothing at all", async () => {
    const { user, play, stubOf } = await saved(fed({ is: "Interval", data: { intervalMs: 100 } }, "at"));
    await play();
    expect((await user.ask("/spells/demo", { method: "DELETE" })).status).toBe(204);
    const left = await runInDurableObject(stubOf(), (_, state) => [
      ...state.storage.sql.exec("SELECT count(*) AS n FROM sources"),
      ...state.storage.sql.exec("SELECT value AS n FROM facts WHERE name = 'playing'"),
    ]);
    expect(left).toEqual([{ n: 0 }, { n: 0 }]);
  });
});
