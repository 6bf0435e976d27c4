/** Clocks that jump or stand still, and alarms that come late, twice, early or never. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, vi } from "vitest";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { faultTable } from "../helpers/fault-table.ts";
import { held, requestsWith } from "../helpers/provider.ts";
import { cutOff, demoRunner } from "../helpers/runners.ts";
import { spell } from "../helpers/spells.ts";

const row = faultTable();
const hourMs = 3_600_000;

/** Moves every clock of this isolate, so also that of the runners, by so much from now on. */
function jump(ms: number): void {
  const real = Date.now.bind(Date);
  vi.restoreAllMocks();
  const at = real();
  vi.spyOn(Date, "now").mockImplementation(() => at + ms + (performanceNow() - began));
  const began = performanceNow();
}
const performanceNow = (): number => performance.now();
const freeze = (): void => {
  const at = Date.now();
  vi.spyOn(Date, "now").mockImplementation(() => at);
};
const back = (): void => void vi.restoreAllMocks();

let count = 0;
async function saved(document: SpellDocument) {
  const user = userNamed(`trust-time-${(count += 1)}`);
  expect((await user.ask("/spells/demo", { method: "PUT", body: document })).status).toBe(201);
  return { user, stubOf: () => demoRunner(user.name) };
}

const asking = (prompt: string, settings = {}) =>
  spell(
    { start: "Trigger In", g: { is: "Generator", data: { fewshot: prompt }, settings }, out: "Output:out" },
    `start.trigger > g.trigger
     g.trigger > out.trigger
     g.result > out.input`,
  );
const human = (timeoutMs?: number) =>
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

interface Told {
  type: string;
  seq: number;
  nodeId?: string;
}
async function eventsOf(user: ReturnType<typeof userNamed>, runId: string): Promise<Told[]> {
  return (await bodyOf(await user.ask(`/spells/demo/runs/${runId}/events`))).events as Told[];
}

/** One end, and every seq once and growing, whatever the clock said. */
function expectWhole(events: Told[], end = "run.completed"): void {
  const ends = events.filter(({ type }) => /^run\.(?:completed|failed|cancelled|interrupted)$/.test(type));
  expect(ends.map(({ type }) => type)).toEqual([end]);
  expect(ends[0]).toBe(events.at(-1));
  const seqs = events.map(({ seq }) => seq);
  expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
}

row(
  "The clock jumps by hours, forward or back, while a provider holds a run",
  "one end, seqs in order; forward at most the run's own timeout",
  async () => {
    for (const by of [5 * hourMs, -5 * hourMs]) {
      const prompt = `!slow jump ${Math.random()}`;
      const { user, stubOf } = await saved(asking(prompt));
      // Not by a connection: its token would end with the jump.
      const asked = stubOf().run({});
      await held(prompt);
      jump(by);
      const answer = await asked;
      back();
      // Time went by as far as anybody can tell: then the run's time may be over. Back, it has time left.
      const told = answer.ok ? "ok" : answer.error.code;
      expect(by > 0 ? ["ok", "run_timeout", "provider_timeout"] : ["ok"]).toContain(told);
      const [{ runId }] = (await bodyOf(await user.ask("/spells/demo/runs"))).data;
      expectWhole(await eventsOf(user, runId), answer.ok ? "run.completed" : "run.failed");
      const next = await user.ask("/spells/demo/run", { body: {} });
      expect(next.status).toBe(200);
    }
    return 2;
  },
);

row(
  "The clock jumps between two runs, and ids are made in between",
  "newest first is still the order in which they came",
  async () => {
    const { user } = await saved(
      spell(
        { start: "Trigger In", text: { is: "Universal Input", data: { name: "text" } }, out: "Output:o" },
        `start.trigger > out.trigger
       text.output > out.input`,
      ),
    );
    const ids: string[] = [];
    const stub = demoRunner(user.name);
    for (const by of [0, 3 * hourMs, -3 * hourMs, 0]) {
      jump(by);
      const answer = await stub.run({ inputs: { text: "x" } });
      if (answer.ok) ids.push(answer.runId);
    }
    back();
    const { data } = await bodyOf(await user.ask("/spells/demo/runs"));
    expect(data.map(({ runId }: { runId: string }) => runId)).toEqual(ids.toReversed());
    expect(new Set(ids).size).toBe(4);
    return 4;
  },
);

row(
  "The clock jumps between an alarm and the next",
  "a question ends by its own time once it is over, never twice",
  async () => {
    const { user, stubOf } = await saved(human(2 * hourMs));
    const taken = await bodyOf(await user.ask("/spells/demo/run", { body: {} }));
    await evictDurableObject(stubOf());
    jump(-3 * hourMs);
    await runDurableObjectAlarm(stubOf());
    back();
    expect((await bodyOf(await user.ask(`/spells/demo/runs/${taken.runId}`))).status).toBe("waiting");
    jump(3 * hourMs);
    // The platform's alarm is on its own clock: this is it, come in time.
    await runInDurableObject(stubOf(), (runner) => runner.alarm());
    await runInDurableObject(stubOf(), (runner) => runner.alarm());
    back();
    const events = await eventsOf(user, taken.runId);
    expectWhole(events, events.at(-1)?.type);
    const ends = events.filter(
      ({ type, nodeId }) => nodeId === "ask" && /^node\.(?:failed|completed)$/.test(type),
    );
    expect(ends).toHaveLength(1);
    return 2;
  },
);

row(
  "The clock stands still (as deployed ones do between I/O)",
  "loops end by counted budgets (user code by counted steps: actor/sandbox/limits)",
  async () => {
    const endless: [string, SpellDocument, RegExp][] = [
      [
        "a loop of nodes",
        spell(
          {
            start: "Trigger In",
            a: "Echo",
            b: "Echo",
            text: { is: "Universal Input", data: { name: "t", text: "x" } },
          },
          `start.trigger > a.trigger
         text.output > a.source
         text.output > b.source
         a.trigger > b.trigger
         b.trigger > a.trigger`,
          { settings: { maxVisits: 5000 } },
        ),
        /budget_exceeded/,
      ],
    ];
    for (const [name, document, code] of endless) {
      const { user } = await saved(document);
      freeze();
      const answer = await demoRunner(user.name).run({});
      back();
      expect([name, answer]).toEqual([
        name,
        expect.objectContaining({
          ok: false,
          error: expect.objectContaining({ code: expect.stringMatching(code) }),
        }),
      ]);
      const { data } = await bodyOf(await user.ask("/spells/demo/runs"));
      expect(data).toHaveLength(1);
    }
    return endless.length;
  },
);

row(
  "An alarm comes twice, early, or with nothing to do",
  "nothing happens twice, and what waits is armed again",
  async () => {
    const prompt = `!hang:1 alarms ${Math.random()}`;
    const { user, stubOf } = await saved(asking(prompt));
    const asked = user.ask("/spells/demo/run", { body: {} }).catch(() => null);
    await held(prompt);
    // Early: the run is in the middle of its work.
    for (let i = 0; i < 3; i++) await runInDurableObject(stubOf(), (runner) => runner.alarm());
    expect(await requestsWith(prompt)).toHaveLength(1);
    const armed = await runInDurableObject(stubOf(), (_, { storage }) => storage.getAlarm());
    expect(armed).not.toBeNull();
    await cutOff(stubOf());
    await asked;
    // Twice, at once and one after the other.
    await runInDurableObject(stubOf(), (runner) => Promise.all([runner.alarm(), runner.alarm()]));
    await runInDurableObject(stubOf(), (runner) => runner.alarm());
    const [{ runId }] = (await bodyOf(await user.ask("/spells/demo/runs"))).data;
    await vi.waitFor(async () =>
      expect((await bodyOf(await user.ask(`/spells/demo/runs/${runId}`))).status).toBe("completed"),
    );
    const events = await eventsOf(user, runId);
    expectWhole(events);
    expect(events.filter(({ type }) => type === "run.resumed")).toHaveLength(1);
    expect(await requestsWith(prompt)).toHaveLength(2);
    // With nothing to do it ends for good.
    await runInDurableObject(stubOf(), (runner) => runner.alarm());
    return 4;
  },
);

row("An alarm comes hours late", "the cut-off run goes on with the time that it had left", async () => {
  const prompt = `!hang:1 late ${Math.random()}`;
  const { user, stubOf } = await saved(asking(prompt));
  const asked = user.ask("/spells/demo/run", { body: {} }).catch(() => null);
  await held(prompt);
  await cutOff(stubOf());
  await asked;
  jump(6 * hourMs);
  await runInDurableObject(stubOf(), (runner) => runner.alarm());
  const [{ runId }] = JSON.parse(((await stubOf().listRuns({ limit: 1 })) as { json: string }).json).data;
  await vi.waitFor(async () => {
    const found = (await stubOf().getRun(runId)) as { json: string };
    expect(JSON.parse(found.json).status).toBe("completed");
  });
  back();
  expectWhole(await eventsOf(user, runId));
});

row("An alarm is lost", "the next start of the object arms it again, whatever wakes it", async () => {
  const { user, stubOf } = await saved(human(2 * hourMs));
  const { runId } = await bodyOf(await user.ask("/spells/demo/run", { body: {} }));
  const wanted = await runInDurableObject(stubOf(), (_, { storage }) => storage.getAlarm());
  expect(wanted).not.toBeNull();
  await runInDurableObject(stubOf(), (_, { storage }) => storage.deleteAlarm());
  await evictDurableObject(stubOf());
  await user.ask("/spells/demo/runner");
  const again = await runInDurableObject(stubOf(), (_, { storage }) => storage.getAlarm());
  expect(again).toBe(wanted);
  await user.ask(`/spells/demo/runs/${runId}`, { method: "DELETE" });
});
