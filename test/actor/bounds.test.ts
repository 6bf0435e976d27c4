/** What a hostile or careless caller tried: each is bounded, and the runner goes on. */
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { eventPage } from "../../src/protocol/events.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { demoRunner } from "../helpers/runners.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { spell } from "../helpers/spells.ts";

let count = 0;

async function saved(document: SpellDocument) {
  const user = userNamed(`bounds-${(count += 1)}`);
  expect((await user.ask("/spells/demo", { method: "PUT", body: document })).status).toBe(201);
  const run = async (body: unknown = {}) => {
    const answer = await user.ask("/spells/demo/run", { body });
    return { status: answer.status, body: await bodyOf(answer) };
  };
  const stub = demoRunner(user.name);
  return { user, run, stub };
}

const any = (name: string) => ({ name, type: "any" }) as const;

const looped = (code: string) =>
  spell(
    {
      s: "Trigger In",
      l: "Universal Input:l",
      f: "ForEach",
      c: { is: "Code", data: { code }, outputs: [any("out")] },
      o: { is: "Universal Input:o", data: { text: "x" } },
      out: "Output:out",
    },
    `
  s.trigger > f.act1
  l.output > f.array
  f.act > c.trigger
  f.done > out.trigger
  o.output > out.input`,
  );

const items = (n: number) => ({ inputs: { l: Array.from({ length: n }, (_, i) => i) } });

const coded = (code: string, rest: Partial<SpellDocument> = {}) =>
  spell(
    { s: "Trigger In", c: { is: "Code", data: { code }, outputs: [any("out")] }, out: "Output:out" },
    `
  s.trigger > c.trigger
  c.trigger > out.trigger
  c.out > out.input`,
    rest,
  );

describe("bounds", () => {
  it("thousands of small keys are put apart together", async () => {
    const { run, stub } = await saved(
      coded("(inputs, data, state) => ({ out: Object.keys(state).length, state })"),
    );
    const many = Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`key${i}`, i]));
    expect((await run({ inputs: many, state: many })).body.outputs).toEqual({ out: 30_000 });
    await runInDurableObject(stub, (_instance, { storage: { sql } }) => {
      const one = (query: string) => sql.exec<{ n: number }>(query).one().n;
      expect(one("SELECT max(length(CAST(body AS BLOB))) AS n FROM journal")).toBeLessThanOrEqual(256 * 1024);
      expect(one("SELECT count(*) AS n FROM chunks")).toBeLessThan(50);
    });
  });

  it("user code in a loop leaves room for the timeout", async () => {
    const { run } = await saved(
      looped("() => { let x = 0; for (let i = 0; i < 500000; i++) x += i; return { out: x } }"),
    );
    expect(await run({ ...items(500), timeoutMs: 100 })).toMatchObject({
      status: 504,
      body: { code: "run_timeout" },
    });
  });

  it("a state that doubles ends with output_limit, and the runner with little more than before", async () => {
    const { run } = await saved(
      spell(
        {
          s: "Trigger In",
          l: "Universal Input:l",
          f: "ForEach",
          r: { is: "State Read", outputs: [any("l")] },
          w: { is: "State Write", inputs: [any("l")] },
        },
        `
      s.trigger > f.act1
      l.output > f.array
      f.act > w.trigger
      r.l > w.l`,
        { state: { l: ["x"] } },
      ),
    );
    expect(await run(items(40))).toMatchObject({
      status: 422,
      body: { code: "output_limit", nodeId: "w" },
    });
    expect(await run(items(3))).toMatchObject({ status: 200 });
  });

  it("a page of events ends before it is too large for a call, and says where to go on", async () => {
    const { run, user } = await saved(looped("() => ({ out: 'x'.repeat(250000) })"));
    const { body } = await run(items(60));
    const seqs: number[] = [];
    let pages = 0;
    for (let after = 0; ; pages++) {
      const page = eventPage.parse(
        await bodyOf(await user.ask(`/spells/demo/runs/${body.runId}/events?after=${after}&limit=1000`)),
      );
      seqs.push(...page.events.map(({ seq }) => seq));
      if (page.next === undefined) break;
      after = page.next;
    }
    expect(pages).toBeGreaterThan(0);
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, i) => i + 1));
    // The same as a stream comes whole, to its terminal event.
    const stream = await user.ask(`/spells/demo/runs/${body.runId}/events`, {
      headers: { accept: "text/event-stream" },
    });
    const text = await stream.text();
    expect(text.match(/^id: /gm)).toHaveLength(seqs.length);
    expect(text).toMatch(/event: run\.completed\n/);
  });

  it("a gap above 16 MB, or a lastSeq beyond all, is told as a snapshot below 1 MB", async () => {
    const { run, user } = await saved(looped("() => ({ out: 'x'.repeat(250000) })"));
    await run(items(80));
    const tab = await TestConnection.open(user, "demo");
    await tab.hello(0);
    expect(await tab.until(({ type }) => type === "replay", "the snapshot")).toMatchObject({
      snapshot: { runs: [{ status: "completed" }] },
    });
    await tab.hello(Number.MAX_SAFE_INTEGER);
    await tab.wait(() => tab.messages.filter(({ type }) => type === "replay").length === 2, "the other");
    expect(Math.max(...tab.frames.map(({ length }) => length))).toBeLessThan(1024 * 1024);
  });

  it("the messages of an array count one by one", async () => {
    const { user } = await saved(coded("() => ({})"));
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    for (let i = 0; i < 5; i++)
      tab.socket.send(
        JSON.stringify(Array.from({ length: 1000 }, () => ({ type: "cancel", runId: "none" }))),
      );
    await tab.until((message) => message.type === "error" && message.code === "rate_limited", "the limit");
    tab.socket.send("ping");
    await tab.wait(() => tab.frames.includes("pong"), "pong");
    expect(
      tab.messages.filter((message) => message.type === "error" && message.code === "not_found").length,
    ).toBeLessThan(2000);
  });

  it("a spell made anew after it was deleted has a state of its own", async () => {
    const { run, user } = await saved(coded("() => ({ state: { secret: 1 } })"));
    await run();
    expect((await user.ask("/spells/demo", { method: "DELETE" })).status).toBeLessThan(300);
    const fresh = coded("(inputs, data, state) => ({ out: state })", { state: { fresh: true } });
    expect((await user.ask("/spells/demo", { method: "PUT", body: fresh })).status).toBe(201);
    expect((await run()).body.outputs).toEqual({ out: { fresh: true } });
  });

  it("a key of the state that fits nowhere fails its node", async () => {
    const { run } = await saved(coded("() => ({ state: { ['/'.repeat(100000)]: 1 } })"));
    expect(await run()).toMatchObject({ status: 422, body: { code: "node_failed", nodeId: "c" } });
  });

  it("ids that no address can name, and the key __proto__, are refused", async () => {
    const user = userNamed("bounds-names");
    const made = await user.ask("/spells", { body: { ...coded("() => ({})"), id: ".." } });
    expect(made.status).toBe(400);
    const proto =
      '{"format":"spellrunner@1","name":"x","nodes":{"__proto__":{"component":"Echo","position":[0,0],"data":{}}},"edges":{}}';
    for (const body of [proto, proto.replace("__proto__", "\\u005f_proto__")]) {
      const answer = await user.ask("/spells/p", { method: "PUT", body });
      expect(answer.status).toBe(400);
      expect(await bodyOf(answer)).toMatchObject({
        code: "bad_request",
        detail: expect.stringContaining("__proto__"),
      });
    }
  });
});
