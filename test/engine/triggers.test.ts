import { describe, expect, it } from "vitest";
import { outputsOf, run, spell, visitsOf } from "../helpers/spells.ts";
import { counting } from "../helpers/steps.ts";

describe("triggers and data", () => {
  //  start ──▶ a ──▶ out       v ··▶ a ··▶ out
  it("spread by trigger and pull by data", () => {
    const { catalogue } = counting();
    const drawn = spell(
      { start: "Trigger In", v: "Value", a: "Step", out: "Output:result" },
      `
      start.trigger > a.trigger
      v.out > a.in
      a.trigger > out.trigger
      a.out > out.input`,
    );
    const { events } = run(drawn, { catalogue });
    expect(outputsOf(events)).toEqual({ result: "a(v())" });
    expect(visitsOf(events)).toEqual(["start 1", "v 1", "a 1", "out 1"]);
  });

  //  v1 ··▶ v2 (twice) ··▶ v3 (twice) … : 2^d calls when results and not promises are remembered
  it("evaluate each data node of a deep diamond once", () => {
    const { catalogue, counts } = counting();
    const nodes: Record<string, string> = { start: "Trigger In", out: "Output:result", v0: "Value" };
    const wires = ["start.trigger > out.trigger"];
    for (let i = 1; i <= 20; i++) {
      nodes[`v${i}`] = "Value";
      wires.push(`v${i - 1}.out > v${i}.in`, `v${i - 1}.out > v${i}.other`);
    }
    wires.push("v20.out > out.input");
    const { events } = run(spell(nodes, wires.join("\n")), { catalogue });
    expect(outputsOf(events)).toBeDefined();
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
    expect(counts.size).toBe(21);
  });

  //  start ──▶ a ──▶ j,  start ──▶ b ──▶ j ──▶ out
  it("run a join once", () => {
    const { catalogue, counts } = counting();
    const { events } = run(
      spell(
        { start: "Trigger In", a: "Step", b: "Step", j: "Step", out: "Output:o" },
        `
      start.trigger > a.trigger
      start.trigger > b.trigger
      a.trigger > j.trigger
      b.trigger > j.trigger
      j.trigger > out.trigger
      j.out > out.input`,
      ),
      { catalogue },
    );
    expect(counts.get("j")).toBe(1);
    expect(visitsOf(events)).toEqual(["start 1", "a 1", "b 1", "j 1", "out 1"]);
  });

  //  start ──▶ a ──▶ b ──▶ c     c ··▶ a: c is pulled before its trigger comes
  it("do not lose a trigger that reaches a node after its data were pulled", () => {
    const { catalogue, counts } = counting();
    const { events } = run(
      spell(
        { start: "Trigger In", a: "Step", c: "Step", out: "Output:o" },
        `
      start.trigger > a.trigger
      c.out > a.in
      a.trigger > c.trigger
      c.trigger > out.trigger
      a.out > out.input`,
      ),
      { catalogue },
    );
    expect(outputsOf(events)).toEqual({ o: "a(c())" });
    expect(counts.get("c")).toBe(1);
  });

  //  start ──▶ gate ─true▶ a ──▶ out,  ─false▶ b ──▶ out     a, b ··▶ out
  it("give an Output the data of the branch that fired, and evaluate the other branch not at all", () => {
    const { catalogue, counts } = counting();
    const drawn = spell(
      {
        start: "Trigger In",
        yes: "Universal Input:yes",
        gate: "Boolean Gate",
        a: "Step",
        b: "Step",
        out: "Output:o",
      },
      `
      start.trigger > gate.trigger
      yes.output > gate.boolean
      gate.true > a.trigger
      gate.false > b.trigger
      a.trigger > out.trigger
      b.trigger > out.trigger
      a.out > out.input
      b.out > out.input`,
    );
    expect(outputsOf(run(drawn, { catalogue, inputs: { yes: true } }).events)).toEqual({ o: "a()" });
    expect(outputsOf(run(drawn, { catalogue, inputs: { yes: 0 } }).events)).toEqual({ o: "b()" });
    expect(counts).toEqual(
      new Map([
        ["a", 1],
        ["b", 1],
      ]),
    );
  });

  it("keep the data of chained Outputs", () => {
    const { catalogue } = counting();
    const { events } = run(
      spell(
        { start: "Trigger In", a: "Step", o1: "Output:one", o2: "Output:two" },
        `
      start.trigger > a.trigger
      a.trigger > o1.trigger
      o1.trigger > o2.trigger
      a.out > o1.input
      a.out > o2.input`,
      ),
      { catalogue },
    );
    expect(outputsOf(events)).toEqual({ one: "a()", two: "a()" });
  });

  it("wait for all triggers at Wait For All, and fire once", () => {
    const { catalogue, counts } = counting();
    const { events } = run(
      spell(
        { start: "Trigger In", a: "Step", b: "Step", all: "Wait For All", c: "Step" },
        `
      start.trigger > all.x
      start.trigger > a.trigger
      a.trigger > b.trigger
      a.trigger > all.y
      b.trigger > all.z
      all.default > c.trigger`,
      ),
      { catalogue },
    );
    expect(visitsOf(events)).toEqual(["start 1", "a 1", "b 1", "all 1", "c 1"]);
    expect(counts.get("c")).toBe(1);
  });
});
