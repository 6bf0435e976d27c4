import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { replay } from "../../src/engine/index.ts";
import type { RunEvent } from "../../src/protocol/events.ts";
import { eventPage } from "../../src/protocol/events.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { demoRunner } from "../helpers/runners.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { spell } from "../helpers/spells.ts";

let count = 0;

async function saved(document: SpellDocument, others: SpellDocument[] = []) {
  const user = userNamed(`runs-${(count += 1)}`);
  for (const other of others)
    expect((await user.ask(`/spells/${other.id}`, { method: "PUT", body: other })).status).toBe(201);
  const response = await user.ask("/spells/demo", { method: "PUT", body: document });
  expect(response.status).toBe(201);
  const run = async (body: unknown = {}) => {
    const answer = await user.ask("/spells/demo/run", { body });
    return { status: answer.status, body: await bodyOf(answer) };
  };
  const stub = demoRunner(user.name);
  return { user, run, stub };
}

const coded = (code: string) =>
  spell(
    {
      start: "Trigger In",
      text: "Universal Input:text",
      c: {
        is: "Code",
        data: { code },
        inputs: [{ name: "text", type: "any" }],
        outputs: [{ name: "out", type: "any" }],
      },
      out: "Output:out",
    },
    `
  start.trigger > c.trigger
  text.output > c.text
  c.trigger > out.trigger
  c.out > out.input`,
  );

const generate = (fewshot: string) =>
  spell(
    { start: "Trigger In", g: { is: "Generator", data: { fewshot } }, out: "Output:out" },
    `
  start.trigger > g.trigger
  g.trigger > out.trigger
  g.result > out.input`,
  );

describe("a Code node", () => {
  it("runs, logs into its record, and merges the state that it returns", async () => {
    const { run, user } = await saved(
      coded(
        "function worker({ text }, data, state) { console.log('saw', text); return { out: text + (state.n ?? 0), state: { n: (state.n ?? 0) + 1 } } }",
      ),
    );
    expect((await run({ inputs: { text: "a" } })).body).toMatchObject({
      outputs: { out: "a0" },
      state: { n: 1 },
    });
    const second = (await run({ inputs: { text: "b" } })).body;
    expect(second).toMatchObject({ outputs: { out: "b1" }, state: { n: 2 } });
    const { events } = eventPage.parse(
      await bodyOf(await user.ask(`/spells/demo/runs/${second.runId}/events`)),
    );
    expect(events.find((event) => event.type === "node.completed" && event.nodeId === "c")).toMatchObject({
      logs: [{ level: "log", text: "saw b" }],
      state: { patch: [{ op: "add", path: "/n", value: 2 }] },
    });
  });

  const bad: [string, string, string][] = [
    ["loops for ever", "() => { for (;;); }", "sandbox_limit"],
    ["allocates without end", "() => { const a = []; for (;;) a.push('x'.repeat(1000)); }", "sandbox_limit"],
    ["throws", "() => { throw new TypeError('no luck') }", "code_error"],
    ["does not parse", "function ( {", "code_error"],
    ["never settles", "() => new Promise(() => {})", "sandbox_limit"],
    ["asks for the network", "() => fetch('https://example.com')", "code_error"],
  ];
  for (const [what, code, expected] of bad)
    it(`that ${what} fails its run with ${expected}, and the runner goes on`, async () => {
      const { run, user } = await saved(coded(code));
      const tab = await TestConnection.open(user, "demo");
      await tab.hello();
      const failed = await run({ inputs: { text: "x" } });
      expect(failed.status).toBe(422);
      expect(failed.body).toMatchObject({
        code: expected,
        nodeId: "c",
        runId: expect.any(String),
        detail: expect.stringContaining("Code"),
      });
      expect(JSON.stringify(failed.body)).not.toMatch(/\.ts|wasm|node_modules/);
      expect(await tab.end(failed.body.runId)).toMatchObject({
        type: "run.failed",
        error: { code: expected },
      });
      await user.ask("/spells/demo", { method: "PUT", body: coded("({ text }) => ({ out: text })") });
      expect((await run({ inputs: { text: "fine" } })).body).toMatchObject({ outputs: { out: "fine" } });
    });

  it("that throws keeps what it had logged", async () => {
    const { run, user } = await saved(
      coded("() => { console.warn('about to', { fail: 1 }); throw new Error('no') }"),
    );
    const { runId } = (await run({ inputs: { text: "x" } })).body;
    const { events } = eventPage.parse(await bodyOf(await user.ask(`/spells/demo/runs/${runId}/events`)));
    expect(events.find(({ type }) => type === "node.failed")).toMatchObject({
      nodeId: "c",
      logs: [{ level: "warn", text: 'about to {"fail":1}' }],
    });
  });

  it("sees nothing of the host in globalThis", async () => {
    const { run } = await saved(
      coded(
        "() => ({ out: ['fetch', 'process', 'require', 'WebSocket', 'caches', 'crypto', 'env', 'setTimeout'].filter((name) => name in globalThis) })",
      ),
    );
    expect((await run({ inputs: { text: "x" } })).body.outputs).toEqual({ out: [] });
  });
});

describe("a run", () => {
  it("that is invalid, or misses an input, says which node and why", async () => {
    const { run } = await saved(spell({ start: "Trigger In", x: "Nonsense" }, "start.trigger > x.trigger"));
    expect(await run()).toMatchObject({ status: 422, body: { code: "spell_invalid", nodeId: "x" } });
    const { run: startless } = await saved(spell({ e: "Echo" }, ""));
    expect(await startless()).toMatchObject({
      status: 422,
      body: { code: "spell_invalid", runId: expect.any(String) },
    });
    const { run: other } = await saved(coded("() => ({})"));
    expect(await other({ inputs: {} })).toMatchObject({
      status: 422,
      body: { code: "missing_input", nodeId: "text" },
    });
    expect(await other({ trigger: "nowhere" })).toMatchObject({
      status: 400,
      body: { code: "bad_request", errors: [{ path: "trigger" }] },
    });
  });

  it("passes falsy inputs on, and falls back to the text of an input only where none is given", async () => {
    const { run } = await saved(
      spell(
        {
          start: "Trigger In",
          v: { is: "Universal Input:v", data: { text: "placeholder" } },
          out: "Output:out",
        },
        `
      start.trigger > out.trigger
      v.output > out.input`,
      ),
    );
    for (const value of ["", 0, false, null])
      expect((await run({ inputs: { v: value } })).body.outputs).toEqual({ out: value });
    expect((await run()).body.outputs).toEqual({ out: "placeholder" });
  });

  it("is never mixed with one that overlaps it", async () => {
    const { run } = await saved(
      spell(
        {
          start: "Trigger In",
          v: "Universal Input:v",
          g: { is: "Generator", data: { fewshot: "{{v}}" }, inputs: [{ name: "v", type: "any" }] },
          out: "Output:out",
        },
        `
      start.trigger > g.trigger
      v.output > g.v
      g.trigger > out.trigger
      g.composed > out.input`,
      ),
    );
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => run({ inputs: { v: `!slow ${i}` } })),
    );
    answers.forEach(({ body }, i) => expect(body.outputs.out).toMatch(new RegExp(`^!slow ${i}\\D`)));
  });

  it("ends with run_timeout when it takes longer than it may", async () => {
    const { run } = await saved(generate("!hang"));
    expect(await run({ timeoutMs: 50 })).toMatchObject({ status: 504, body: { code: "run_timeout" } });
  });

  it("that goes round for ever without a wait leaves the runner to others, and can be cancelled or run out of time", async () => {
    const round = spell(
      { start: "Trigger In", or: "Or Gate", e: "Echo" },
      `
      start.trigger > or.trigger1
      or.trigger > e.trigger
      e.trigger > or.trigger2`,
      { settings: { maxVisits: 10_000_000 } },
    );
    const { run, user } = await saved(round);
    expect(await run({ timeoutMs: 50 })).toMatchObject({ status: 504, body: { code: "run_timeout" } });
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    const endless = run();
    const started = await tab.until(({ type }) => type === "run.started", "the start");
    const runId = "runId" in started ? started.runId : "";
    await user.ask(`/spells/demo/runs/${runId}`, { method: "DELETE" });
    expect(await endless).toMatchObject({ status: 409, body: { code: "cancelled", runId } });
  });

  it("with concurrency reject is refused while another runs, queue waits its turn, latest takes the place", async () => {
    const { run, user } = await saved(generate("!hang"));
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    const first = run();
    const started = await tab.until(
      (message) => message.type === "node.started" && message.nodeId === "g",
      "the first",
    );
    expect(await run({ concurrency: "reject" })).toMatchObject({ status: 409, body: { code: "rejected" } });
    const queued = run({ concurrency: "queue" });
    await tab.until(({ type }) => type === "run.queued", "the second in the queue");
    const latest = run({ concurrency: "latest" });
    expect(await first).toMatchObject({
      status: 409,
      body: { code: "cancelled", runId: "runId" in started ? started.runId : "" },
    });
    expect(await queued).toMatchObject({ status: 409, body: { code: "cancelled" } });
    const last = await tab.wait(
      () => tab.events.filter(({ type }) => type === "run.started").at(1),
      "the third",
    );
    await user.ask(`/spells/demo/runs/${"runId" in last ? last.runId : ""}`, { method: "DELETE" });
    expect(await latest).toMatchObject({ status: 409, body: { code: "cancelled" } });
    const ends = tab.events.filter(({ type }) => type === "run.cancelled");
    await tab.wait(
      () => tab.events.filter(({ type }) => type === "run.cancelled").length === 3 || ends.length === 3,
      "three ends",
    );
  });

  it("starts from the session's state, which a failed run leaves alone", async () => {
    const { run } = await saved(
      coded(
        "({ text }, data, state) => { if (text === 'fail') throw new Error(); return { out: state.seen ?? [], state: { seen: [...(state.seen ?? []), text] } } }",
      ),
    );
    await run({ inputs: { text: "a" } });
    await run({ inputs: { text: "fail" } });
    expect((await run({ inputs: { text: "b" } })).body).toMatchObject({
      outputs: { out: ["a"] },
      state: { seen: ["a", "b"] },
    });
    expect((await run({ inputs: { text: "c" }, state: { seen: ["given"] } })).body.outputs).toEqual({
      out: ["given"],
    });
  });

  it("keeps its state over an eviction", async () => {
    const { run, stub } = await saved(
      coded("({ text }, data, state) => ({ out: state.last ?? null, state: { last: text } })"),
    );
    await run({ inputs: { text: "a" } });
    await evictDurableObject(stub);
    expect((await run({ inputs: { text: "b" } })).body.outputs).toEqual({ out: "a" });
  });

  it("uses a new version of its spell, and of a sub-spell found by name, from the moment the writer is answered", async () => {
    const inner = (word: string): SpellDocument =>
      spell(
        {
          in: "Trigger In",
          e: { is: "Universal Input:x", data: { useDefault: true, defaultValue: word } },
          o: "Output:said",
        },
        `
        in.trigger > o.trigger
        e.output > o.input`,
        { id: "inner-id", name: "inner name" },
      );
    const outer = spell(
      {
        start: "Trigger In",
        s: {
          is: "Spell",
          data: { spellId: "inner name" },
          outputs: [
            { name: "said", type: "any" },
            { name: "trigger", type: "trigger" },
          ],
        },
        out: "Output:out",
      },
      `
      start.trigger > s.trigger
      s.trigger > out.trigger
      s.said > out.input`,
    );
    const { run, user } = await saved(outer, [inner("one")]);
    const first = (await run()).body;
    expect(first.outputs).toEqual({ out: "one" });
    for (const word of ["two", "three"]) {
      await user.ask("/spells/inner-id", { method: "PUT", body: inner(word) });
      expect((await run()).body.outputs).toEqual({ out: word });
    }
    const [plan, page] = await Promise.all(
      ["plan", "events"].map(async (part) =>
        bodyOf(await user.ask(`/spells/demo/runs/${first.runId}/${part}`)),
      ),
    );
    expect(replay(plan, page.events).end).toMatchObject({ type: "run.completed", outputs: { out: "one" } });
    const detail = await bodyOf(await user.ask(`/spells/demo/runs/${first.runId}`));
    expect(detail.spell).toEqual({ id: "demo", version: 1, uses: [{ id: "inner-id", version: 1 }] });
  });

  it("is replayed from the server's plan and events alone", async () => {
    const { run, user } = await saved(coded("({ text }) => ({ out: text.toUpperCase() })"));
    const { runId } = (await run({ inputs: { text: "abc" } })).body;
    const plan = await bodyOf(await user.ask("/spells/demo/versions/1/plan"));
    const { events } = eventPage.parse(await bodyOf(await user.ask(`/spells/demo/runs/${runId}/events`)));
    const again = replay(plan, events as RunEvent[]);
    const timeless = (list: RunEvent[]) =>
      list.map((event) => ({ ...event, seq: 0, at: 0, ...("ms" in event ? { ms: 0 } : {}) }));
    expect(timeless(again.events)).toEqual(timeless(events as RunEvent[]));
    expect(again.end).toMatchObject({ type: "run.completed", outputs: { out: "ABC" } });
  });
});

describe("a large value", () => {
  const big = coded("({ text }) => ({ out: text + text })");

  it("travels as a reference in events and whole in the answer, and no row or frame is large", async () => {
    const { run, user, stub } = await saved(big);
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    const text = "ü".repeat(200_000);
    const { body } = await run({ inputs: { text } });
    expect(body.outputs.out).toBe(text + text);
    const end = await tab.end(body.runId);
    const ref =
      "outputs" in end
        ? (end.outputs?.out as { $value: { id: string; bytes: number; preview: string } })
        : undefined;
    expect(ref).toMatchObject({ $value: { bytes: 800_002 } });
    const value = await user.ask(`/spells/demo/runs/${body.runId}/values/${ref?.$value.id}`);
    expect(await value.json()).toBe(text + text);
    expect((await user.ask(`/spells/demo/runs/${crypto.randomUUID()}/values/${ref?.$value.id}`)).status).toBe(
      404,
    );
    await runInDurableObject(stub, (_instance, state) => {
      const longest = (sql: string) => state.storage.sql.exec<{ n: number }>(sql).one().n;
      expect(longest("SELECT max(length(CAST(body AS BLOB))) AS n FROM journal")).toBeLessThanOrEqual(
        256 * 1024,
      );
      expect(longest("SELECT max(length(CAST(body AS BLOB))) AS n FROM chunks")).toBeLessThan(1024 * 1024);
    });
    expect(Math.max(...tab.frames.map((frame) => frame.length))).toBeLessThan(1024 * 1024);
  });

  it("of many middling members is put apart too", async () => {
    const { run, user } = await saved(
      coded(
        "() => ({ out: 1, state: Object.fromEntries(Array.from({ length: 30 }, (_, i) => ['k' + i, 'x'.repeat(30000)])) })",
      ),
    );
    const { body } = await run({ inputs: { text: "x" } });
    expect(Object.keys(body.state)).toHaveLength(30);
    const { events } = eventPage.parse(
      await bodyOf(await user.ask(`/spells/demo/runs/${body.runId}/events`)),
    );
    for (const event of events) expect(JSON.stringify(event).length).toBeLessThanOrEqual(256 * 1024);
  });

  it("that a user made up to look like a reference is a value like any other", async () => {
    const { run, user } = await saved(coded("({ text }) => ({ out: text })"));
    const forged = { $value: { id: "1-1", bytes: 3, preview: "no" } };
    const { body } = await run({ inputs: { text: forged } });
    expect(body.outputs.out).toEqual(forged);
    const { events } = eventPage.parse(
      await bodyOf(await user.ask(`/spells/demo/runs/${body.runId}/events`)),
    );
    const end = events.at(-1) as unknown as { outputs: { out: { $value: { id: string } } } };
    const value = await user.ask(`/spells/demo/runs/${body.runId}/values/${end.outputs.out.$value.id}`);
    expect(await value.json()).toEqual(forged);
  });

  it("of more than a call between Workers takes comes by reference in the answer", async () => {
    const code =
      "(inputs, data, state) => ({ out: 1, state: { ['part' + Object.keys(state).length]: 'x'.repeat(900_000) } })";
    const { run, user } = await saved(coded(code));
    let answer = await run({ inputs: { text: "x" } });
    for (let i = 0; i < 9; i++) answer = await run({ inputs: { text: "x" } });
    expect(answer.status).toBe(200);
    const ref = answer.body.state.part0.$value ?? answer.body.state.$value;
    expect(ref).toMatchObject({ bytes: 900_002 });
    const value = await user.ask(`/spells/demo/runs/${answer.body.runId}/values/${ref.id}`);
    expect(await value.json()).toBe("x".repeat(900_000));
  });
});
