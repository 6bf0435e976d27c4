/** Runs that a crash, a deploy or an eviction cuts off go on by themselves, each to its one end. */
import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { replay } from "../../src/engine/index.ts";
import { eventPage, isRunEnded, type RunEvent } from "../../src/protocol/events.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { held, requestsWith } from "../helpers/provider.ts";
import { cutOff, demoRunner } from "../helpers/runners.ts";
import { spell } from "../helpers/spells.ts";

let count = 0;

async function saved(document: SpellDocument) {
  const user = userNamed(`recovery-${(count += 1)}`);
  expect((await user.ask("/spells/demo", { method: "PUT", body: document })).status).toBe(201);
  const stubOf = () => demoRunner(user.name);
  return {
    user,
    stubOf,
    crash: () => cutOff(stubOf()),
    runs: async () => (await bodyOf(await user.ask("/spells/demo/runs"))).data,
    eventsOf: async (runId: string) =>
      eventPage.parse(await bodyOf(await user.ask(`/spells/demo/runs/${runId}/events`))).events,
    tab: async (lastSeq?: number) => {
      const tab = await TestConnection.open(user, "demo");
      await tab.hello(lastSeq);
      return tab;
    },
  };
}

const generate = (fewshot: string, settings = {}): SpellDocument => {
  const document = spell(
    {
      start: "Trigger In",
      text: { is: "Universal Input", data: { name: "text", text: "x" } },
      before: { is: "Echo" },
      g: { is: "Generator", data: { fewshot } },
      out: "Output:out",
    },
    `
  start.trigger > before.trigger
  text.output > before.source
  before.trigger > g.trigger
  g.trigger > out.trigger
  g.result > out.input`,
  );
  for (const [id, node] of Object.entries(document.nodes)) if (id === "g") Object.assign(node, { settings });
  return document;
};

const asking = (timeoutMs?: number): SpellDocument =>
  spell(
    {
      start: "Trigger In",
      ask: { is: "Ask", data: { prompt: "Go on?", ...(timeoutMs === undefined ? {} : { timeoutMs }) } },
      out: "Output:said",
    },
    `start.trigger > ask.trigger
     ask.trigger > out.trigger
     ask.answer > out.input`,
  );

/** Each seq once and growing, one terminal event, no node's record twice; the same again in replay. */
async function expectWhole(events: Awaited<ReturnType<Awaited<ReturnType<typeof saved>>["eventsOf"]>>) {
  const seqs = events.map(({ seq }) => seq);
  expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
  expect(events.filter((event) => isRunEnded(event))).toHaveLength(1);
  const records = events.flatMap((event) =>
    event.type === "node.completed" ? [`${event.nodeId}#${event.visit}`] : [],
  );
  expect(records).toEqual([...new Set(records)]);
}

describe("A run that a crash cuts off within a service call", () => {
  it("goes on with the node in flight, under the same idempotency key, and keeps what was done", async () => {
    const prompt = `!hang:1 cut ${Math.random()}`;
    const { user, crash, runs, eventsOf, tab } = await saved(generate(prompt));
    const first = await tab();
    const cut = user.ask("/spells/demo/run", { body: { inputs: { text: "x" } } }).catch(() => null);
    await first.until((message) => message.type === "node.started" && message.nodeId === "g", "the node");
    await held(prompt);
    const lastSeq = first.events.at(-1)?.seq;
    await crash();
    await cut;
    const second = await tab(lastSeq);
    const [{ runId }] = await runs();
    await second.end(runId);
    const events = await eventsOf(runId);
    await expectWhole(events);
    expect(events.at(-1)).toMatchObject({ type: "run.completed", outputs: { out: expect.any(String) } });
    expect(events.find(({ type }) => type === "run.resumed")).toMatchObject({ runId, reason: "restart" });
    expect(
      events.flatMap((event) =>
        event.type === "node.started" && event.attempt > 1 ? [`${event.nodeId} ${event.attempt}`] : [],
      ),
    ).toEqual(["g 2"]);
    // The gap and the live events of the second connection are the rest, each once.
    expect([...first.events, ...second.events].map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq));
    const plan = await bodyOf(await user.ask(`/spells/demo/runs/${runId}/plan`));
    expect(replay(plan, events as RunEvent[]).end).toMatchObject({ type: "run.completed" });
    const requests = await requestsWith(prompt);
    expect(requests).toHaveLength(2);
    expect(requests.map(({ headers }) => headers["idempotency-key"])).toEqual([
      `${runId}:g:1`,
      `${runId}:g:1`,
    ]);
  });

  it("goes on by its alarm when nobody asks for it", async () => {
    const prompt = `!hang:1 alone ${Math.random()}`;
    const { user, crash, runs, stubOf, tab } = await saved(generate(prompt));
    const first = await tab();
    const cut = user.ask("/spells/demo/run", { body: {} }).catch(() => null);
    await first.until((message) => message.type === "node.started" && message.nodeId === "g", "the node");
    await held(prompt);
    await crash();
    await cut;
    await runDurableObjectAlarm(stubOf());
    await expect.poll(async () => (await runs())[0].status, { timeout: 10_000 }).toBe("completed");
    expect(await requestsWith(prompt)).toHaveLength(2);
  });

  it("ends with run.interrupted where the node may run at most once, and is not tried again", async () => {
    const prompt = `!hang:1 once ${Math.random()}`;
    const { user, crash, runs, eventsOf, stubOf, tab } = await saved(generate(prompt, { atMostOnce: true }));
    const first = await tab();
    const cut = user.ask("/spells/demo/run", { body: {} }).catch(() => null);
    await first.until((message) => message.type === "node.started" && message.nodeId === "g", "the node");
    await held(prompt);
    await crash();
    await cut;
    const [run] = await runs();
    expect(run).toMatchObject({ status: "interrupted", error: { code: "interrupted", nodeId: "g" } });
    const events = await eventsOf(run.runId);
    await expectWhole(events);
    expect(await requestsWith(prompt)).toHaveLength(1);
    await evictDurableObject(stubOf());
    expect(await eventsOf(run.runId)).toEqual(events);
  });

  it("is given up when it was cut off again and again within the same node", async () => {
    const prompt = `!hang ever ${Math.random()}`;
    const { user, crash, runs, eventsOf, tab } = await saved(generate(prompt));
    const first = await tab();
    const cut = user.ask("/spells/demo/run", { body: {} }).catch(() => null);
    await first.until((message) => message.type === "node.started" && message.nodeId === "g", "the node");
    await held(prompt);
    for (let attempt = 2; attempt <= 4; attempt++) {
      await crash();
      const [run] = await runs();
      expect(run.status).toBe("running");
      await expect
        .poll(async () => (await eventsOf(run.runId)).at(-1), { timeout: 10_000 })
        .toMatchObject({ type: "node.started", nodeId: "g", attempt });
      await held(prompt, attempt);
    }
    await cut;
    await crash();
    const [run] = await runs();
    expect(run).toMatchObject({ status: "interrupted" });
    expect(run.error.message).toContain("cut off 3 times");
    await expectWhole(await eventsOf(run.runId));
  });

  it("can be cancelled before it goes on, and stays so", async () => {
    const prompt = `!hang cancel ${Math.random()}`;
    const { user, crash, runs, eventsOf, tab } = await saved(generate(prompt));
    const first = await tab();
    const cut = user.ask("/spells/demo/run", { body: {} }).catch(() => null);
    const { runId } = (await first.until(
      (message) => message.type === "node.started" && message.nodeId === "g",
      "the node",
    )) as { runId: string };
    await held(prompt);
    await crash();
    await cut;
    expect((await user.ask(`/spells/demo/runs/${runId}`, { method: "DELETE" })).status).toBe(200);
    await crash();
    expect(await runs()).toMatchObject([{ status: "cancelled" }]);
    await expectWhole(await eventsOf(runId));
  });
});

describe("Runs that wait for their turn", () => {
  it("survive a crash with their inputs and their order", async () => {
    const prompt = `!hang:1 turn ${Math.random()}`;
    const document = generate(prompt);
    const { crash, runs, eventsOf, tab } = await saved(document);
    const first = await tab();
    for (const text of ["one", "two", "three"])
      first.say({ type: "run", requestId: text, inputs: { text }, concurrency: "queue" });
    await first.wait(
      () => first.events.filter(({ type }) => type === "run.queued").length === 2,
      "the queue",
    );
    await held(prompt);
    await crash();
    const second = await tab(0);
    const all = (await runs()) as { runId: string }[];
    expect(all).toHaveLength(3);
    for (const { runId } of all) {
      await second.end(runId);
      await expectWhole(await eventsOf(runId));
    }
    const started = second.events.filter((event) => event.type === "run.started");
    expect(started.map((event) => "requestId" in event && event.requestId)).toEqual(["one", "two", "three"]);
    expect((await runs()).map(({ inputs }: { inputs: unknown }) => inputs)).toEqual([
      { text: "three" },
      { text: "two" },
      { text: "one" },
    ]);
  });
});

describe("A run that waits for a human", () => {
  it("waits on while its actor is evicted, asks no second time, and ends with the answer", async () => {
    const { user, runs, eventsOf, stubOf, tab } = await saved(asking());
    expect((await user.ask("/spells/demo/run", { body: {} })).status).toBe(202);
    const [{ runId }] = await runs();
    await evictDurableObject(stubOf());
    const late = await tab(0);
    expect(late.messages[0]).toMatchObject({ type: "welcome", runs: [{ runId, status: "waiting" }] });
    late.say({ type: "answer", runId, nodeId: "ask", visit: "1", value: "yes" });
    expect(await late.end(runId)).toMatchObject({ type: "run.completed", outputs: { said: "yes" } });
    const events = await eventsOf(runId);
    await expectWhole(events);
    expect(events.filter(({ type }) => type === "node.waiting")).toHaveLength(1);
    expect(events.filter(({ type }) => type === "node.started")).toHaveLength(3);
  });

  it("ends by the question's own time although its actor sleeps", async () => {
    const { user, runs, eventsOf, stubOf } = await saved(asking(1));
    expect((await user.ask("/spells/demo/run", { body: {} })).status).toBe(202);
    await evictDurableObject(stubOf());
    await runDurableObjectAlarm(stubOf());
    await expect.poll(async () => (await runs())[0].status, { timeout: 10_000 }).toBe("failed");
    const [run] = await runs();
    expect(run.error).toMatchObject({ code: "node_timeout", nodeId: "ask" });
    await expectWhole(await eventsOf(run.runId));
  });
});
