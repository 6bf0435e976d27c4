/** Runs that take over what an earlier one did. */
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
  const user = userNamed(`forks-${(count += 1)}`);
  const put = async (next: SpellDocument) =>
    expect((await user.ask("/spells/demo", { method: "PUT", body: next })).ok).toBe(true);
  await put(document);
  const ask = async (path: string, body?: unknown) => {
    const answer = await user.ask(`/spells/demo${path}`, body === undefined ? {} : { method: "POST", body });
    return { status: answer.status, location: answer.headers.get("location"), body: await bodyOf(answer) };
  };
  return {
    user,
    put,
    ask,
    crash: () => cutOff(demoRunner(user.name)),
    eventsOf: async (runId: string) => eventPage.parse((await ask(`/runs/${runId}/events`)).body).events,
    ended: async (runId: string) => {
      await expect
        .poll(async () => (await ask(`/runs/${runId}`)).body.status, { timeout: 10_000 })
        .toMatch(/completed|failed|interrupted|cancelled/);
      return (await ask(`/runs/${runId}`)).body;
    },
  };
}

// start → first (asks the provider) → step (code) → out
const twoSteps = (prompt: string, code: string): SpellDocument =>
  spell(
    {
      start: "Trigger In",
      text: { is: "Universal Input", data: { name: "text", text: "x" } },
      first: { is: "Generator", data: { fewshot: prompt } },
      step: {
        is: "Code",
        data: { code },
        inputs: [
          { name: "said", type: "any" },
          { name: "text", type: "any" },
        ],
        outputs: [{ name: "out", type: "any" }],
      },
      out: "Output:out",
    },
    `
  start.trigger > first.trigger
  first.trigger > step.trigger
  first.result > step.said
  text.output > step.text
  step.trigger > out.trigger
  step.out > out.input`,
  );

const failing = "function worker() { throw new Error('not yet'); }";
const working = "function worker(node, inputs) { return { out: inputs.text[0] + inputs.said[0].length }; }";

describe("A failed run", () => {
  it("is resumed after the edit that mends it: the node that failed runs, what was done is taken over", async () => {
    const prompt = `mended ${Math.random()}`;
    const { put, ask, eventsOf, ended, user } = await saved(twoSteps(prompt, failing));
    const failed = await ask("/run", {});
    expect(failed).toMatchObject({ status: 422, body: { code: "code_error", nodeId: "step" } });
    const { runId } = failed.body;
    await put(twoSteps(prompt, working));
    const resumed = await ask(`/runs/${runId}/resume`, {});
    expect(resumed).toMatchObject({
      status: 201,
      location: `/spells/demo/runs/${resumed.body.runId}`,
      body: { parent: { runId }, spell: { version: 2 } },
    });
    expect(await ended(resumed.body.runId)).toMatchObject({
      status: "completed",
      outputs: { out: /^x\d+$/ },
    });
    expect(await requestsWith(prompt)).toHaveLength(1);
    const events = await eventsOf(resumed.body.runId);
    expect(events.filter((event) => isRunEnded(event))).toHaveLength(1);
    const plan = await bodyOf(await user.ask(`/spells/demo/runs/${resumed.body.runId}/plan`));
    expect(replay(plan, events as RunEvent[]).end).toMatchObject({ type: "run.completed" });
    // The run that failed stays as it was.
    expect((await ask(`/runs/${runId}`)).body.status).toBe("failed");
  });

  it("fails in the same way where nothing was mended, without asking the provider again", async () => {
    const prompt = `unmended ${Math.random()}`;
    const { ask, ended } = await saved(twoSteps(prompt, failing));
    const { runId } = (await ask("/run", {})).body;
    const again = await ask(`/runs/${runId}/resume`, {});
    expect(await ended(again.body.runId)).toMatchObject({ status: "failed", error: { nodeId: "step" } });
    expect(await requestsWith(prompt)).toHaveLength(1);
  });
});

describe("A completed run", () => {
  it("is forked from a node with other inputs: what these do not touch is taken over", async () => {
    const prompt = `forked ${Math.random()}`;
    const { ask, ended } = await saved(twoSteps(prompt, working));
    const first = (await ask("/run", { inputs: { text: "a" } })).body;
    const fork = await ask(`/runs/${first.runId}/fork`, { fromNode: "step", inputs: { text: "b" } });
    expect(fork).toMatchObject({ status: 201, body: { parent: { runId: first.runId, fromNode: "step" } } });
    const run = await ended(fork.body.runId);
    expect(run).toMatchObject({ status: "completed", inputs: { text: "b" } });
    expect(run.outputs.out).toBe(first.outputs.out.replace("a", "b"));
    expect(await requestsWith(prompt)).toHaveLength(1);
    const whole = await ask(`/runs/${first.runId}/fork`, { fromNode: "first" });
    expect(await ended(whole.body.runId)).toMatchObject({ status: "completed", outputs: first.outputs });
    expect(await requestsWith(prompt)).toHaveLength(2);
  });

  it("cannot be resumed, nor forked from a node that is not there, and bad requests say what is wrong", async () => {
    const { ask } = await saved(twoSteps(`bad ${Math.random()}`, working));
    const { runId } = (await ask("/run", {})).body;
    expect(await ask(`/runs/${runId}/resume`, {})).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect(await ask(`/runs/${runId}/fork`, { fromNode: "nowhere" })).toMatchObject({
      status: 400,
      body: { code: "bad_request", errors: [{ path: "fromNode" }] },
    });
    for (const body of [
      {},
      { fromNode: 7 },
      { fromNode: "step", input: {} },
      { fromNode: "step", inputs: [] },
    ])
      expect((await ask(`/runs/${runId}/fork`, body)).status).toBe(400);
    const unknown = "01a20b97-9ce9-7dbe-a984-f0c6b8bf316f";
    expect((await ask(`/runs/${unknown}/fork`, { fromNode: "step" })).status).toBe(404);
    expect((await ask(`/runs/${unknown}/resume`, {})).status).toBe(404);
    const { data } = (await ask("/runs")).body;
    expect(data).toHaveLength(1);
  });
});

describe("A run in flight", () => {
  it("is neither resumed nor forked; cancelled, it is resumed, and that run survives a crash", async () => {
    const prompt = `!hang:2 flight ${Math.random()}`;
    const { user, ask, crash, ended, eventsOf } = await saved(twoSteps(prompt, working));
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    tab.say({ type: "run", requestId: "r", inputs: { text: "q" } });
    const { runId } = (await tab.until(({ type }) => type === "run.started", "the run")) as { runId: string };
    await held(prompt, 1);
    expect((await ask(`/runs/${runId}/resume`, {})).status).toBe(409);
    expect((await ask(`/runs/${runId}/fork`, { fromNode: "step" })).status).toBe(409);
    expect((await user.ask(`/spells/demo/runs/${runId}`, { method: "DELETE" })).status).toBe(200);
    const resumed = await ask(`/runs/${runId}/resume`, {});
    expect(resumed).toMatchObject({ status: 201, body: { status: "running", parent: { runId } } });
    await held(prompt, 2);
    await crash();
    expect(await ended(resumed.body.runId)).toMatchObject({ status: "completed" });
    expect(await requestsWith(prompt)).toHaveLength(3);
    const events = await eventsOf(resumed.body.runId);
    expect(events.filter((event) => isRunEnded(event))).toHaveLength(1);
  });
});
