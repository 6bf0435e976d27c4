import { describe, expect, it } from "vitest";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { spell } from "../helpers/spells.ts";

let count = 0;

async function saved(document: SpellDocument) {
  const user = userNamed(`live-${(count += 1)}`);
  expect((await user.ask("/spells/demo", { method: "PUT", body: document })).status).toBe(201);
  const tab = await TestConnection.open(user, "demo");
  tab.say({ type: "hello" });
  await tab.until(({ type }) => type === "welcome", "welcome");
  return { user, tab };
}

// start → ask → out
const asking = spell(
  { start: "Trigger In", ask: { is: "Ask", data: { prompt: "Go on?" } }, out: "Output:said" },
  `start.trigger > ask.trigger
   ask.trigger > out.trigger
   ask.answer > out.input`,
);

describe("A run that waits for a human", () => {
  it("answers 202 with its place, says so wherever it is looked at, and ends with the answer of a connection", async () => {
    const { user, tab } = await saved(asking);
    // Its own time is over long before the human answers: that does not count.
    const started = await user.ask("/spells/demo/run", { body: { timeoutMs: 50 } });
    expect(started.status).toBe(202);
    const run = (await bodyOf(started)) as { runId: string; status: string };
    expect(run.status).toBe("waiting");
    const place = started.headers.get("location") ?? "";
    expect(place).toBe(`/spells/demo/runs/${run.runId}`);
    expect(await bodyOf(await user.ask(place))).toMatchObject({ status: "waiting" });
    const other = await TestConnection.open(user, "demo");
    other.say({ type: "hello" });
    expect(await other.until(({ type }) => type === "welcome", "welcome")).toMatchObject({
      runs: [{ runId: run.runId, status: "waiting" }],
    });
    expect(await tab.until(({ type }) => type === "node.waiting", "the question")).toMatchObject({
      runId: run.runId,
      nodeId: "ask",
      visit: "1",
      prompt: "Go on?",
    });
    await new Promise((resolve) => {
      setTimeout(resolve, 80);
    });
    tab.say({ type: "answer", runId: run.runId, nodeId: "ask", visit: "1", value: { yes: true } });
    expect(await other.until(({ type }) => type === "run.completed", "the end")).toMatchObject({
      outputs: { said: { yes: true } },
    });
    expect(await bodyOf(await user.ask(place))).toMatchObject({
      status: "completed",
      outputs: { said: { yes: true } },
    });
  });

  it("can be cancelled, and takes no answer that nobody waits for", async () => {
    const { user, tab } = await saved(asking);
    const { runId } = (await bodyOf(await user.ask("/spells/demo/run", { body: {} }))) as { runId: string };
    tab.say({ type: "answer", runId, nodeId: "start", visit: "1", value: 1 });
    expect(await tab.until(({ type }) => type === "error", "a refusal")).toMatchObject({ code: "not_found" });
    tab.say({ type: "answer", runId: "none", nodeId: "ask", visit: "1", value: 1 });
    await tab.wait(
      () => tab.messages.filter(({ type }) => type === "error").length === 2,
      "a second refusal",
    );
    expect((await user.ask(`/spells/demo/runs/${runId}`, { method: "DELETE" })).status).toBe(200);
    expect(await tab.until(({ type }) => type === "run.cancelled", "the end")).toMatchObject({ runId });
  });
});

describe("A stream of a run", () => {
  it("takes what connections push, one iteration a value", async () => {
    const { tab } = await saved(
      spell(
        {
          start: "Trigger In",
          s: "Stream:voice",
          w: { is: "State Write", inputs: [{ name: "heard", type: "any" }] },
        },
        `start.trigger > s.trigger
         s.item > w.trigger
         s.value > w.heard`,
        { state: { heard: [] } },
      ),
    );
    tab.say({ type: "push", source: "voice", value: "too early" });
    expect(await tab.until(({ type }) => type === "error", "a refusal")).toMatchObject({ code: "not_found" });
    tab.say({ type: "run", requestId: "r" });
    await tab.until((message) => message.type === "node.started" && message.nodeId === "s", "the stream");
    for (const value of ["a", { b: 1 }, 3]) tab.say({ type: "push", source: "voice", value });
    await tab.until(
      (message) => message.type === "node.completed" && message.nodeId === "w" && message.visit === "3",
      "the third value",
    );
    const items = tab.messages.flatMap((message) => (message.type === "node.item" ? [message.outputs] : []));
    expect(items).toEqual([
      { value: "a", index: 0 },
      { value: { b: 1 }, index: 1 },
      { value: 3, index: 2 },
    ]);
    const started = await tab.until(({ type }) => type === "run.started", "the run");
    tab.say({ type: "cancel", runId: "runId" in started ? started.runId : "" });
    await tab.until(({ type }) => type === "run.cancelled", "the end");
  });
});
