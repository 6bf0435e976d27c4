import { describe, expect, it, vi } from "vitest";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { failureOf, fired, givenOf, runNode, triggerSocket as fire } from "../helpers/nodes.ts";
import { outputsOf, run, spell, visitsOf } from "../helpers/spells.ts";

const both = ["true", "false"];

describe("a condition", () => {
  it.each<[string, Json[], Json[]]>([
    ["Is Null Or Undefined", [null, "", []], [0, false, "null", {}, [null], " "]],
    ["Is Variable True", [true, "true", 1], [false, "True", "1", 2, null, [], {}, ""]],
  ])("%s holds for the values that it should", (is, yes, no) => {
    for (const input of yes) expect(fired({ is }, { input }, both), JSON.stringify(input)).toEqual(["true"]);
    for (const input of no) expect(fired({ is }, { input }, both), JSON.stringify(input)).toEqual(["false"]);
  });
  it("sees that nothing is wired", () => {
    expect(fired({ is: "Is Null Or Undefined" }, {}, both)).toEqual(["true"]);
    expect(fired({ is: "Is Variable True" }, {}, both)).toEqual(["false"]);
  });
});

describe("Logical Operator", () => {
  const holds = (operationType: string | undefined, input1: Json, input2: Json) =>
    fired(
      { is: "Logical Operator", data: operationType === undefined ? {} : { operationType } },
      { input1, input2 },
      both,
    )[0] === "true";
  it.each<[string | undefined, Json, Json, boolean]>([
    ["equal", "a", "a", true],
    ["equal", 1, "1", false],
    ["equal", { a: [1] }, { a: [1] }, true],
    ["equal", { a: 1 }, { b: 1 }, false],
    ["equal", [], {}, false],
    [" Equal ", null, null, true],
    ["not equal", "a", "b", true],
    ["not equal", "a", "a", false],
    ["greater than", "10", "9", true],
    ["greater than", 10, "9", true],
    ["greater than", "b", "a", true],
    ["less than", "a", "b", true],
    ["less than", 9, 9, false],
    ["includes", "abc", "b", false],
    ["constructor", "a", "a", false],
    [undefined, "a", "a", false],
  ])("%s of %j and %j is %j", (operationType, input1, input2, expected) => {
    expect(holds(operationType, input1, input2)).toBe(expected);
  });
  it("gives an empty error, and says when it has no such operation", () => {
    const good = runNode(
      { is: "Logical Operator", data: { operationType: "equal" } },
      { input1: 1, input2: 1 },
      [],
    );
    expect(givenOf(good.events)).toEqual({ error: "" });
    const none = runNode({ is: "Logical Operator" }, { input1: 1, input2: 1 }, []);
    expect(none.events).toContainEqual(
      expect.objectContaining({
        logs: [{ level: "warn", text: expect.stringContaining("no operation null") }],
      }),
    );
  });
});

describe("Random Gate", () => {
  it("fires one of its triggers, wired or not", () => {
    const node = { is: "Random Gate", outputs: [fire("a"), fire("b"), fire("c")] };
    const spy = vi.spyOn(Math, "random");
    try {
      for (const [draw, opened] of [
        [0, ["a"]],
        [0.5, []],
        [0.99, ["c"]],
      ] as const)
        expect(fired(node, {}, (spy.mockReturnValue(draw), ["a", "c"]))).toEqual(opened);
    } finally {
      spy.mockRestore();
    }
    expect(runNode({ is: "Random Gate" }, {}, []).execution.end?.type).toBe("run.completed");
  });
});

describe("While Loop", () => {
  //  start ──► loop ──true──► body
  //             └────false──► out
  const looped = (data: JsonObject) =>
    run(
      spell(
        {
          start: "Trigger In",
          loop: { is: "While Loop", data },
          body: "Echo",
          done: { is: "String Variable", data: { _var: "done" } },
          out: "Output:out",
        },
        `start.trigger > loop.act1
        loop.true > body.trigger
        loop.false > out.trigger
        done.output > out.input`,
      ),
    );
  it("fires its branch as often as the node says, then 'false'", () => {
    const { events } = looped({ recursionTimes: "3" });
    expect(visitsOf(events).filter((visit) => visit.startsWith("body"))).toEqual([
      "body 1",
      "body 2",
      "body 3",
    ]);
    expect(visitsOf(events).at(-1)).toMatch(/^out/);
    expect(outputsOf(events)).toEqual({ out: "done" });
  });
  it("goes on at once where there is nothing to repeat", () => {
    for (const recursionTimes of [0, "", null, -2, 0.9]) {
      const { events } = looped({ recursionTimes });
      expect(visitsOf(events).some((visit) => visit.startsWith("body"))).toBe(false);
      expect(outputsOf(events)).toEqual({ out: "done" });
    }
  });
  it("fails for what is no number, and for more turns than a run may take", () => {
    expect(looped({ recursionTimes: "often" }).events.at(-1)).toMatchObject({
      error: { code: "node_failed" },
    });
    expect(looped({ recursionTimes: 1e15 }).events.at(-1)).toMatchObject({
      error: { code: "budget_exceeded" },
    });
  });
});

describe("In Range", () => {
  it("wants numbers that can be written down", () => {
    const data = { startNumber: "-Infinity", endNumber: 5 };
    expect(failureOf({ is: "In Range", data }, { input: 1 })?.message).toContain(
      '"startNumber" must be a number',
    );
  });
});
