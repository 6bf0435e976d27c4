/** `durability: "group"`: the answer of a whole run may leave before its commit, and only such a run's. It is shown after it. */
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { demoRunner } from "../helpers/runners.ts";
import { spell } from "../helpers/spells.ts";

let count = 0;

const pure = (settings: SpellDocument["settings"]): SpellDocument =>
  spell(
    { start: "Trigger In", text: { is: "Universal Input", data: { name: "text" } }, out: "Output:said" },
    `start.trigger > out.trigger
     text.output > out.input`,
    { settings },
  );

async function saved(document: SpellDocument) {
  const user = userNamed(`durability-${(count += 1)}`);
  expect((await user.ask("/spells/demo", { method: "PUT", body: document })).status).toBe(201);
  const run = async (headers: Record<string, string> = {}) =>
    bodyOf(await user.ask("/spells/demo/run", { body: { inputs: { text: "x" } }, headers }));
  // The first run keeps the session's state, so it is written at once.
  await run();
  const stubOf = () => demoRunner(user.name);
  /** Runs of which a row is written; asks nothing of the runner itself, which would write what it holds. */
  const written = (): Promise<string[]> =>
    runInDurableObject(stubOf(), (_, { storage }) => writtenIn(storage));
  /** Runs within the object, and looks before any timer can come. */
  const runWithin = <T>(then: (runId: string, state: DurableObjectState) => T): Promise<T> =>
    runInDurableObject(stubOf(), async (runner, state) => {
      const answer = await runner.run({ inputs: { text: "x" } });
      return then(answer.ok ? answer.runId : "", state);
    });
  return { user, run, runWithin, written };
}

const writtenIn = ({ sql }: DurableObjectStorage): string[] =>
  sql
    .exec<{ run_id: string }>("SELECT DISTINCT run_id FROM journal WHERE run_id <> ''")
    .toArray()
    .map(({ run_id }) => run_id);

const group = { durability: "group" } as const;

describe("A spell with durability: group", () => {
  it("answers before it writes, and writes before anybody reads", async () => {
    const { user, run, runWithin, written } = await saved(pure(group));
    expect((await run()).outputs).toEqual({ said: "x" });
    const { runId, rows } = await runWithin((id, { storage }) => ({ runId: id, rows: writtenIn(storage) }));
    expect(rows).not.toContain(runId);
    const kept = await bodyOf(await user.ask(`/spells/demo/runs/${runId}`));
    expect(kept).toMatchObject({ status: "completed", outputs: { said: "x" } });
    expect(await written()).toContain(runId);
  });

  it("writes by itself soon after", async () => {
    const { run, written } = await saved(pure(group));
    const { runId } = await run();
    await vi.waitFor(async () => expect(await written()).toContain(runId), { timeout: 15_000 });
  });

  it("loses at a crash nothing but the history, and gives no seq twice that anybody saw", async () => {
    const { user, run, runWithin } = await saved(pure(group));
    const before = await TestConnection.open(user, "demo");
    const { lastSeq } = (await before.hello()) as { lastSeq: number };
    before.close();
    await before.wait(() => before.closed, "the close");
    let runId = "";
    await runWithin((id, state) => {
      runId = id;
      state.abort("a crash");
    }).catch(() => {});
    expect(runId).not.toBe("");
    expect((await user.ask(`/spells/demo/runs/${runId}`)).status).toBe(404);
    const tab = await TestConnection.open(user, "demo");
    await tab.hello(lastSeq);
    const again = await run();
    await tab.end(again.runId);
    const seqs = tab.events.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, i) => lastSeq + 1 + i));
    expect(tab.events.every((event) => !("runId" in event) || event.runId === again.runId)).toBe(true);
  });

  it("keeps the order of what was held back and what was not", async () => {
    const { user, run } = await saved(pure(group));
    const ids = [await run(), await run(), await run({ "idempotency-key": "k" }), await run()].map(
      ({ runId }) => runId as string,
    );
    const { data } = await bodyOf(await user.ask("/spells/demo/runs"));
    expect(
      data
        .map((one: { runId: string }) => one.runId)
        .toReversed()
        .slice(1),
    ).toEqual(ids);
    const tab = await TestConnection.open(user, "demo");
    await tab.hello(0);
    const seqs = tab.events.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, i) => i + 1));
  });

  it("shows whoever looks on what was written, soon after the answer and in order", async () => {
    const { user, run, runWithin, written } = await saved(pure(group));
    const tab = await TestConnection.open(user, "demo");
    const { lastSeq } = (await tab.hello()) as { lastSeq: number };
    const before = await runWithin((id, { storage }) => ({ runId: id, rows: writtenIn(storage) }));
    expect(before.rows).not.toContain(before.runId);
    const ids = [before.runId];
    for (let i = 0; i < 5; i++) ids.push((await run()).runId);
    for (const runId of ids) await tab.end(runId);
    expect(await written()).toEqual(expect.arrayContaining(ids));
    const seqs = tab.events.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, i) => lastSeq + 1 + i));
    expect(new Set(tab.events.map((event) => ("runId" in event ? event.runId : "")))).toEqual(new Set(ids));
  });

  it("was shown to nobody when a crash takes it", async () => {
    const { user, runWithin } = await saved(pure(group));
    const tab = await TestConnection.open(user, "demo");
    const { lastSeq } = (await tab.hello()) as { lastSeq: number };
    let runId = "";
    await runWithin((id, state) => {
      runId = id;
      state.abort("a crash");
    }).catch(() => {});
    await tab.wait(() => tab.closed, "the close");
    expect(tab.events).toEqual([]);
    const again = await TestConnection.open(user, "demo");
    expect(await again.hello(lastSeq)).toMatchObject({ lastSeq });
    expect(again.events.some((event) => "runId" in event && event.runId === runId)).toBe(false);
  });

  it("is told once to who comes while it is held back", async () => {
    const { user, run } = await saved(pure(group));
    const first = await TestConnection.open(user, "demo");
    const { lastSeq } = (await first.hello()) as { lastSeq: number };
    const { runId } = await run();
    const second = await TestConnection.open(user, "demo");
    await second.hello(lastSeq);
    const last = await run();
    for (const tab of [first, second]) {
      await tab.end(last.runId);
      const seqs = tab.events.map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_, i) => lastSeq + 1 + i));
      expect(tab.events.some((event) => "runId" in event && event.runId === runId)).toBe(true);
    }
  });

  it("writes first where a stream of the run is read, a key was given, or the caller does not wait", async () => {
    const { user, run, written } = await saved(pure(group));
    const keyed = await run({ "idempotency-key": "k" });
    expect(await written()).toContain(keyed.runId);
    const taken = await run({ prefer: "respond-async" });
    expect(await written()).toContain(taken.runId);
    const streamed = await user.ask("/spells/demo/run", {
      body: { inputs: { text: "x" } },
      headers: { accept: "text/event-stream" },
    });
    const [, runId = ""] = /"runId":"([^"]+)"/.exec(await streamed.text()) ?? [];
    expect(await written()).toContain(runId);
  });

  it("writes first where the run waited, or changed the state", async () => {
    const asking = spell(
      {
        start: "Trigger In",
        g: { is: "Generator", data: { fewshot: "hello" } },
        out: "Output:said",
      },
      `start.trigger > g.trigger
       g.trigger > out.trigger
       g.result > out.input`,
      { settings: group },
    );
    const waited = await saved(asking);
    const { runId } = await waited.run();
    expect(await waited.written()).toContain(runId);
    const writing = spell(
      {
        start: "Trigger In",
        text: { is: "Universal Input", data: { name: "text" } },
        write: { is: "State Write", inputs: [{ name: "last", type: "any" }] },
      },
      `start.trigger > write.trigger
       text.output > write.last`,
      { settings: group },
    );
    const stateful = await saved(writing);
    const second = await stateful.run();
    expect(await stateful.written()).toContain(second.runId);
  });
});

it("A spell without it writes before it answers", async () => {
  const { run, written } = await saved(pure({}));
  const { runId } = await run();
  expect(await written()).toContain(runId);
});
