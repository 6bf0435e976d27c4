/** Sources by hand: what they give to a run that nobody fired, and to one that was. Played ones are in actor/play.test.ts. */
import { describe, expect, it } from "vitest";
import { compile } from "../../src/graph/compile.ts";
import { catalogue } from "../../src/nodes/index.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { served } from "../helpers/service-nodes.ts";
import { outputsOf, run, spell } from "../helpers/spells.ts";

const drawn = (is: string, socket: string, data: JsonObject = {}) =>
  spell(
    { in: { is, data }, out: "Output:o" },
    `in.trigger > out.trigger
     in.${socket} > out.input`,
  );

describe("A source", () => {
  it.each([
    ["Interval", "index", { in: { at: 5, index: 7, missed: 0 } }, 7],
    ["Interval", "index", {}, 0],
    ["Cron", "at", { in: { at: 5, missed: 1 } }, 5],
    ["Cron", "missed", {}, 0],
    ["Webhook In", "body", { in: { body: [1], query: {}, headers: {} } }, [1]],
    ["Webhook In", "query", {}, {}],
    ["Webhook In", "query", { in: "no object" }, {}],
    ["Client In", "value", { in: null }, null],
    ["Client In", "value", { other: 3 }, 3],
    ["Event In", "content", { in: { id: "1", type: "c", content: "hi" } }, "hi"],
    ["Spell In", "value", { in: { value: false, runId: "r" } }, false],
    ["Spell In", "runId", { in: { value: 1, runId: "r" } }, "r"],
  ] as [string, string, JsonObject, Json][])("%s gives %s of %j", (is, socket, inputs, expected) => {
    expect(outputsOf(run(drawn(is, socket), { inputs }).events)).toEqual({ o: expected });
  });
  it.each(["Client In", "Spell In"])("%s needs a value, or has a default", (is) => {
    expect(run(drawn(is, "value"), { inputs: {} }).events.at(-1)).toMatchObject({
      type: "run.failed",
      error: { code: "missing_input" },
    });
    const { events } = run(drawn(is, "value", { defaultValue: 0 }), { inputs: {} });
    expect(outputsOf(events)).toEqual({ o: 0 });
  });
  it("starts nothing by itself where there is another start", () => {
    const both = spell(
      { in: "Client In", start: { is: "Trigger In", y: 500 }, a: "Output:a", b: "Output:b" },
      `in.trigger > a.trigger
       start.trigger > b.trigger`,
    );
    const { plan } = compile(both, catalogue);
    expect(plan.graphs[0]?.starts.map((index) => plan.graphs[0]?.nodes[index]?.id)).toEqual(["start", "in"]);
  });
  it.each([
    ["Interval", { intervalMs: 99 }, "intervalMs"],
    ["Interval", { count: 0 }, "count"],
    ["Cron", { cron: "x" }, "cron"],
    ["Cron", { cron: "0 0 30 2 *" }, "cron"],
    ["Cron", { timezone: "Nowhere" }, "timezone"],
    ["Webhook In", { reply: "later" }, "reply"],
  ] as [string, JsonObject, string][])("%s with %j is told at the save", (is, data, path) => {
    expect(
      catalogue
        .find(is)
        ?.checkData?.(data)
        .map(([where]) => where),
    ).toEqual([path]);
  });
});

describe("Spell Out", () => {
  it("sends its value to the spell, and gives the run's id", async () => {
    const test = await served(
      { is: "Spell Out", data: { spell: "other", source: "feed" } },
      { value: { x: 1 } },
      { spells: { other: () => ({}) } },
    );
    expect(test.fired).toEqual(["trigger"]);
    expect(test.outputs).toEqual({ runId: "push-1" });
    expect(test.asked("spells.push")).toEqual([{ spell: "other", source: "feed", value: { x: 1 } }]);
  });
});
