import fc from "fast-check";
import { expect, it } from "vitest";
import { eventJson } from "../../src/actor/event-json.ts";
import type { JournalEvent, NodeCompleted } from "../../src/protocol/events.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import { nastyValues } from "../helpers/nasty-values.ts";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(...nastyValues.filter((value) => typeof value === "string")),
);
const outputs = fc.dictionary(text, fc.jsonValue()) as fc.Arbitrary<JsonObject>;
const visit = fc
  .array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 3 })
  .map((ordinals) => ordinals.join("."));
const ofVisit = {
  runId: fc.uuid({ version: 7 }),
  nodeId: text,
  visit,
  attempt: fc.integer({ min: 1, max: 99 }),
};
const ms = fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e12, noNaN: true }));

const started: fc.Arbitrary<JournalEvent> = fc.record(
  { type: fc.constant("node.started" as const), ...ofVisit, waited: fc.constant(true as const) },
  { requiredKeys: ["type", "runId", "nodeId", "visit", "attempt"] },
);
// The members in the order in which the engine writes them.
const completed: fc.Arbitrary<JournalEvent> = fc
  .record(
    {
      ...ofVisit,
      outputs,
      fired: fc.array(text, { maxLength: 3 }),
      ms,
      waited: fc.constant(true as const),
      again: fc.constant(true as const),
      logs: fc.array(fc.record({ level: fc.constant("log" as const), text })),
      usage: fc.record({ inputTokens: fc.nat() }),
      iterations: fc.record({ count: fc.nat(), outputs }),
    },
    { requiredKeys: ["runId", "nodeId", "visit", "attempt", "outputs", "fired", "ms"] },
  )
  .map(({ runId, nodeId, visit: name, attempt, outputs: given, fired, ms: time, ...rest }) => {
    const event: NodeCompleted = {
      type: "node.completed",
      runId,
      nodeId,
      visit: name,
      attempt,
      outputs: given,
      fired,
      ms: time,
    };
    return Object.assign(event, rest);
  });

it("an event has the JSON that JSON.stringify gives it", () => {
  fc.assert(
    fc.property(fc.oneof(started, completed), (event) => {
      expect(eventJson(event)).toBe(JSON.stringify(event));
    }),
    { numRuns: 2000 },
  );
});
