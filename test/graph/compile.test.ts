import { describe, expect, it } from "vitest";
import { compile, wantedSpells } from "../../src/graph/compile.ts";
import { nestCycles } from "../../src/graph/components.ts";
import { loadOrder } from "../../src/graph/order.ts";
import { catalogue } from "../../src/nodes/index.ts";
import { plan as planSchema } from "../../src/protocol/plan.ts";
import { planOf, spell } from "../helpers/spells.ts";

describe("a plan", () => {
  it("is plain JSON of its schema, and the same for the same document", () => {
    const drawn = spell(
      { start: "Trigger In", list: "Universal Input:list", each: "ForEach", e: "Echo", out: "Output:o" },
      `
      start.trigger > each.act1
      list.output > each.array
      each.act > e.trigger
      each.element > e.source
      each.done > out.trigger
      list.output > out.input`,
    );
    const plan = planOf(drawn);
    expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    expect(planOf(JSON.parse(JSON.stringify(drawn)))).toEqual(plan);
  });

  it("orders nodes by number, each after those that feed it, and triggers by that order", () => {
    const drawn = spell(
      { "2": "Echo", "10": "Echo", "1": "Trigger In", x: "Echo" },
      `
      1.trigger > 10.trigger
      1.trigger > 2.trigger
      10.output > 2.source
      x.output > 1.trigger`,
    );
    expect(loadOrder(drawn).order).toEqual(["x", "1", "10", "2"]);
    const { nodes } = planOf(drawn).graphs[0] ?? { nodes: [] };
    expect(nodes[1]?.next).toEqual([
      [
        "trigger",
        [
          [2, "trigger"],
          [3, "trigger"],
        ],
      ],
    ]);
  });

  it("starts at the topmost trigger-in", () => {
    const drawn = spell(
      { low: { is: "Trigger In:low", y: 100 }, high: { is: "Trigger In:high", y: -5 } },
      "",
    );
    const [graph] = planOf(drawn).graphs;
    expect(graph?.starts.map((i) => graph.nodes[i]?.name)).toEqual(["high", "low"]);
  });

  it("finds a sub-spell inside, else by what the host has, and says which it used", () => {
    const inner = spell({ t: "Trigger In" }, "", { id: "inner", name: "inner", version: 7 });
    const calls = { is: "Spell", data: { spellId: "inner" } };
    const outer = spell({ start: "Trigger In", s: calls }, "start.trigger > s.trigger");
    expect(wantedSpells(outer, catalogue)).toEqual(["inner"]);
    expect(compile(outer, catalogue, () => inner).uses).toEqual([{ id: "inner", version: 7 }]);
    const carrying = { ...outer, spells: { inner } };
    expect(wantedSpells(carrying, catalogue)).toEqual([]);
    expect(compile(carrying, catalogue).uses).toEqual([]);
    expect(compile(outer, catalogue).issues).toMatchObject([{ code: "unknown_spell", nodeId: "s" }]);
  });

  it("of a spell that runs itself holds its graph once", () => {
    const self = spell(
      { start: "Trigger In", s: { is: "Spell", data: { spellId: "self" } } },
      "start.trigger > s.trigger",
      { id: "self" },
    );
    const { plan } = compile(self, catalogue, () => self);
    expect(plan.graphs).toHaveLength(1);
    expect(plan.graphs[0]?.nodes[1]?.call?.graph).toBe(0);
  });

  it("of a chain of 5 000 nodes, or a star of as many, is made without a deep stack", () => {
    const nodes: Record<string, string> = { "0": "Trigger In" };
    const chain: string[] = [];
    const star: string[] = [];
    for (let i = 1; i < 5000; i++) {
      nodes[String(i)] = "Echo";
      chain.push(`${i - 1}.trigger > ${i}.trigger`, `${i - 1}.output > ${i}.source`);
      star.push(`0.trigger > ${i}.trigger`);
    }
    expect(planOf(spell(nodes, chain.slice(2).join("\n"))).graphs[0]?.nodes).toHaveLength(5000);
    expect(planOf(spell(nodes, star.join("\n"))).graphs[0]?.nodes[0]?.next[0]?.[1]).toHaveLength(4999);
  });
});

describe("the nesting of cycles", () => {
  //  0 ──▶ 1 ──▶ 2 ──▶ 3 ──▶ 1,  2 ──▶ 2,  3 ──▶ 4
  it("finds each cycle around a node, outermost first", () => {
    const { regions, count } = nestCycles(5, [[1], [2], [2, 3], [1, 4], []], [0]);
    expect(count).toBe(2);
    expect(regions).toEqual([undefined, [0], [0, 1], [0], undefined]);
  });

  it("ends for a graph in which everything leads to everything", () => {
    const all = Array.from({ length: 60 }, (_, i) => i);
    const { regions } = nestCycles(
      60,
      all.map(() => all),
      [0],
    );
    expect(Math.max(...regions.map((chain) => chain?.length ?? 0))).toBeLessThanOrEqual(32);
  });
});
