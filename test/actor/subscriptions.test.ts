/** Changes of services, to the connections that want to know, and to spells that are played. */
import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { demoRunner } from "../helpers/runners.ts";
import { spell } from "../helpers/spells.ts";

const patience = { timeout: 15_000 };
let count = 0;

async function saved(document = spell({ start: "Trigger In" }, "")) {
  const user = userNamed(`subscriber-${(count += 1)}`);
  expect((await user.ask("/spells/demo", { method: "PUT", body: document })).status).toBe(201);
  const tab = async (...services: string[]) => {
    const one = await TestConnection.open(user, "demo");
    await one.hello();
    one.say({ type: "subscribe", services });
    return one;
  };
  const create = async (service: string, body: object) =>
    bodyOf(await user.ask(`/services/${service}`, { body }));
  return { user, tab, create };
}
const changesOf = (tab: TestConnection) => tab.messages.filter(({ type }) => type === "service.changed");

describe("A connection that subscribes", () => {
  it("is told of changes in those services, by whomever, asleep or not", async () => {
    const { user, tab, create } = await saved();
    const one = await tab("entities");
    const other = await tab("events");
    const entity = { type: "t", data: {} };
    // The manager learns of a subscription off the path.
    await vi.waitFor(async () => {
      await create("entities", entity);
      expect(changesOf(one).length).toBeGreaterThan(0);
    }, patience);
    await evictDurableObject(demoRunner(user.name), { webSockets: "hibernate" });
    const { id } = await create("entities", entity);
    await user.ask(`/services/entities/${id}`, { method: "PATCH", body: { type: "u" } });
    await user.ask(`/services/entities/${id}`, { method: "DELETE" });
    for (const event of ["created", "patched", "removed"])
      expect(
        await one.until(
          (message) => message.type === "service.changed" && message.event === event && message.id === id,
          event,
        ),
      ).toEqual({ type: "service.changed", service: "entities", event, id });
    expect(changesOf(other)).toEqual([]);
    one.say({ type: "subscribe", services: [] });
    one.say({ type: "cancel", runId: "none" });
    await one.until(({ type }) => type === "error", "the answer behind it");
    const before = changesOf(one).length;
    const last = await create("events", { type: "c", content: "x" });
    await other.until((message) => message.type === "service.changed" && message.id === last.id, "the event");
    await create("entities", entity);
    expect(changesOf(one)).toHaveLength(before);
  });
  it("is told nothing of another user's", async () => {
    const [mine, theirs] = [await saved(), await saved()];
    const tab = await mine.tab("events");
    const event = { type: "c", content: "x" };
    await vi.waitFor(async () => {
      await mine.create("events", event);
      expect(changesOf(tab).length).toBeGreaterThan(0);
    }, patience);
    const { id } = await theirs.create("events", event);
    const own = await mine.create("events", event);
    await tab.until((message) => message.type === "service.changed" && message.id === own.id, "the own one");
    expect(JSON.stringify(changesOf(tab))).not.toContain(id);
  });
});

describe("An Event In of a spell that is played", () => {
  const listening = spell(
    { in: { is: "Event In", data: { name: "said", type: "chat", channel: "c1" } }, out: "Output:got" },
    `in.trigger > out.trigger
     in.content > out.input`,
  );
  it("runs with each event that is for it, asleep or not, until it is paused", async () => {
    const { user, create } = await saved(listening);
    const runs = async () =>
      (await bodyOf(await user.ask("/spells/demo/runs"))).data as { outputs: { got: string } }[];
    await user.ask("/spells/demo/play", { method: "POST" });
    await vi.waitFor(async () => {
      await create("events", { type: "chat", channel: "c1", content: "first" });
      expect((await runs()).length).toBeGreaterThan(0);
    }, patience);
    await evictDurableObject(demoRunner(user.name));
    await create("events", { type: "other", channel: "c1", content: "of another type" });
    await create("events", { type: "chat", channel: "c2", content: "elsewhere" });
    await create("events", { type: "chat", channel: "c1", content: "second" });
    await vi.waitFor(async () => expect((await runs())[0]?.outputs.got).toBe("second"), patience);
    const got = (await runs()).map(({ outputs }) => outputs.got);
    expect(new Set(got)).toEqual(new Set(["first", "second"]));
    await user.ask("/spells/demo/pause", { method: "POST" });
    await create("events", { type: "chat", channel: "c1", content: "too late" });
    expect(await runs()).toHaveLength(got.length);
  });
});
