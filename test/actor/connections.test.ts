import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { PROTOCOL_VERSION } from "../../src/protocol/version.ts";
import { describe, expect, it } from "vitest";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { demoRunner } from "../helpers/runners.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { spell } from "../helpers/spells.ts";

let count = 0;

/** A user of its own with a spell saved, so that tests do not meet. */
async function saved(document: SpellDocument) {
  const user = userNamed(`conn-${(count += 1)}`);
  const response = await user.ask("/spells/demo", { method: "PUT", body: document });
  expect(response.status).toBe(201);
  const stub = demoRunner(user.name);
  return { user, stub };
}

const echo = spell(
  { start: "Trigger In", text: "Universal Input:text", e: "Echo", out: "Output:said" },
  `
  start.trigger > e.trigger
  text.output > e.source
  e.trigger > out.trigger
  e.output > out.input`,
);

const slow = (prompt: string) =>
  spell(
    { start: "Trigger In", g: { is: "Generator", data: { fewshot: prompt } }, out: "Output:said" },
    `
  start.trigger > g.trigger
  g.trigger > out.trigger
  g.result > out.input`,
  );

/** Seqs, without gaps, each once. */
const isComplete = (seqs: number[], from: number): boolean => seqs.every((seq, i) => seq === from + i);

describe("a connection", () => {
  it("gets nothing before its hello, then welcome, then every event in order", async () => {
    const { user } = await saved(echo);
    const [quiet, tab] = [await TestConnection.open(user, "demo"), await TestConnection.open(user, "demo")];
    expect(await tab.hello()).toMatchObject({
      type: "welcome",
      protocolVersion: PROTOCOL_VERSION,
      userId: user.name,
      spell: { id: "demo", version: 1 },
      lastSeq: 0,
      runs: [],
    });
    tab.say({ type: "run", requestId: "r1", inputs: { text: "hi" } });
    const end = await tab.until(({ type }) => type === "run.completed", "the end");
    expect(end).toMatchObject({ outputs: { said: "hi" } });
    expect(tab.events.map(({ type }) => type)).toEqual([
      "run.started",
      "node.started",
      "node.completed",
      "node.started",
      "node.completed",
      "node.started",
      "node.completed",
      "node.started",
      "node.completed",
      "run.completed",
    ]);
    expect(tab.events[0]).toMatchObject({ requestId: "r1", trigger: "start", inputs: { text: "hi" } });
    expect(
      isComplete(
        tab.events.map(({ seq }) => seq),
        1,
      ),
    ).toBe(true);
    expect(quiet.messages).toEqual([]);
  });

  it("sees each run of the other connections of its user, and of HTTP, and no other user does", async () => {
    const { user } = await saved(echo);
    const stranger = await saved(echo);
    const tabs = [await TestConnection.open(user, "demo"), await TestConnection.open(user, "demo")];
    const other = await TestConnection.open(stranger.user, "demo");
    for (const tab of [...tabs, other]) await tab.hello();
    tabs[0]?.say({ type: "run", requestId: "r", inputs: { text: "one" } });
    const { runId } = await bodyOf(await user.ask("/spells/demo/run", { body: { inputs: { text: "two" } } }));
    for (const tab of tabs) {
      await tab.end(runId);
      await tab.wait(
        () => tab.events.filter(({ type }) => type === "run.completed").length === 2,
        "both ends",
      );
      expect(
        isComplete(
          tab.events.map(({ seq }) => seq),
          1,
        ),
      ).toBe(true);
    }
    expect(tabs[0]?.events).toEqual(tabs[1]?.events);
    expect(other.events).toEqual([]);
    const refused = await stranger.user.ask("/spells/nobody/connect", { headers: { upgrade: "websocket" } });
    expect(refused.status).toBe(404);
  });

  it("survives the eviction of its runner, and one that comes back gets the gap", async () => {
    const { user, stub } = await saved(echo);
    const [stays, leaves] = [
      await TestConnection.open(user, "demo"),
      await TestConnection.open(user, "demo"),
    ];
    await stays.hello();
    await leaves.hello();
    await user.ask("/spells/demo/run", { body: { inputs: { text: "first" } } });
    await leaves.until(({ type }) => type === "run.completed", "the first end");
    const lastSeq = leaves.events.at(-1)?.seq ?? 0;
    leaves.close();
    await evictDurableObject(stub);
    const { runId } = await bodyOf(
      await user.ask("/spells/demo/run", { body: { inputs: { text: "second" } } }),
    );
    await stays.end(runId);
    expect(
      isComplete(
        stays.events.map(({ seq }) => seq),
        1,
      ),
    ).toBe(true);
    await evictDurableObject(stub);
    stays.say({ type: "run", requestId: "third", inputs: { text: "third" } });
    await stays.wait(
      () => stays.events.filter(({ type }) => type === "run.completed").length === 3,
      "the third end",
    );

    const back = await TestConnection.open(user, "demo");
    await back.hello(lastSeq);
    await back.until(({ type }) => type === "replay", "the gap");
    expect(back.messages.map(({ type }) => type).slice(0, 2)).toEqual(["welcome", "replay"]);
    expect(back.events).toEqual(stays.events.filter(({ seq }) => seq > lastSeq));
  });

  it("is told of an empty gap, and gets a snapshot where it has seen more than there is", async () => {
    const { user } = await saved(echo);
    const { runId } = await bodyOf(await user.ask("/spells/demo/run", { body: { inputs: { text: "x" } } }));
    const tab = await TestConnection.open(user, "demo");
    await tab.hello(10);
    expect(await tab.until(({ type }) => type === "replay", "replay")).toEqual({
      type: "replay",
      events: [],
    });
    const ahead = await TestConnection.open(user, "demo");
    await ahead.hello(99);
    expect(await ahead.until(({ type }) => type === "replay", "snapshot")).toMatchObject({
      snapshot: {
        seq: 10,
        runs: [
          {
            runId,
            status: "completed",
            inputs: { text: "x" },
            outputs: { said: "x" },
            nodes: { e: { status: "completed", visit: "1" } },
          },
        ],
      },
    });
  });

  it("gets a long gap in frames below 1 MB", async () => {
    const { user } = await saved(echo);
    const text = "é".repeat(60_000);
    for (let i = 0; i < 8; i++) await user.ask("/spells/demo/run", { body: { inputs: { text } } });
    const tab = await TestConnection.open(user, "demo");
    await tab.hello(0);
    await tab.wait(
      () => tab.messages.some((message) => message.type === "replay" && message.more !== true),
      "the last replay",
    );
    expect(tab.messages.filter(({ type }) => type === "replay").length).toBeGreaterThan(1);
    expect(Math.max(...tab.frames.map((frame) => new TextEncoder().encode(frame).length))).toBeLessThan(
      1024 * 1024,
    );
    expect(
      isComplete(
        tab.events.map(({ seq }) => seq),
        1,
      ),
    ).toBe(true);
    expect(tab.events).toHaveLength(80);
  });

  it("lets its object hibernate: nothing is left that keeps it awake, and a ping does not wake it", async () => {
    const { user, stub } = await saved(echo);
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    tab.say({ type: "run", requestId: "r", inputs: { text: "x" } });
    await tab.until(({ type }) => type === "run.completed", "the end");
    await evictDurableObject(stub, { webSockets: "hibernate" });
    tab.socket.send("ping");
    await tab.wait(() => tab.frames.includes("pong"), "pong");
    // The runtime keeps the time of its own answers: the object's handler never saw this ping.
    await runInDurableObject(stub, (_instance, state) => {
      const [socket] = state.getWebSockets();
      expect(socket === undefined ? null : state.getWebSocketAutoResponseTimestamp(socket)).not.toBeNull();
    });
    expect(tab.closed).toBeNull();
  });

  it("sees text as it is streamed, and one that joins in between gets what was said", async () => {
    const { user } = await saved(slow("!slow one two three four five six seven eight"));
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    tab.say({ type: "run", requestId: "r" });
    const delta = await tab.until(({ type }) => type === "node.delta", "a delta");
    expect(delta).toMatchObject({ nodeId: "g", visit: "1" });
    const late = await TestConnection.open(user, "demo");
    expect(await late.hello()).toMatchObject({
      runs: [{ status: "running", partial: [{ nodeId: "g", visit: "1", text: expect.any(String) }] }],
    });
    const end = await tab.until(({ type }) => type === "run.completed", "the end");
    const streamed = tab.messages
      .flatMap((message) => (message.type === "node.delta" ? [message.delta] : []))
      .join("");
    expect(end).toMatchObject({ outputs: { said: streamed } });
  });

  it("cancels a run in flight, which ends once", async () => {
    const { user } = await saved(slow("!hang"));
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    tab.say({ type: "run", requestId: "r" });
    const started = await tab.until(({ type }) => type === "run.started", "the start");
    const runId = "runId" in started ? (started.runId ?? "") : "";
    await tab.until((message) => message.type === "node.started" && message.nodeId === "g", "the node");
    tab.say({ type: "cancel", runId }, { type: "cancel", runId });
    expect(await tab.end(runId)).toMatchObject({ type: "run.cancelled", error: { code: "cancelled" } });
    expect(await tab.until(({ type }) => type === "error", "the second answer")).toMatchObject({
      code: "not_found",
    });
    expect(tab.events.filter(({ type }) => type.startsWith("run."))).toHaveLength(2);
  });

  it("that says goodbye is answered, so that it ends cleanly", async () => {
    const { user, stub } = await saved(echo);
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    tab.socket.close(4000, "enough");
    expect(await tab.wait(() => tab.closed, "the close")).toEqual({ code: 4000, reason: "enough" });
    await runInDurableObject(stub, (_instance, state) => expect(state.getWebSockets()).toHaveLength(0));
  });

  it("closes with 4404 when its spell is deleted", async () => {
    const { user } = await saved(echo);
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    expect((await user.ask("/spells/demo", { method: "DELETE" })).status).toBeLessThan(300);
    expect(await tab.wait(() => tab.closed, "the close")).toMatchObject({ code: 4404 });
    expect((await user.ask("/spells/demo/run", { body: {} })).status).toBe(404);
  });
});

describe("bad frames", () => {
  const bad: [string, string | ArrayBuffer, string][] = [
    ["binary", new Uint8Array([1, 2, 3]).buffer, "protocol_error"],
    ["no JSON", "{oops", "protocol_error"],
    ["an unknown type", '{"type":"dance"}', "protocol_error"],
    ["a command with a wrong field", '{"type":"run","requestId":"x","inputs":[1]}', "protocol_error"],
    ["a misspelt field", '{"type":"run","requestId":"x","input":{}}', "protocol_error"],
    ["null", "null", "protocol_error"],
    ["deep nesting", "[".repeat(50_000), "protocol_error"],
    ["a run of no such trigger", '{"type":"run","requestId":"x","trigger":"nowhere"}', "bad_request"],
    ["an unknown run", '{"type":"cancel","runId":"nope"}', "not_found"],
  ];

  for (const [what, frame, code] of bad)
    it(`get an error and the connection stays: ${what}`, async () => {
      const { user } = await saved(echo);
      const tab = await TestConnection.open(user, "demo");
      await tab.hello();
      tab.socket.send(frame);
      expect(await tab.until(({ type }) => type === "error", "the error")).toMatchObject({ code });
      tab.say({ type: "run", requestId: "after", inputs: { text: "still here" } });
      expect(await tab.until(({ type }) => type === "run.completed", "a run")).toMatchObject({
        outputs: { said: "still here" },
      });
    });

  it("say the request that they answer", async () => {
    const { user } = await saved(echo);
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    tab.socket.send('{"type":"run","requestId":"mine","inputs":3}');
    expect(await tab.until(({ type }) => type === "error", "the error")).toMatchObject({ requestId: "mine" });
  });

  it("of 2 MB close their own connection with 4413, and no other", async () => {
    const { user } = await saved(echo);
    const [tab, other] = [await TestConnection.open(user, "demo"), await TestConnection.open(user, "demo")];
    await tab.hello();
    await other.hello();
    tab.socket.send(
      JSON.stringify({ type: "run", requestId: "x", inputs: { text: "x".repeat(2 * 1024 * 1024) } }),
    );
    expect(await tab.until(({ type }) => type === "error", "the error")).toMatchObject({ code: "too_large" });
    expect(await tab.wait(() => tab.closed, "the close")).toMatchObject({ code: 4413 });
    other.say({ type: "run", requestId: "y", inputs: { text: "fine" } });
    expect(await other.until(({ type }) => type === "run.completed", "a run")).toMatchObject({
      outputs: { said: "fine" },
    });
  });

  it("10 000 at once are limited, and the other connections go on", async () => {
    const { user } = await saved(echo);
    const [noisy, other] = [await TestConnection.open(user, "demo"), await TestConnection.open(user, "demo")];
    await noisy.hello();
    await other.hello();
    for (let i = 0; i < 10_000; i++) noisy.socket.send("garbage");
    other.say({ type: "run", requestId: "y", inputs: { text: "fine" } });
    expect(await other.until(({ type }) => type === "run.completed", "a run")).toMatchObject({
      outputs: { said: "fine" },
    });
    expect(
      await noisy.until(
        (message) => message.type === "error" && message.code === "rate_limited",
        "the limit",
      ),
    ).toBeDefined();
    expect(noisy.messages.filter(({ type }) => type === "error").length).toBeLessThan(3_000);
  });
});
