/** What is kept of a run while the server runs it. */
import { describe, expect, it } from "vitest";
import { Recorder, type RunSource } from "../../client/lib/recorder.ts";
import type { StampedEvent } from "../../src/protocol/events.ts";
import type { Plan } from "../../src/protocol/plan.ts";
import { SpellError } from "../../src/protocol/spell-error.ts";

const plan = { format: "plan@1", graphs: [] } as unknown as Plan;
const events = [
  {
    seq: 1,
    at: 1,
    type: "run.started",
    runId: "r",
    trigger: "t",
    inputs: {},
    state: {},
    spell: { id: "s", version: 1 },
    engineVersion: "1",
  },
  { seq: 2, at: 2, type: "run.completed", runId: "r", outputs: {}, state: {}, ms: 1 },
] as unknown as StampedEvent[];

/** Its plans fail so many times. */
function source(failures: number): RunSource & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    plan: async () => {
      asked.push("plan");
      if (asked.filter((one) => one === "plan").length <= failures)
        throw new SpellError("bad_request", "cannot be reached", { retryable: true });
      return plan;
    },
    async *events() {
      asked.push("events");
      yield* events;
    },
    value: async () => null,
  };
}

const recorded = async (from: RunSource) => {
  const recorder = new Recorder(from);
  const taken = events.map((event) => recorder.take(event));
  return taken.at(-1);
};

describe("A run that is recorded", () => {
  it("asks for its plan when it starts, and for nothing at its end", async () => {
    const from = source(0);
    expect(await recorded(from)).toMatchObject({
      plan,
      events: [{ type: "run.started" }, { type: "run.completed" }],
    });
    expect(from.asked).toEqual(["plan"]);
  });
  it("is fetched at its end where the line was cut while its plan was on its way", async () => {
    const from = source(1);
    expect(await recorded(from)).toMatchObject({ plan, events: [{ seq: 1 }, { seq: 2 }] });
    expect(from.asked).toEqual(["plan", "plan", "events"]);
  });
  it("fails where it cannot be fetched either", async () => {
    await expect(recorded(source(2))).rejects.toThrow("cannot be reached");
  });
});
