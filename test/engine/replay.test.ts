import { expect, it } from "vitest";
import { replay } from "../../src/engine/index.ts";
import { planOf, run, spell } from "../helpers/spells.ts";

it("a replay whose results are not those of the record is refused", () => {
  const drawn = spell(
    { s: "Trigger In", i: "Universal Input:i", o: "Output:o" },
    `
    s.trigger > o.trigger
    i.output > o.input`,
  );
  const { events } = run(drawn, { inputs: { i: "x" } });
  const forged = events.map((event) =>
    event.type === "run.completed" ? { ...event, outputs: { o: "y" } } : event,
  );
  expect(replay(planOf(drawn), forged).end).toMatchObject({
    type: "run.failed",
    error: { code: "journal_mismatch" },
  });
});
