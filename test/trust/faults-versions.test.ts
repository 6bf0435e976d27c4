/** Two versions of the code at once, in the runtime: calls of an earlier release, rows that it wrote, tables that it made. */
import { runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { managerName, runnerName } from "../../src/actor/address.ts";
import { managerSteps, migrate, runnerSteps } from "../../src/actor/migrations.ts";
import type { ManagerRpc, RunnerRpc } from "../../src/actor/rpc.ts";
import { replay } from "../../src/engine/index.ts";
import type { Env } from "../../src/env.ts";
import type { RunEvent } from "../../src/protocol/events.ts";
import { eventPage, stampedEvent } from "../../src/protocol/events.ts";
import answers from "../fixtures/rpc-answers.json";
import old from "../fixtures/old-journal.json";
import { oldSpell } from "../fixtures/old-journal.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { faultTable } from "../helpers/fault-table.ts";
import { calledSpell, callsOf } from "../helpers/rpc-calls.ts";
import { cutOff, demoRunner } from "../helpers/runners.ts";
import { lostIn, type Sketch, sketchOf } from "../helpers/sketch.ts";

const env = bindings as unknown as Env;
const row = faultTable();
let count = 0;
const fresh = () => userNamed(`trust-versions-${(count += 1)}`);

row(
  "A Worker of the previous release calls the actors and services of this one",
  "its arguments are taken, and it finds in each answer what it looks for",
  async () => {
    const user = fresh();
    await user.ask("/spells/demo", { method: "PUT", body: calledSpell });
    const name = runnerName({ caller: user.name, owner: user.name, spellId: "demo", session: "main" });
    const runner = (): RunnerRpc => env.SPELL_RUNNER.getByName(name);
    const manager: ManagerRpc = env.SPELL_MANAGER.getByName(managerName(user.name));
    const told: Record<string, Sketch> = {};
    for (const [called, ask] of await callsOf(user.name, runner, manager, env))
      told[called] = sketchOf(await ask());
    const expected = answers as Record<string, Sketch>;
    // Whoever means to write them down anew finds them in this line.
    if (Object.keys(told).join() !== Object.keys(expected).join())
      throw new Error(`rpc-answers ${JSON.stringify(told)}`);
    for (const [called, sketch] of Object.entries(expected))
      expect([called, lostIn(sketch, told[called] ?? "nothing")]).toEqual([called, []]);
    return Object.keys(expected).length;
  },
);

row("The comparison itself", "sees a lost field, another type, and lets fields more pass", () => {
  const before = sketchOf({ ok: true, json: JSON.stringify({ a: [{ b: 1 }] }) });
  expect(
    lostIn(before, sketchOf({ ok: true, json: JSON.stringify({ a: [{ b: 2, c: 1 }] }), more: 1 })),
  ).toEqual([]);
  expect(lostIn(before, sketchOf({ ok: true, json: JSON.stringify({ a: [{ b: "2" }] }) }))).toEqual([
    ".json.(json).a[].b: number",
  ]);
  expect(lostIn(before, sketchOf({ json: "[]" }))).toHaveLength(2);
  return 3;
});

const tablesOf = (sql: SqlStorage): string[] =>
  sql
    .exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'",
    )
    .toArray()
    .map(({ name }) => name);

/** A runner whose tables and rows are those that release 0.1.0 made, its moments moved to now. */
async function withOldRows(more: { afterSeq: number; runId: string; event: object }[] = []) {
  const user = fresh();
  await user.ask("/spells/demo", { method: "PUT", body: oldSpell("of now") });
  const { data } = await bodyOf(await user.ask("/spells"));
  const { createdAt } = data[0] as { createdAt: number };
  const moved = Date.now() - 1_795_781_113_688;
  const inTime = (text: string): string =>
    text.replaceAll(/\b17957811\d{5}\b/g, (at) => String(Number(at) + moved));
  const letters = JSON.stringify("x".repeat(300_000));
  const stubOf = () => demoRunner(user.name);
  await runInDurableObject(stubOf(), (_, { storage: { sql } }) => {
    for (const table of tablesOf(sql)) sql.exec(`DROP TABLE ${table}`);
    // As that release had them: what came since is added by the object that starts next.
    migrate(sql, runnerSteps.slice(0, old.migrations.length));
    for (const [table, rows] of Object.entries(old)) {
      sql.exec(`DELETE FROM ${table}`);
      for (const line of rows as Record<string, unknown>[]) {
        const values = Object.entries(line).map(([column, value]): SqlStorageValue => {
          if (column === "body" && typeof value === "object")
            return Number(line["place"]) === 0 ? letters.slice(0, 262_144) : letters.slice(262_144);
          if (line["id"] === "session-spell" && column === "body") return String(createdAt);
          return typeof value === "string" || (typeof value === "number" && value > 1e12)
            ? typeof value === "string"
              ? inTime(value)
              : Number(inTime(String(value)))
            : (value as SqlStorageValue);
        });
        sql.exec(
          `INSERT INTO ${table} (${Object.keys(line).join()}) VALUES (${values.map(() => "?").join()})`,
          ...values,
        );
      }
    }
    for (const { afterSeq, runId, event } of more) {
      const [found] = sql
        .exec<{ first_seq: number; body: string }>(
          "SELECT first_seq, body FROM journal WHERE run_id = ? AND ? BETWEEN first_seq AND last_seq",
          runId,
          afterSeq,
        )
        .toArray();
      const lines = (found?.body ?? "").split("\n");
      const at = lines.findIndex((line) => line.startsWith(`{"seq":${afterSeq},`));
      // In the place of an event that a later release writes otherwise.
      lines[at] = JSON.stringify({ seq: afterSeq, at: Date.now(), ...event, runId });
      sql.exec("UPDATE journal SET body = ? WHERE first_seq = ?", lines.join("\n"), found?.first_seq ?? 0);
    }
  });
  // The object that starts next finds them.
  await cutOff(stubOf());
  return {
    user,
    stubOf,
    statusOf: async (runId: string) =>
      (await bodyOf(await user.ask(`/spells/demo/runs/${runId}`))).status as string,
  };
}

const [looped, failed, asking, cut] = old.runs.map(({ run_id }) => run_id) as [
  string,
  string,
  string,
  string,
];

row(
  "A journal that the previous release wrote",
  "is listed, paged, given as a gap and replayed; what was cut off goes on, what waits is answered, what failed is resumed",
  async () => {
    const { user, statusOf } = await withOldRows();
    expect(await statusOf(looped)).toBe("completed");
    expect(await statusOf(failed)).toBe("failed");
    await vi.waitFor(async () => expect(await statusOf(cut)).toBe("completed"));
    const tab = await TestConnection.open(user, "demo");
    await tab.hello(0);
    const end = await tab.wait(
      () => tab.events.find((event) => event.type === "run.completed" && event.runId === cut),
      "the end",
    );
    expect(end).toMatchObject({ outputs: { out: expect.stringContaining("of now") } });
    expect(tab.events[0]).toMatchObject({ seq: 1, type: "run.started", runId: looped });
    tab.say({ type: "answer", runId: asking, nodeId: "question", visit: "1", value: "yes" });
    await tab.wait(
      () => tab.events.find((event) => event.type === "run.completed" && event.runId === asking),
      "the answer's end",
    );
    tab.close();
    const { events } = eventPage.parse(await bodyOf(await user.ask(`/spells/demo/runs/${looped}/events`)));
    const whole: RunEvent[] = [];
    const large = JSON.stringify("x".repeat(300_000));
    for (const event of events)
      whole.push(JSON.parse(JSON.stringify(event).replaceAll(/\{"\$value":\{[^}]*\}\}/g, large)) as RunEvent);
    const plan = await bodyOf(await user.ask(`/spells/demo/runs/${looped}/plan`));
    expect(replay(plan, whole).end).toMatchObject({ type: "run.completed" });
    const resumed = await user.ask(`/spells/demo/runs/${failed}/resume`, { method: "POST" });
    expect(resumed.status).toBe(201);
    const forked = await user.ask(`/spells/demo/runs/${looped}/fork`, { body: { fromNode: "done" } });
    const { runId } = await bodyOf(forked);
    await vi.waitFor(async () => expect(await statusOf(runId)).toBe("completed"));
    return 8;
  },
);

row(
  "A journal has events of a later release (after a rollback)",
  "the runner stays reachable; a cut-off run ends once, as journal_mismatch; lists, gaps and pages pass them on",
  async () => {
    const invented = { type: "node.invented", nodeId: "g", visit: "1", what: { later: true } };
    const bodies = old.journal.map(({ body, run_id }) => ({
      run_id,
      events: body.split("\n").map((line) => JSON.parse(line) as { seq: number; type: string }),
    }));
    const secondOf = (run: string) => bodies.find(({ run_id }) => run_id === run)?.events.at(1)?.seq ?? 0;
    const { user, statusOf } = await withOldRows([
      { runId: cut, afterSeq: secondOf(cut), event: invented },
      { runId: looped, afterSeq: secondOf(looped), event: invented },
    ]);
    expect(await statusOf(looped)).toBe("completed");
    await vi.waitFor(async () => expect(await statusOf(cut)).toBe("failed"));
    const run = await bodyOf(await user.ask(`/spells/demo/runs/${cut}`));
    expect(run.error.code).toBe("journal_mismatch");
    const { data } = await bodyOf(await user.ask("/spells/demo/runs"));
    expect(data).toHaveLength(4);
    const page = await bodyOf(await user.ask(`/spells/demo/runs/${looped}/events`));
    expect(page.events.map(({ type }: { type: string }) => type)).toContain("node.invented");
    const ends = (await bodyOf(await user.ask(`/spells/demo/runs/${cut}/events`))).events.filter(
      ({ type }: { type: string }) => type.startsWith("run.failed"),
    );
    expect(ends).toHaveLength(1);
    const plan = await bodyOf(await user.ask(`/spells/demo/runs/${looped}/plan`));
    expect(replay(plan, page.events).end).toMatchObject({
      type: "run.failed",
      error: { code: "journal_mismatch" },
    });
    // A run of now is none the worse for them.
    const fork = await user.ask(`/spells/demo/runs/${looped}/fork`, { body: { fromNode: "done" } });
    expect([201, 422]).toContain(fork.status);
    expect(stampedEvent.safeParse(page.events[1]).success).toBe(false);
    return 7;
  },
);

row(
  "The SQLite of an object of any earlier step",
  "meets the steps that came since, each once; no row is lost",
  async () => {
    let cases = 0;
    const oldRows: Record<string, string> = {
      journal: `INSERT INTO journal (first_seq, last_seq, run_id, body) VALUES (1, 2, 'r', '{"seq":1}')`,
      runs: "INSERT INTO runs (run_id, status, first_seq, started_at) VALUES ('r', 'completed', 1, 1)",
      chunks: "INSERT INTO chunks VALUES ('i', 0, 'r', 'body')",
      facts: "INSERT INTO facts VALUES ('n', 1)",
      runners: "INSERT INTO runners (name, spell_id) VALUES ('n', 's')",
      tickets: "INSERT INTO tickets VALUES ('h', 1, 1)",
      leases: "INSERT INTO leases VALUES ('n', 1, 1)",
    };
    for (const steps of [runnerSteps, managerSteps])
      for (let had = 0; had <= steps.length; had++) {
        cases += 1;
        await runInDurableObject(demoRunner(`${fresh().name}-${had}`), (_, { storage: { sql } }) => {
          for (const table of tablesOf(sql)) sql.exec(`DROP TABLE ${table}`);
          migrate(sql, steps.slice(0, had));
          const there = tablesOf(sql).filter((table) => table in oldRows);
          for (const table of there) sql.exec(oldRows[table] as string);
          migrate(sql, steps);
          migrate(sql, steps);
          expect(sql.exec("SELECT step FROM migrations").toArray()).toHaveLength(steps.length);
          for (const table of there) expect(sql.exec(`SELECT * FROM ${table}`).toArray()).toHaveLength(1);
        });
      }
    return cases;
  },
);

row(
  "The SQLite of an object is of a later release (after a rollback)",
  "it is used as it is, and loses nothing",
  async () => {
    const user = fresh();
    await user.ask("/spells/demo", { method: "PUT", body: calledSpell });
    await user.ask("/spells/demo/run", { body: {} });
    await runInDurableObject(demoRunner(user.name), (_, { storage: { sql } }) => {
      sql.exec("ALTER TABLE runs ADD COLUMN invented TEXT; CREATE TABLE invented (a TEXT)");
      sql.exec("INSERT INTO migrations (step) VALUES (?)", runnerSteps.length);
    });
    await cutOff(demoRunner(user.name));
    expect((await user.ask("/spells/demo/run", { body: {} })).status).toBe(200);
    expect((await bodyOf(await user.ask("/spells/demo/runs"))).data).toHaveLength(2);
  },
);
