import { describe, expect, it } from "vitest";
import { run, spell, visitsOf } from "../helpers/spells.ts";
import { counting } from "../helpers/steps.ts";

describe("loops", () => {
  //  start ──▶ each ─act▶ x, ─done▶ out     each ··element▶ d ··▶ x
  it("run the body of a loop once an item, in a scope of its own, then what follows", () => {
    const { catalogue, counts } = counting();
    const { events } = run(
      spell(
        {
          start: "Trigger In",
          list: "Universal Input:list",
          each: "ForEach",
          d: "Value",
          shared: "Value",
          x: "Step",
          out: "Output:o",
        },
        `
      start.trigger > each.act1
      list.output > each.array
      each.act > x.trigger
      each.element > d.in
      d.out > x.in
      shared.out > x.in
      each.done > out.trigger
      shared.out > out.input`,
      ),
      { catalogue, inputs: { list: ["p", "q", "r"] } },
    );
    expect(visitsOf(events)).toEqual([
      "start 1",
      "list 1",
      "each 1",
      "d 1",
      "shared 1",
      "x 1",
      "d 2",
      "x 2",
      "d 3",
      "x 3",
      "out 1",
    ]);
    const x = events.flatMap((event) =>
      event.type === "node.completed" && event.nodeId === "x" ? [event.outputs.out] : [],
    );
    expect(x).toEqual(["x(d(p)+shared())", "x(d(q)+shared())", "x(d(r)+shared())"]);
    expect(counts.get("shared")).toBe(1);
  });

  it("name a loop within a loop outermost first, and end an empty one at once", () => {
    const { catalogue } = counting();
    const { events } = run(
      spell(
        {
          start: "Trigger In",
          list: "Universal Input:list",
          outer: "ForEach",
          inner: "ForEach",
          x: "Step",
          out: "Output:o",
        },
        `
      start.trigger > outer.act1
      list.output > outer.array
      outer.act > inner.act1
      outer.element > inner.array
      inner.act > x.trigger
      inner.element > x.in
      outer.done > out.trigger
      list.output > out.input`,
      ),
      { catalogue, inputs: { list: [["a"], [], ["b", "c"]] } },
    );
    expect(visitsOf(events).filter((visit) => visit.startsWith("x"))).toEqual(["x 1.1", "x 3.1", "x 3.2"]);
    expect(events.at(-1)?.type).toBe("run.completed");
  });

  it("tell visits apart where the run and its first iteration have the same ordinals", () => {
    const { catalogue, counts } = counting();
    const { events } = run(
      spell(
        { start: "Trigger In", list: "Universal Input:list", each: "ForEach", x: "Step" },
        `
      start.trigger > each.act1
      list.output > each.array
      each.act > x.trigger
      each.done > x.trigger`,
      ),
      { catalogue, inputs: { list: [1, 2] } },
    );
    expect(visitsOf(events)).toEqual(["start 1", "list 1", "each 1", "x 1", "x 2", "x 1~2"]);
    expect(counts.get("x")).toBe(3);
  });

  it("refuse a loop of more iterations than the run has visits, before opening any", () => {
    const { catalogue } = counting();
    const { events } = run(
      spell(
        { start: "Trigger In", list: "Universal Input:list", each: "ForEach", x: "Step" },
        `
      start.trigger > each.act1
      list.output > each.array
      each.act > x.trigger`,
      ),
      { catalogue, inputs: { list: Array.from({ length: 1_000_000 }, () => 0) } },
    );
    expect(events.at(-1)).toMatchObject({
      type: "run.failed",
      error: { code: "budget_exceeded", nodeId: "each" },
    });
  });
});

it("a Wait For All counts what arrived in the run for each iteration inside it", () => {
  const { catalogue } = counting();
  const drawn = spell(
    { s: "Trigger In", l: "Universal Input:l", f: "ForEach", w: "Wait For All", x: "Step" },
    `
    s.trigger > f.act1
    s.trigger > w.one
    l.output > f.array
    f.act > w.two
    w.default > x.trigger`,
  );
  const { events } = run(drawn, { catalogue, inputs: { l: ["p", "q"] } });
  expect(visitsOf(events).filter((visit) => /^[wx] /.test(visit))).toEqual(["w 1", "w 2", "x 1", "x 2"]);
  expect(events.at(-1)?.type).toBe("run.completed");
});
