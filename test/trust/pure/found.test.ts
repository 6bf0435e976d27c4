/** What the fuzzers found, as they found it: each was a fault once. */
import { describe, expect, it } from "vitest";
import { runLocally } from "../../../client/lib/local-run.ts";
import { replay } from "../../../src/engine/index.ts";
import { importSpell } from "../../../src/graph/import.ts";
import { runEvent, type RunEvent } from "../../../src/protocol/events.ts";
import { outputsOf, planOf, run, spell } from "../../helpers/spells.ts";

describe("an imported behave-graph", () => {
  it("whose sockets, variables and events are called __proto__ comes in again as it went out", () => {
    const { document, issues } = importSpell({
      customEvents: [
        {
          id: "0",
          name: "e",
          parameters: [{ name: "__proto__", valueTypeName: "string", defaultValue: "x" }],
        },
        { id: "__proto__", name: "f", parameters: [] },
      ],
      variables: [
        { id: "v", name: "__proto__", valueTypeName: "string", initialValue: "kept" },
        { id: "__proto__", name: "w", valueTypeName: "string" },
      ],
      nodes: [{ id: "1", type: "customEvent/trigger", configuration: { customEventId: "0" } }],
    });
    expect(importSpell(JSON.parse(JSON.stringify(document)))).toEqual({ document, issues: [] });
    expect(document.state).toEqual({ v: "kept" });
    expect(issues.map(({ code }) => code)).toEqual(["not_carried"]);
  });
});

describe("a loop", () => {
  it("of more turns than a whole number can tell ends with its budget, in events that the protocol takes", () => {
    const drawn = spell(
      { s: "Trigger In", w: { is: "While Loop", data: { recursionTimes: 1e308 } }, e: "Echo" },
      `
      s.trigger > w.act1
      w.true > e.trigger`,
    );
    const { events } = run(drawn);
    for (const event of events) expect(runEvent.safeParse(event).error).toBeUndefined();
    expect(events.at(-1)).toMatchObject({ error: { code: "budget_exceeded", nodeId: "w" } });
  });
});

describe("a tampered recording", () => {
  //  s ──▶ each ─act▶ e     each ─done▶ o
  const drawn = spell(
    { s: "Trigger In", list: "Universal Input:list", each: "ForEach", e: "Echo", o: "Output:o" },
    `
    s.trigger > each.act1
    list.output > each.array
    each.act > e.trigger
    each.element > e.source
    each.done > o.trigger
    list.output > o.input`,
  );
  const recorded = (): RunEvent[] => {
    const { events } = run(drawn, { inputs: { list: ["a"] } });
    expect(outputsOf(events)).toEqual({ o: ["a"] });
    return structuredClone(events);
  };

  it("that tells of a thousand million iterations is refused before any is opened", () => {
    const events = recorded();
    for (const event of events)
      if (event.type === "node.completed" && event.iterations !== undefined)
        event.iterations.count = 1_000_000_000;
    expect(() => runLocally({ plan: planOf(drawn), events }, [])).toThrow(
      expect.objectContaining({ code: "journal_mismatch" }),
    );
  });

  it("whose plan leads to a node that is none is a mismatch and no fault of ours", () => {
    const plan = structuredClone(planOf(drawn));
    for (const { next } of plan.graphs[0]?.nodes ?? [])
      for (const [, targets] of next) for (const target of targets) target[0] = 99;
    expect(replay(plan, recorded()).end).toMatchObject({
      type: "run.failed",
      error: { code: "journal_mismatch" },
    });
  });
});
