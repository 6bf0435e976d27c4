import { describe, expect, it } from "vitest";
import { anyInput as value, triggerSocket as fire } from "../helpers/nodes.ts";
import { replay } from "../../src/engine/index.ts";
import { outputsOf, planOf, run, spell, withComponents } from "../helpers/spells.ts";

/** Doubles its number; the smaller the number, the later. */
const catalogue = withComponents([
  {
    name: "Slow Double",
    aliases: [],
    inputs: [fire("trigger"), value("n")],
    outputs: [fire("trigger"), value("doubled")],
    execute: async (context) => {
      const n = Number(context.value("n"));
      for (let i = n; i < 5; i++) await Promise.resolve();
      return n === 2 ? {} : { outputs: { doubled: 2 * n } };
    },
  },
]);

describe("Collect", () => {
  // start → each ┬ act → double
  //              └ done → collect (double.doubled) → out
  const document = spell(
    {
      start: "Trigger In",
      list: "Universal Input:list",
      each: "ForEach",
      double: "Slow Double",
      collect: "Collect",
      out: "Output:out",
    },
    `start.trigger > each.act1
     list.output > each.array
     each.act > double.trigger
     each.element > double.n
     each.done > collect.trigger
     double.doubled > collect.value
     collect.trigger > out.trigger
     collect.list > out.input`,
  );

  it("gives what a loop's body gave in the order of the iterations, whenever they were over", async () => {
    const done = run(document, { catalogue, inputs: { list: [1, 2, 3, 4] } });
    expect((await done.ended).outputs).toEqual({ out: [2, 6, 8] });
    expect(replay(planOf(document, { catalogue }), done.events).events).toEqual(done.events);
  });

  it("gives an empty list for a loop without iterations", () => {
    const done = run(document, { catalogue, inputs: { list: [] } });
    expect(outputsOf(done.events)).toEqual({ out: [] });
  });

  it("inside an outer loop collects from its own iteration alone", async () => {
    const nested = spell(
      {
        start: "Trigger In",
        lists: "Universal Input:lists",
        outer: "ForEach",
        inner: "ForEach",
        double: "Slow Double",
        collect: "Collect",
        all: "Collect",
        out: "Output:out",
      },
      `start.trigger > outer.act1
       lists.output > outer.array
       outer.act > inner.act1
       outer.element > inner.array
       inner.act > double.trigger
       inner.element > double.n
       inner.done > collect.trigger
       double.doubled > collect.value
       outer.done > all.trigger
       collect.list > all.value
       all.trigger > out.trigger
       all.list > out.input`,
    );
    const done = run(nested, { catalogue, inputs: { lists: [[1, 3], [], [4, 1]] } });
    expect((await done.ended).outputs).toEqual({ out: [[2, 6], [], [8, 2]] });
  });
});

describe("A default of an input", () => {
  it("counts where nothing is wired, or the wire gives nothing", () => {
    const echo = (wires: string) =>
      run(
        spell(
          {
            start: "Trigger In",
            empty: { is: "State Read", outputs: [value("gone")] },
            given: { is: "State Read", outputs: [value("here")] },
            e: { is: "Echo", inputs: [{ ...value("source"), default: "the default" }] },
            out: "Output:out",
          },
          `start.trigger > e.trigger
           e.trigger > out.trigger
           e.output > out.input
           ${wires}`,
          { state: { here: false } },
        ),
      );
    expect(outputsOf(echo("").events)).toEqual({ out: "the default" });
    expect(outputsOf(echo("empty.gone > e.source").events)).toEqual({ out: "the default" });
    expect(outputsOf(echo("given.here > e.source").events)).toEqual({ out: false });
  });

  it("satisfies an input that is required", () => {
    const gate = run(
      spell(
        {
          start: "Trigger In",
          g: { is: "Boolean Gate", inputs: [{ name: "boolean", type: "boolean", default: true }] },
          yes: { is: "Output:yes", inputs: [{ ...value("input"), default: 1 }] },
        },
        `start.trigger > g.trigger
         g.true > yes.trigger`,
      ),
    );
    expect(outputsOf(gate.events)).toEqual({ yes: 1 });
  });
});
