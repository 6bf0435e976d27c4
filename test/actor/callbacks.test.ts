/** Runs that wait for a webhook, asleep or not, and calls that come before they are asked for. */
import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { ask, bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { held } from "../helpers/provider.ts";
import { cutOff, demoRunner } from "../helpers/runners.ts";
import { type DrawnNode, spell } from "../helpers/spells.ts";

let count = 0;

/** Tells the address to a node, waits, and gives the body of the call. */
const waiting = (data: Record<string, number> = {}, between?: DrawnNode): SpellDocument =>
  spell(
    {
      start: "Trigger In",
      address: "Webhook Address",
      first: between ?? "Echo",
      wait: { is: "Wait for Webhook", data },
      out: "Output:got",
    },
    `start.trigger > first.trigger
     address.address > first.source
     first.trigger > wait.trigger
     wait.trigger > out.trigger
     wait.body > out.input`,
  );

async function saved(document: SpellDocument) {
  const user = userNamed(`callback-${(count += 1)}`);
  expect((await user.ask("/spells/demo", { method: "PUT", body: document })).status).toBe(201);
  const runOf = async (runId: string) => bodyOf(await user.ask(`/spells/demo/runs/${runId}`));
  const eventsOf = async (runId: string) =>
    (await bodyOf(await user.ask(`/spells/demo/runs/${runId}/events`))).events;
  return {
    user,
    stubOf: () => demoRunner(user.name),
    /** Starts a run that comes to wait; its id and the address that its prompt tells. */
    start: async () => {
      const response = await user.ask("/spells/demo/run", { body: {} });
      expect(response.status).toBe(202);
      const { runId } = await bodyOf(response);
      const question = (await eventsOf(runId)).find(({ type }: { type: string }) => type === "node.waiting");
      return { runId, address: question.prompt.webhook.address as string };
    },
    runOf,
    eventsOf,
    done: (runId: string) =>
      vi.waitFor(async () => expect(await runOf(runId)).toHaveProperty("endedAt"), { timeout: 15_000 }),
  };
}

describe("A run that waits for a webhook", () => {
  it("goes on with the body of the call, which both nodes tell the address of", async () => {
    const { start, runOf, eventsOf, done } = await saved(waiting());
    const { runId, address } = await start();
    expect(address).toMatch(/^\/hooks\//);
    expect(await eventsOf(runId)).toContainEqual(
      expect.objectContaining({ nodeId: "address", type: "node.completed", outputs: { address } }),
    );
    const taken = await ask(address, { body: { paid: true } });
    expect([taken.status, await bodyOf(taken)]).toEqual([202, { runId }]);
    await done(runId);
    expect((await runOf(runId)).outputs).toEqual({ got: { paid: true } });
    // It waits no more.
    expect((await ask(address, { body: {} })).status).toBe(404);
  });

  it("sleeps meanwhile, and survives a crash", async () => {
    const { start, stubOf, runOf, done } = await saved(waiting());
    const { runId, address } = await start();
    await evictDurableObject(stubOf());
    await cutOff(stubOf());
    expect((await ask(address, { body: '"now"' })).status).toBe(202);
    await done(runId);
    expect((await runOf(runId)).outputs).toMatchObject({ got: "now" });
  });

  it("fails when nobody calls in time", async () => {
    const { start, runOf, done } = await saved(waiting({ timeoutMs: 100 }));
    const { runId } = await start();
    await done(runId);
    expect(await runOf(runId)).toMatchObject({ status: "failed", error: { code: "node_timeout" } });
  });

  it("can be answered over a connection, too", async () => {
    const { user, start, runOf, done } = await saved(waiting());
    const { runId } = await start();
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    tab.say({ type: "answer", runId, nodeId: "wait", visit: "1", value: "by hand" });
    await done(runId);
    expect((await runOf(runId)).outputs).toMatchObject({ got: "by hand" });
  });

  it("takes no call of another run's address, and none with a forged one", async () => {
    const { start, runOf } = await saved(waiting());
    const [one, other] = [await start(), await start()];
    expect(one.address).not.toBe(other.address);
    const [id, part] = one.address.split(".");
    const [, , mac] = other.address.split(".");
    expect((await ask(`${id}.${part}.${mac}`, { body: 1 })).status).toBe(404);
    expect((await ask(other.address, { body: '"other"' })).status).toBe(202);
    expect((await runOf(one.runId)).status).toBe("waiting");
  });
});

describe("A call that comes before it is asked for", () => {
  it("lies ready until the run waits for it, through a crash in between", async () => {
    const prompt = `!hang:1 early ${Math.random()}`;
    const generator: DrawnNode = { is: "Generator", data: { fewshot: prompt } };
    const { user, stubOf, eventsOf, runOf, done } = await saved(waiting({}, generator));
    // Of a run that is on its way the address is known by its events.
    const taken = await bodyOf(
      await user.ask("/spells/demo/run", { body: {}, headers: { prefer: "respond-async" } }),
    );
    await held(prompt);
    const told = (await eventsOf(taken.runId)).find(
      ({ nodeId, type }: { nodeId?: string; type: string }) =>
        nodeId === "address" && type === "node.completed",
    );
    expect((await ask(told.outputs.address, { body: '"early"' })).status).toBe(202);
    await cutOff(stubOf());
    await done(taken.runId);
    expect((await runOf(taken.runId)).outputs).toMatchObject({ got: "early" });
  });
});
