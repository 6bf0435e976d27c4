/** A runner's storage that refuses, rows that the deployed database would refuse, objects reset in a write, sockets that throw. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { Connections } from "../../src/actor/connections.ts";
import { RunnerParts } from "../../src/actor/runner-parts.ts";
import type { Env } from "../../src/env.ts";
import { isRunEnded } from "../../src/protocol/events.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { faultTable } from "../helpers/fault-table.ts";
import { held } from "../helpers/provider.ts";
import { cutOff, demoRunner } from "../helpers/runners.ts";
import { any, spell } from "../helpers/spells.ts";
import { bytesOf, maxRowBytes, watchedState } from "../helpers/watched-state.ts";

const env = bindings as unknown as Env;
const row = faultTable();

let count = 0;
async function saved(document: SpellDocument) {
  const user = userNamed(`trust-storage-${(count += 1)}`);
  expect((await user.ask("/spells/demo", { method: "PUT", body: document })).status).toBe(201);
  return { user, stubOf: () => demoRunner(user.name) };
}

/** Gives back what it gets, as output and in the state. */
const keeping = spell(
  {
    start: "Trigger In",
    text: { is: "Universal Input", data: { name: "text" } },
    c: {
      is: "Code",
      data: { code: "(inputs, data, state) => ({ out: inputs.in[0], state: { kept: inputs.in[0] } })" },
      inputs: [any("in")],
      outputs: [any("out")],
    },
    out: "Output:out",
  },
  `start.trigger > c.trigger
   text.output > c.in
   c.trigger > out.trigger
   c.out > out.input`,
);
const plain = spell(
  { start: "Trigger In", text: { is: "Universal Input", data: { name: "text" } }, out: "Output:out" },
  `start.trigger > out.trigger
   text.output > out.input`,
);
const waiting = (prompt: string) =>
  spell(
    { start: "Trigger In", g: { is: "Generator", data: { fewshot: prompt } }, out: "Output:out" },
    `start.trigger > g.trigger
     g.trigger > out.trigger
     g.result > out.input`,
  );

const keys = (n: number, value: string): JsonObject =>
  Object.fromEntries([["text", "x"], ...Array.from({ length: n }, (_, i) => [`key${i}`, value])]);

/** What fills a row: one text of many bytes, many small keys, deep lists, characters of three and four bytes. */
const heavy: Record<string, JsonObject> = {
  "3 MB of letters": { text: "x".repeat(3_000_000) },
  "2 MB of three bytes each": { text: "€".repeat(700_000) },
  "pairs of surrogates": { text: "😀".repeat(600_000) },
  "20 000 keys": keys(20_000, "v".repeat(20)),
  "values below the size at which one goes apart": keys(15, "y".repeat(200_000)),
  "a long name": { ["n".repeat(300_000)]: "z".repeat(300_000), text: 1 },
  "a value that looks like a reference": { text: { $value: { id: "1-1", bytes: 5, preview: "" } } },
};

row(
  "Values of any size",
  "no row that a runner writes is larger than production takes (2 MB), and all is given back",
  async () => {
    let cases = 0;
    for (const document of [plain, keeping]) {
      const { stubOf } = await saved(document);
      await runInDurableObject(stubOf(), async (_, state) => {
        let largest = { bytes: 0, sql: "" };
        let statements = 0;
        const watched = watchedState(state, (statement) => {
          statements += 1;
          const bytes = bytesOf(statement);
          if (bytes > largest.bytes) largest = { bytes, sql: statement.sql };
        });
        const parts = new RunnerParts(watched, env);
        for (const [name, inputs] of Object.entries(heavy)) {
          cases += 1;
          const answer = await parts.answers.run(
            { inputs, state: { before: inputs } },
            { idempotency: { key: name, fingerprint: name } },
          );
          const told = answer.ok ? "ok" : answer.error.code;
          // What is too large for the sandbox or a record is told so, and written as the run's end.
          expect([name, told]).toEqual([
            name,
            expect.stringMatching(/^(?:ok|too_large|output_limit|sandbox_limit)$/),
          ]);
        }
        // What waits for its turn, what a webhook brings, and what another spell pushes.
        const many = Array.from({ length: 6 }, () => ({
          inputs: { text: "q".repeat(400_000) },
          concurrency: "queue" as const,
        }));
        await Promise.all(many.map((request) => parts.answers.run(request)));
        expect(statements).toBeGreaterThan(100);
        expect([largest.sql, largest.bytes < maxRowBytes]).toEqual([largest.sql, true]);
        for (const { runId } of parts.runs.list(100, undefined, undefined).runs)
          expect(parts.store.eventsOf(runId).filter((event) => isRunEnded(event)).length).toBe(1);
      });
    }
    return cases;
  },
);

const full = () => new Error("database or disk is full: SQLITE_FULL");
const tooBig = () => new Error("string or blob too big: SQLITE_TOOBIG");
const ioError = () => new Error("disk I/O error: SQLITE_IOERR");

row(
  "Storage refuses any one write of a run (full, too big, I/O error)",
  "the turn is written whole or not at all, and whoever comes next finds a runner that works",
  async () => {
    const errors = vi.spyOn(console, "error").mockImplementation(() => {});
    let cases = 0;
    for (const failure of [full, tooBig, ioError])
      for (let n = 1; n <= 3; n++) {
        cases += 1;
        const { user, stubOf } = await saved(plain);
        const outcome = await runInDurableObject(stubOf(), async (_, state) => {
          let writes = 0;
          let isReady = false;
          const watched = watchedState(state, ({ sql }) => {
            if (!isReady || !/^\s*INSERT/.test(sql)) return;
            if ((writes += 1) === n) throw failure();
          });
          const parts = new RunnerParts(watched, env);
          await parts.spell.get();
          isReady = true;
          const answer = await parts.answers.run({ inputs: { text: "x" } }).catch((error: unknown) => error);
          return { answer, writes };
        }).catch((error: unknown) => ({ aborted: error }));
        const rows = await runInDurableObject(stubOf(), (_, { storage: { sql } }) =>
          sql.exec("SELECT run_id FROM runs UNION ALL SELECT run_id FROM journal").toArray(),
        );
        const where = [failure().message, n];
        if ("aborted" in outcome) {
          // The object is gone with what it had written of the turn.
          expect([where, String(outcome.aborted)]).toEqual([
            where,
            expect.stringContaining("could not be written"),
          ]);
          expect([where, rows]).toEqual([where, []]);
        } else expect([where, outcome.writes < n, rows.length]).toEqual([where, true, 2]);
        const again = await user.ask("/spells/demo/run", { body: { inputs: { text: "again" } } });
        expect(await bodyOf(again)).toMatchObject({ outputs: { out: "again" } });
      }
    expect(errors.mock.calls.some(([line]) => String(line).includes("SQLITE"))).toBe(true);
    vi.restoreAllMocks();
    return cases;
  },
);

row(
  "Storage refuses the write behind a service's answer",
  "the run does not hang in memory: it goes on from its journal, to one end",
  async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const prompt = `storage ${Math.random()}`;
    const { user, stubOf } = await saved(waiting(prompt));
    const outcome = await runInDurableObject(stubOf(), async (_, state) => {
      let failAfter = false;
      const watched = watchedState(state, ({ sql }) => {
        if (failAfter && /^\s*INSERT INTO journal/.test(sql)) throw full();
      });
      const parts = new RunnerParts(watched, env);
      await parts.spell.get();
      const answer = parts.answers.run({});
      failAfter = true;
      return await answer;
    }).catch((error: unknown) => String(error));
    expect(outcome).toContain("could not be written");
    const [{ runId }] = (await bodyOf(await user.ask("/spells/demo/runs"))).data;
    const run = await vi.waitFor(async () => {
      const found = await bodyOf(await user.ask(`/spells/demo/runs/${runId}`));
      expect(found.status).toBe("completed");
      return found;
    });
    expect(run.outputs.out).toContain(prompt);
    vi.restoreAllMocks();
  },
);

row(
  "An object is reset at chosen points of a run (and at every commit: see actor/crashes.property)",
  "the run comes to one end, its node is asked again under the same key, no seq is given twice",
  async () => {
    const points = ["held by its provider", "before its first event", "right behind its end"] as const;
    for (const point of points) {
      const prompt =
        point === "held by its provider" ? `!hang:1 reset ${Math.random()}` : `reset ${Math.random()}`;
      const { user, stubOf } = await saved(waiting(prompt));
      const asked = user.ask("/spells/demo/run", { body: {} }).catch(() => null);
      if (point === "held by its provider") await held(prompt);
      else if (point === "right behind its end") await asked;
      await cutOff(stubOf());
      await asked;
      await runDurableObjectAlarm(stubOf());
      const { data } = await bodyOf(await user.ask("/spells/demo/runs"));
      // One that was not begun is not there, and its caller was told so.
      expect(data.length).toBeLessThanOrEqual(1);
      for (const { runId } of data) {
        await vi.waitFor(async () =>
          expect((await bodyOf(await user.ask(`/spells/demo/runs/${runId}`))).status).toBe("completed"),
        );
        const { events } = await bodyOf(await user.ask(`/spells/demo/runs/${runId}/events`));
        expect(
          events.filter((event: { type: string }) => /^run\.(?:completed|failed)/.test(event.type)),
        ).toHaveLength(1);
        const seqs = events.map(({ seq }: { seq: number }) => seq);
        expect(new Set(seqs).size).toBe(seqs.length);
      }
    }
    return points.length;
  },
);

row(
  "A socket throws when it is written to, or when it is closed",
  "the others get every event, and the broken one is forgotten",
  () => {
    const sent: Record<string, string[]> = { a: [], b: [] };
    const socket = (name: string) => {
      const attachment = { expiresAt: 1e15, isLive: true };
      return {
        send: (text: string) => {
          if (name === "broken") throw new TypeError("Can't call WebSocket send() after close().");
          sent[name]?.push(text);
        },
        close: () => {
          if (name === "broken") throw new TypeError("Can't call WebSocket close().");
        },
        serializeAttachment: () => {},
        deserializeAttachment: () => attachment,
      } as unknown as WebSocket;
    };
    const sockets = [socket("a"), socket("broken"), socket("b")];
    const ctx = {
      getWebSockets: () => sockets,
      acceptWebSocket: () => {},
      setWebSocketAutoResponse: () => {},
    };
    const connections = new Connections(ctx, { until: () => () => {} }, () => 1);
    const event = (seq: number) => ({ seq, at: 1, json: `{"seq":${seq}}`, length: 9 });
    connections.broadcast([event(1)]);
    connections.broadcast([event(2)]);
    connections.broadcastDelta({ type: "node.delta", runId: "r", nodeId: "n", visit: "1", delta: "d" });
    connections.closeAll(4404, "gone");
    for (const texts of Object.values(sent)) expect(texts.slice(0, 2)).toEqual(['{"seq":1}', '{"seq":2}']);
    expect(sent.a).toHaveLength(3);
    expect(connections.size).toBe(0);
    return 4;
  },
);
