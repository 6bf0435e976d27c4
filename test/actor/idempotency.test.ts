/** Requests for a run that come again under their Idempotency-Key, and those that do not await its end. */
import { createExecutionContext, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { IdempotencyKeys } from "../../src/actor/idempotency-keys.ts";
import type { RunnerRpc } from "../../src/actor/rpc.ts";
import type { Env } from "../../src/env.ts";
import { app } from "../../src/http/app.ts";
import { problem } from "../../src/protocol/errors.ts";
import { run as runSchema, runResult } from "../../src/protocol/runs.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { held, requestsWith } from "../helpers/provider.ts";
import { cutOff, demoRunner } from "../helpers/runners.ts";
import { baseUrl, bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { echoSpell } from "../helpers/documents.ts";
import { eventsOf } from "../helpers/event-stream.ts";
import { spell } from "../helpers/spells.ts";

const bindings = env as unknown as Env;
const sse = { accept: "text/event-stream" };
const respondAsync = { prefer: "respond-async" };
const dayMs = 86_400_000;
let count = 0;

/** Its input `text` is the prompt, which may be one that takes its time. */
const generating = spell(
  {
    start: "Trigger In",
    text: "Universal Input:text",
    g: {
      is: "Generator",
      data: { fewshot: "{{text}}" },
      inputs: [{ name: "text", type: "any" }],
    },
    out: "Output:out",
  },
  `
  start.trigger > g.trigger
  text.output > g.text
  g.trigger > out.trigger
  g.result > out.input`,
);

const asking = spell(
  { start: "Trigger In", ask: { is: "Ask", data: { prompt: "Go on?" } }, out: "Output:said" },
  `
  start.trigger > ask.trigger
  ask.trigger > out.trigger
  ask.answer > out.input`,
);

/** Asks, then goes on for a while. */
const askingThenSlow = spell(
  {
    start: "Trigger In",
    ask: { is: "Ask", data: { prompt: "Go on?" } },
    g: { is: "Generator", data: { fewshot: "!slow a b c d e f" } },
    out: "Output:said",
  },
  `
  start.trigger > ask.trigger
  ask.trigger > g.trigger
  g.trigger > out.trigger
  g.result > out.input`,
);

async function saved(document: SpellDocument = echoSpell("demo")) {
  const user = userNamed(`idempotency-${(count += 1)}`);
  expect((await user.ask("/spells/demo", { method: "PUT", body: document })).status).toBe(201);
  const stubOf = (session = "main") => demoRunner(user.name, session);
  const ask = (text: unknown, headers: Record<string, string> = {}, query = "") =>
    user.ask(`/spells/demo/run${query}`, { body: { inputs: { text } }, headers });
  return {
    user,
    stubOf,
    ask,
    /** What is sent with `key`, and its answer. */
    keyed: async (key: string, text: unknown, headers: Record<string, string> = {}) => {
      const response = await ask(text, { "idempotency-key": key, ...headers });
      const replayed = response.headers.get("idempotency-replayed");
      return { status: response.status, replayed, body: await bodyOf(response) };
    },
    runs: async () => (await bodyOf(await user.ask("/spells/demo/runs"))).data,
    sql: (statement: string, ...values: SqlStorageValue[]) =>
      runInDurableObject(stubOf(), (_, state) => state.storage.sql.exec(statement, ...values).toArray()),
    tab: async () => {
      const tab = await TestConnection.open(user, "demo");
      await tab.hello();
      return tab;
    },
  };
}

describe("A request that comes again under its Idempotency-Key", () => {
  it("gets the first run's answer, and says that it does", async () => {
    const { keyed, runs } = await saved();
    const first = await keyed("a", "hello");
    expect(first).toMatchObject({ status: 200, replayed: null, body: { outputs: { text: "hello" } } });
    runResult.parse(first.body);
    expect(await keyed("a", "hello")).toEqual({ ...first, replayed: "true" });
    expect(await runs()).toHaveLength(1);
  });

  it("makes one run when five of them come at once, into a cold runner and for a run that takes its time", async () => {
    const { keyed, runs } = await saved(generating);
    const all = await Promise.all(Array.from({ length: 5 }, () => keyed("a", "!slow one two three")));
    const [made, ...others] = all.toSorted((a, b) => String(a.replayed).localeCompare(String(b.replayed)));
    expect(made).toMatchObject({ status: 200, replayed: null });
    for (const other of others) expect(other).toEqual({ ...made, replayed: "true" });
    expect(await runs()).toHaveLength(1);
  });

  it("makes one run when five of them come at once for a run that ends within its turn", async () => {
    const { keyed, runs } = await saved();
    await keyed("warm", "warm");
    const all = await Promise.all(Array.from({ length: 5 }, () => keyed("a", "x")));
    expect(new Set(all.map(({ body }) => body.runId)).size).toBe(1);
    expect(all.filter(({ replayed }) => replayed === null)).toHaveLength(1);
    expect(await runs()).toHaveLength(2);
  });

  it("is the same whatever the order of its keys, and a conflict with another body", async () => {
    const { user, runs } = await saved();
    const send = (body: string) =>
      user.ask("/spells/demo/run", { body, headers: { "idempotency-key": "a" }, method: "POST" });
    const first = await bodyOf(
      await send('{"inputs": {"text": {"b": 1, "a": [1, 2]}}, "concurrency": "parallel"}'),
    );
    const same = await send('{"concurrency":"parallel","inputs":{"text":{"a":[1,2],"b":1}}}');
    expect(await bodyOf(same)).toEqual(first);
    for (const other of [
      '{"inputs": {"text": {"b": 1, "a": [2, 1]}}, "concurrency": "parallel"}',
      "{}",
      "",
    ]) {
      const response = await send(other);
      expect([response.status, response.headers.get("idempotency-replayed")]).toEqual([409, null]);
      expect(problem.parse(await bodyOf(response))).toMatchObject({
        code: "conflict",
        runId: first.runId,
        detail: expect.stringMatching(/Idempotency-Key.*another body/),
      });
    }
    expect(await runs()).toHaveLength(1);
  });

  it("gets the same problem where the first run failed", async () => {
    const { keyed, runs, stubOf } = await saved(generating);
    const first = await keyed("a", "!400 no");
    expect(first).toMatchObject({
      status: 422,
      replayed: null,
      body: { code: "provider_error", nodeId: "g" },
    });
    expect(first.body.runId).toBeTypeOf("string");
    expect(await keyed("a", "!400 no")).toEqual({ ...first, replayed: "true" });
    await evictDurableObject(stubOf());
    expect(await keyed("a", "!400 no")).toEqual({ ...first, replayed: "true" });
    expect(await runs()).toHaveLength(1);
  });

  it("gets the first run's answer after an eviction, too, large values whole", async () => {
    const { keyed, runs, stubOf } = await saved();
    const text = "ü".repeat(400_000);
    const first = await keyed("a", text);
    expect(first.body.outputs.text).toBe(text);
    await evictDurableObject(stubOf());
    expect(await keyed("a", text)).toEqual({ ...first, replayed: "true" });
    expect((await keyed("a", "other")).status).toBe(409);
    expect(await runs()).toHaveLength(1);
  });

  it("is answered in the same way where the run was cancelled", async () => {
    const { user, keyed, tab } = await saved(generating);
    const events = await tab();
    const both = [keyed("a", "!hang"), keyed("a", "!hang")];
    const started = await events.until(({ type }) => type === "run.started", "the start");
    const runId = "runId" in started ? started.runId : "";
    await user.ask(`/spells/demo/runs/${runId}`, { method: "DELETE" });
    for (const answer of [...(await Promise.all(both)), await keyed("a", "!hang")])
      expect(answer).toMatchObject({ status: 409, body: { code: "cancelled", runId } });
  });

  it("streams the first run's events from their beginning, live and when they are past", async () => {
    const { ask, runs } = await saved(generating);
    const send = () => ask("!slow one two", { ...sse, "idempotency-key": "a" });
    const first = await send();
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    const live = await send();
    const [events, ...repeated] = [await eventsOf(first), await eventsOf(live), await eventsOf(await send())];
    expect(live.headers.get("idempotency-replayed")).toBe("true");
    expect([events?.at(0)?.event, events?.at(-1)?.event]).toEqual(["run.started", "run.completed"]);
    for (const again of repeated) expect(again).toEqual(events);
    const result = await ask("!slow one two", { "idempotency-key": "a" });
    expect(await bodyOf(result)).toMatchObject({ runId: events?.[0]?.data.runId, status: "completed" });
    expect((await ask("other", { ...sse, "idempotency-key": "a" })).status).toBe(409);
    expect(await runs()).toHaveLength(1);
  });

  it("gets 202 while the run waits for a human, waits when that has answered, and then gets the end", async () => {
    const { user, ask, keyed, tab } = await saved(askingThenSlow);
    const response = await ask("x", { "idempotency-key": "a" });
    const { runId } = runSchema.parse(await bodyOf(response));
    expect(response.status).toBe(202);
    const again = await ask("x", { "idempotency-key": "a" });
    expect([again.status, again.headers.get("location"), again.headers.get("preference-applied")]).toEqual([
      202,
      `/spells/demo/runs/${runId}`,
      null,
    ]);
    const events = await tab();
    events.say({ type: "answer", runId, nodeId: "ask", visit: "1", value: "yes" });
    await events.until(
      (message) => message.type === "node.started" && message.nodeId === "g",
      "what follows",
    );
    const waited = await keyed("a", "x");
    expect(waited).toMatchObject({ status: 200, replayed: "true", body: { runId } });
    expect(runSchema.parse(await bodyOf(await user.ask(`/spells/demo/runs/${runId}`)))).toMatchObject({
      status: "completed",
      ms: waited.body.ms,
    });
    expect(await keyed("a", "x")).toEqual(waited);
  });

  it("gets 202 while the run waits for a human after an eviction", async () => {
    const { keyed, stubOf, runs } = await saved(asking);
    const first = await keyed("a", "x");
    await evictDurableObject(stubOf());
    expect(await keyed("a", "x")).toEqual({ ...first, replayed: "true" });
    expect(await runs()).toHaveLength(1);
  });

  it("makes another run in another session, and with another key", async () => {
    const { ask } = await saved();
    const answers = [
      await ask("x", { "idempotency-key": "a" }),
      await ask("x", { "idempotency-key": "a" }, "?session=other"),
      await ask("x", { "idempotency-key": "A" }),
    ];
    expect(answers.map((answer) => answer.headers.get("idempotency-replayed"))).toEqual([null, null, null]);
    const ids = await Promise.all(answers.map(async (answer) => (await bodyOf(answer)).runId));
    expect(new Set(ids).size).toBe(3);
  });

  it("makes a run where the first request made none: its trigger was unknown, or it was rejected", async () => {
    const { user, keyed, tab, runs, sql } = await saved(generating);
    const events = await tab();
    const send = (body: unknown) =>
      user.ask("/spells/demo/run", { body, headers: { "idempotency-key": "a" } });
    expect((await send({ trigger: "nowhere" })).status).toBe(400);
    const hanging = keyed("b", "!hang");
    const started = await events.until(({ type }) => type === "run.started", "the start");
    const rejected = { inputs: { text: "x" }, concurrency: "reject" };
    const refusal = await send(rejected);
    expect([refusal.status, (await bodyOf(refusal)).code]).toEqual([409, "rejected"]);
    expect(await sql("SELECT key FROM idempotency_keys")).toEqual([{ key: "b" }]);
    await user.ask(`/spells/demo/runs/${"runId" in started ? started.runId : ""}`, { method: "DELETE" });
    await hanging;
    const taken = await send(rejected);
    expect([taken.status, taken.headers.get("idempotency-replayed")]).toEqual([200, null]);
    expect(await runs()).toHaveLength(2);
  });

  it("makes a new run when the first one is no longer kept, or a day has passed", async () => {
    const { keyed, runs, sql } = await saved();
    const first = await keyed("a", "x");
    for (const table of ["runs", "journal"])
      await sql(`DELETE FROM ${table} WHERE run_id = ?`, first.body.runId);
    const second = await keyed("a", "x");
    expect(second).toMatchObject({ status: 200, replayed: null });
    expect(await keyed("a", "x")).toEqual({ ...second, replayed: "true" });
    await sql("UPDATE idempotency_keys SET expires_at = ?", Date.now() - 1);
    expect(await keyed("a", "another body")).toMatchObject({ status: 200, replayed: null });
    expect(await runs()).toHaveLength(2);
  });

  it("waits for a run that a crash cut off, and gets its end", async () => {
    const prompt = `!hang:1 keyed ${Math.random()}`;
    const { keyed, runs, stubOf, tab } = await saved(generating);
    const events = await tab();
    const cut = keyed("a", prompt);
    await events.until((message) => message.type === "node.started" && message.nodeId === "g", "the node");
    await held(prompt);
    await cutOff(stubOf());
    await cut;
    const [second, third] = await Promise.all([keyed("a", prompt), keyed("a", prompt)]);
    expect(second).toMatchObject({ status: 200, replayed: "true", body: { status: "completed" } });
    expect(third).toEqual(second);
    expect(await requestsWith(prompt)).toHaveLength(2);
    expect(await runs()).toHaveLength(1);
  });
});

it("A request with a key outlives a restart of its runner, where one without is told to look first", async () => {
  const { user, runs } = await saved();
  const restarting = () => {
    let isFirst = true;
    return new Proxy(bindings.SPELL_RUNNER, {
      get: () => (name: string) => ({
        async run(...given: Parameters<RunnerRpc["run"]>) {
          const answer = await bindings.SPELL_RUNNER.getByName(name).run(...given);
          if (!isFirst) return answer;
          isFirst = false;
          // As the platform says it: https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
          throw Object.assign(new Error("Network connection lost."), { retryable: true });
        },
      }),
    });
  };
  const send = async (headers: Record<string, string>) =>
    await app.fetch(
      new Request(`${baseUrl}/spells/demo/run`, {
        method: "POST",
        body: JSON.stringify({ inputs: { text: "x" } }),
        headers: { authorization: `Bearer ${await user.token}`, ...headers },
      }),
      { ...bindings, SPELL_RUNNER: restarting() },
      createExecutionContext(),
    );
  const told = await send({});
  expect([told.status, await runs()]).toEqual([503, [expect.anything()]]);
  const answered = await send({ "idempotency-key": "a" });
  expect([answered.status, answered.headers.get("idempotency-replayed")]).toEqual([200, "true"]);
  const [{ runId }, ...others] = await runs();
  expect([(await bodyOf(answered)).runId, others.length]).toEqual([runId, 1]);
});

describe("An Idempotency-Key", () => {
  it.each([
    ["none at all", ""],
    ["256 characters", "k".repeat(256)],
    ["a blank", "a b"],
    ["a letter beyond ASCII", "clé"],
    ["a tab", "a\tb"],
  ])("with %s is refused, and makes no run", async (_what, key) => {
    const { keyed, runs } = await saved();
    expect(await keyed(key, "x")).toMatchObject({
      status: 400,
      body: {
        code: "bad_request",
        detail: expect.stringContaining("1 to 255 visible ASCII characters"),
        errors: [{ path: "Idempotency-Key" }],
      },
    });
    expect(await runs()).toEqual([]);
  });

  it("may have 255 characters of any visible kind", async () => {
    const { keyed } = await saved();
    const visible = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).join("");
    const key = `${visible}${"k".repeat(255 - visible.length)}`;
    const first = await keyed(key, "x");
    expect(await keyed(key, "x")).toEqual({ ...first, replayed: "true" });
  });

  it("is written in the turn in which its run is", async () => {
    const { stubOf, ask } = await saved();
    await ask("warm");
    await runInDurableObject(stubOf(), async (runner: RunnerRpc, { storage }) => {
      const options = { idempotency: { key: "a", fingerprint: "f" } };
      const answered = runner.run({ inputs: { text: "x" } }, options);
      // Nothing was awaited: what is there now is one transaction with what comes before and after it.
      const found = storage.sql
        .exec("SELECT key, status FROM idempotency_keys JOIN runs USING (run_id)")
        .toArray();
      expect(found).toEqual([{ key: "a", status: "completed" }]);
      expect(await answered).toMatchObject({ ok: true });
    });
  });

  it("is kept for a day, and each new one sweeps up to a hundred that have expired", async () => {
    const { stubOf } = await saved();
    await runInDurableObject(stubOf(), (_, { storage }) => {
      const keys = new IdempotencyKeys(storage.sql);
      const kept = () => storage.sql.exec("SELECT key FROM idempotency_keys").toArray().length;
      for (let i = 0; i < 150; i++) keys.put({ key: `k${i}`, fingerprint: "f" }, "run", 1000);
      expect(keys.find("k0", 1000 + dayMs - 1)).toEqual({ runId: "run", fingerprint: "f" });
      expect([keys.find("k0", 1000 + dayMs), keys.find("other", 1000), kept()]).toEqual([
        undefined,
        undefined,
        150,
      ]);
      keys.put({ key: "new", fingerprint: "f" }, "run", 1000 + dayMs);
      expect(kept()).toBe(51);
      keys.put({ key: "new", fingerprint: "g" }, "later", 1000 + dayMs);
      expect([kept(), keys.find("new", 1000 + dayMs)]).toEqual([1, { runId: "later", fingerprint: "g" }]);
    });
  });
});

describe("Prefer: respond-async", () => {
  it("is answered with the run at once, 202, and where it is", async () => {
    const { user, ask } = await saved(generating);
    const response = await ask("!slow one two three", respondAsync);
    expect(response.status).toBe(202);
    expect(response.headers.get("preference-applied")).toBe("respond-async");
    expect(response.headers.get("content-type")).toBe("application/json");
    const taken = runSchema.parse(await bodyOf(response));
    expect(taken).toMatchObject({ status: "running", session: "main" });
    const location = response.headers.get("location") ?? "";
    expect(location).toBe(`/spells/demo/runs/${taken.runId}`);
    await expect
      .poll(async () => (await bodyOf(await user.ask(location))).status, { timeout: 10_000 })
      .toBe("completed");
  });

  it("is 202 for a run that has ended by then, whatever its end, and names the session", async () => {
    const { user, ask } = await saved();
    for (const [text, status] of [
      ["x", "completed"],
      [undefined, "failed"],
    ]) {
      const response = await ask(text, respondAsync, "?session=other");
      const taken = runSchema.parse(await bodyOf(response));
      expect([response.status, taken.status]).toEqual([202, status]);
      const location = response.headers.get("location") ?? "";
      expect(location).toBe(`/spells/demo/runs/${taken.runId}?session=other`);
      expect(await bodyOf(await user.ask(location))).toEqual(taken);
    }
  });

  it("leaves an error that is known at once an error", async () => {
    const { user, ask, tab } = await saved(generating);
    const send = (body: unknown, id = "demo") =>
      user.ask(`/spells/${id}/run`, { body, headers: respondAsync });
    expect((await send({ trigger: "nowhere" })).status).toBe(400);
    expect((await send({ nonsense: 1 })).status).toBe(400);
    expect((await send({}, "none")).status).toBe(404);
    const events = await tab();
    const { runId } = await bodyOf(await ask("!hang", respondAsync));
    const rejected = await send({ concurrency: "reject" });
    expect([rejected.status, rejected.headers.get("preference-applied")]).toEqual([409, null]);
    expect(await bodyOf(rejected)).toMatchObject({ code: "rejected" });
    const queued = await send({ concurrency: "queue" });
    expect([queued.status, (await bodyOf(queued)).status]).toEqual([202, "queued"]);
    await user.ask(`/spells/demo/runs/${runId}`, { method: "DELETE" });
    await events.end(runId);
  });

  it("with a key gives the run while it goes on, and its result when it has ended", async () => {
    const { ask, keyed, user } = await saved(generating);
    const headers = { ...respondAsync, "idempotency-key": "a" };
    const { runId } = await bodyOf(await ask("!slow one two three", headers));
    const again = await ask("!slow one two three", headers);
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([202, "true"]);
    expect(again.headers.get("preference-applied")).toBe("respond-async");
    expect(await bodyOf(again)).toMatchObject({ runId, status: "running" });
    const awaited = await keyed("a", "!slow one two three");
    expect(awaited).toMatchObject({ status: 200, replayed: "true", body: { runId, status: "completed" } });
    const after = await ask("!slow one two three", headers);
    expect([after.status, after.headers.get("preference-applied")]).toEqual([200, null]);
    expect(await bodyOf(after)).toEqual(awaited.body);
    expect((await bodyOf(await user.ask("/spells/demo/runs"))).data).toHaveLength(1);
  });

  it.each([
    ["Respond-Async", 202],
    ["handling=lenient, respond-async; x=y, wait=10", 202],
    ['x="a, b" , respond-async', 202],
    ["wait=10", 200],
    ["respond-asynchronous", 200],
    ['x="a, respond-async, b"', 200],
    ["", 200],
  ])("as %s is answered with %i", async (prefer, status) => {
    const { ask } = await saved();
    expect((await ask("x", { prefer })).status).toBe(status);
  });

  it("does not hold for who asks for an event stream, which begins at once anyway", async () => {
    const { ask } = await saved();
    const response = await ask("x", { ...sse, ...respondAsync });
    expect([response.status, response.headers.get("preference-applied")]).toEqual([200, null]);
    expect((await eventsOf(response)).at(-1)?.event).toBe("run.completed");
  });
});

it("a Worker from before there were keys is answered as ever", async () => {
  const { stubOf } = await saved();
  expect(await stubOf().run({ inputs: { text: "x" } })).toMatchObject({
    ok: true,
    runId: expect.any(String),
  });
  expect(await stubOf().runStream({ inputs: { text: "x" } })).toMatchObject({ ok: true });
});
