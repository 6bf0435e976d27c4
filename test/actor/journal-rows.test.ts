import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventsIn, lastAtIn, lastJsonIn, rowsOf, tallyIn } from "../../src/actor/journal-rows.ts";
import { type EncodedEvent, flatJson, stampOf, visitEvent } from "../../src/actor/visit-events.ts";
import type { JournalEvent, NodeCompleted } from "../../src/protocol/events.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import { nastyValues } from "../helpers/nasty-values.ts";

const runId = "019fffff-ffff-7fff-bfff-ffffffffffff";
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("+1[", "\n{", ...nastyValues.filter((value) => typeof value === "string")),
);
const outputs = fc.dictionary(text, fc.jsonValue()) as fc.Arbitrary<JsonObject>;
const visit = fc
  .array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 3 })
  .map((ordinals) => ordinals.join("."));
const ofVisit = {
  runId: fc.constantFrom(runId, "019fffff-ffff-7fff-bfff-000000000000"),
  nodeId: text,
  visit,
  attempt: fc.integer({ min: 1, max: 99 }),
};

const started: fc.Arbitrary<JournalEvent> = fc.record(
  { type: fc.constant("node.started" as const), ...ofVisit, waited: fc.constant(true as const) },
  { requiredKeys: ["type", "runId", "nodeId", "visit", "attempt"] },
);
// The members in the order in which the engine writes them.
const completed: fc.Arbitrary<NodeCompleted> = fc
  .record(
    {
      ...ofVisit,
      outputs,
      fired: fc.array(text, { maxLength: 3 }),
      ms: fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e12, noNaN: true })),
      waited: fc.constant(true as const),
      again: fc.constant(true as const),
      logs: fc.array(fc.record({ level: fc.constant("log" as const), text })),
      usage: fc.record({ inputTokens: fc.nat() }),
      iterations: fc.record({ count: fc.nat(), outputs }),
    },
    { requiredKeys: ["runId", "nodeId", "visit", "attempt", "outputs", "fired", "ms"] },
  )
  .map(({ runId: run, nodeId, visit: name, attempt, outputs: given, fired, ms, ...rest }) =>
    Object.assign(
      {
        type: "node.completed" as const,
        runId: run,
        nodeId,
        visit: name,
        attempt,
        outputs: given,
        fired,
        ms,
      },
      rest,
    ),
  );
const plain = fc.tuple(completed, fc.boolean()).map(([end, isWhole]): JournalEvent[] => {
  const { nodeId, visit: name, attempt, outputs: given, fired, ms } = end;
  const start = { type: "node.started" as const, runId, nodeId, visit: name, attempt };
  const done = {
    type: "node.completed" as const,
    runId,
    nodeId,
    visit: name,
    attempt,
    outputs: given,
    fired,
    ms,
  };
  return isWhole ? [start, done] : [start];
});
const turn = fc
  .array(
    fc.oneof(
      plain,
      plain,
      started.map((one) => [one]),
      completed.map((one) => [one]),
    ),
    { minLength: 1 },
  )
  .map((parts) => parts.flat());

/** As the journal does it; the clock goes on now and then. */
function encode(events: readonly JournalEvent[], steps: readonly number[]): EncodedEvent[] {
  let at = 1_795_000_000_000;
  return events.map((event, i) => {
    const seq = 41 + i;
    at += steps[i] ?? 0;
    const json = `{${stampOf(seq, at)}${JSON.stringify(event).slice(1)}`;
    return visitEvent(event, seq, at) ?? { seq, at, json, length: json.length };
  });
}

describe("an event of a visit", () => {
  it("has the JSON that JSON.stringify gives it, and its length", () => {
    fc.assert(
      fc.property(fc.oneof(started, completed), (event) => {
        const one = visitEvent(event, 7, 8);
        if (one === undefined) return;
        expect(one.json).toBe(JSON.stringify({ seq: 7, at: 8, ...event }));
        expect(one.length).toBe(JSON.stringify(event).length);
      }),
      { numRuns: 1000 },
    );
  });

  it("is left to others where it says more than every visit does, or holds what looks like a reference", () => {
    const end = {
      type: "node.completed",
      runId,
      nodeId: "n",
      visit: "1",
      attempt: 1,
      outputs: {},
      fired: [],
      ms: 0,
    };
    const more = [{ waited: true }, { again: true }, { logs: [] }, { usage: {} }, { state: { patch: [] } }];
    for (const extra of [...more, { outputs: { a: { $value: {} } } }, { outputs: { a: "x".repeat(20_000) } }])
      expect(visitEvent({ ...end, ...extra } as NodeCompleted, 1, 1)).toBeUndefined();
    expect(visitEvent(end as unknown as NodeCompleted, 1, 1)).toBeDefined();
  });
});

describe("the rows of a turn", () => {
  it("give back what was written, byte for byte", () => {
    fc.assert(
      fc.property(turn, fc.array(fc.constantFrom(0, 0, 0, 1)), (events, steps) => {
        const written = encode(events, steps);
        const rows = [...rowsOf(runId, written)];
        const read = rows.flatMap(({ body }) => [...eventsIn(runId, body)]);
        expect(read.map(({ seq, at, json, length }) => ({ seq, at, json, whole: length > 0 }))).toEqual(
          written.map(({ seq, at, json }) => ({ seq, at, json, whole: true })),
        );
        expect(rows[0]?.first).toBe(written[0]?.seq);
        expect(rows.at(-1)?.last).toBe(written.at(-1)?.seq);
        expect(lastAtIn(rows.at(-1)?.body ?? "")).toBe(written.at(-1)?.at);
      }),
      { numRuns: 500 },
    );
  });

  it("take a seventh of the bytes for visits that ended as they began", () => {
    const events: JournalEvent[] = [{ type: "run.resumed", runId, reason: "test" }];
    for (let i = 0; i < 100; i++) {
      const of = { runId, nodeId: `n${i}`, visit: "1", attempt: 1 };
      events.push({ type: "node.started", ...of });
      events.push({ type: "node.completed", ...of, outputs: { output: "1" }, fired: ["trigger"], ms: 0 });
    }
    const written = encode(events, []);
    const [row, ...others] = rowsOf(runId, written);
    const body = row?.body ?? "";
    expect(others).toEqual([]);
    expect(body.length * 7).toBeLessThan(written.reduce((sum, { json }) => sum + json.length, 0));
    expect(tallyIn(body)).toEqual({ visits: 100, lines: [written[0]?.json] });
    expect(lastJsonIn(body)).toMatch(/^\+/);
  });

  it("stay below 256 KB, and each begins with an event as JSON", () => {
    const events: JournalEvent[] = [];
    for (let i = 0; i < 2000; i++) {
      const of = { runId, nodeId: `n${i}`, visit: "1", attempt: 1 };
      events.push({ type: "node.started", ...of });
      events.push({ type: "node.completed", ...of, outputs: { output: "ö".repeat(100) }, fired: [], ms: 0 });
    }
    const written = encode(events, []);
    const rows = [...rowsOf(runId, written)];
    expect(rows.length).toBeGreaterThan(1);
    for (const { body } of rows) {
      expect(new TextEncoder().encode(body).length).toBeLessThanOrEqual(256 * 1024);
      expect(body).toMatch(/^\{"seq":/);
    }
    expect(rows.flatMap(({ body }) => [...eventsIn(runId, body)]).map(({ json }) => json)).toEqual(
      written.map(({ json }) => json),
    );
  });

  it("that were written before lines were shared are read as they are", () => {
    const body = [
      '{"seq":3,"at":9,"type":"run.resumed","runId":"r","reason":"x"}',
      '{"seq":5,"at":10,"type":"runner.played"}',
    ];
    const read = [...eventsIn("r", body.join("\n"))];
    expect(read.map(({ seq, at, json }) => [seq, at, json])).toEqual([
      [3, 9, body[0]],
      [5, 10, body[1]],
    ]);
  });
});

describe("values without others inside", () => {
  const scalar = fc.oneof(
    text,
    fc.string({ unit: "binary", maxLength: 3 }),
    fc.string({ minLength: 90, maxLength: 110 }),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom(-0, 1e21, 5e-324, "\ud800", "\udc00\ud800", "😀", "\u2028", "\u007f", '"', "\\", "\n"),
  );
  const flat = fc.dictionary(fc.oneof(text, fc.constantFrom("1", "0", "__proto__", "$value")), scalar, {
    noNullPrototype: false,
  }) as fc.Arbitrary<JsonObject>;

  it("are written as JSON.stringify writes them, or left to it", () => {
    fc.assert(
      fc.property(flat, (values) => {
        const json = flatJson(values);
        if (json !== undefined) expect(json).toBe(JSON.stringify(values));
      }),
      { numRuns: 5000 },
    );
    expect(flatJson({})).toBe("{}");
    expect(flatJson({ said: "hello", n: 1, is: true })).toBe('{"said":"hello","n":1,"is":true}');
    for (const left of [{ a: null }, { a: [] }, { a: {} }, { a: Number.NaN }, { a: '"' }, { a: "😀" }])
      expect(flatJson(left as JsonObject)).toBeUndefined();
  });
});
