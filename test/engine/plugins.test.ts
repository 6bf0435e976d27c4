import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EnginePlugin, replay } from "../../src/engine/index.ts";
import type { RunEvent } from "../../src/protocol/events.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import { randomProgram } from "../helpers/random-programs.ts";
import { randomSpell } from "../helpers/random-spells.ts";
import { counting } from "../helpers/steps.ts";
import { planOf, run, spell, trigger, withComponents } from "../helpers/spells.ts";
import { settle, workshop } from "../helpers/workshop.ts";

/** Notes everything it is told, as text. */
function noting(): { lines: string[]; plugin: EnginePlugin } {
  const lines: string[] = [];
  const note = (...what: unknown[]): void => void lines.push(JSON.stringify(what));
  return {
    lines,
    plugin: {
      name: "noting",
      onRunStart: (start) => note("start", start),
      onNodeStart: (node, attempt) => note("node", node, attempt),
      onNodeWaiting: (node, question) => note("asks", node.nodeId, node.visit, question),
      onNodeEnd: (node, record) => note("end", node.nodeId, node.visit, record),
      onNodeError: (node, record) => note("error", node.nodeId, node.visit, record),
      onRunEnd: (end) => note("over", end),
    },
  };
}

//  start ──▶ each ─act▶ x     each ··element▶ x
const loop = spell(
  { start: "Trigger In", list: "Universal Input:list", each: "ForEach", x: "Step" },
  `
  start.trigger > each.act1
  list.output > each.array
  each.act > x.trigger
  each.element > x.in`,
);

describe("a plugin", () => {
  it("is told what each visit of a node is given", () => {
    const given: unknown[] = [];
    const plugin: EnginePlugin = {
      name: "inputs",
      onNodeStart: ({ nodeId, visit, component, inputs }) =>
        void (nodeId === "x" && given.push([visit, component, inputs])),
    };
    run(loop, { catalogue: counting().catalogue, inputs: { list: ["p", "q"] }, plugins: [plugin] });
    expect(given).toEqual([
      ["1", "Step", { in: "p" }],
      ["2", "Step", { in: "q" }],
    ]);
  });

  it("is told what a node asks, by a run and by its replay", () => {
    const asking = withComponents([
      {
        name: "Asks",
        aliases: [],
        inputs: [trigger],
        outputs: [trigger],
        execute: () => ({ waiting: { prompt: "Sure?" } }),
      },
    ]);
    const document = spell({ s: "Trigger In", a: "Asks" }, "s.trigger > a.trigger");
    const asked: unknown[] = [];
    const plugin: EnginePlugin = {
      name: "asked",
      onNodeWaiting: ({ nodeId, visit }, { prompt }) => void asked.push([nodeId, visit, prompt]),
    };
    const { events } = run(document, { catalogue: asking, plugins: [plugin] });
    expect(asked).toEqual([["a", "1", "Sure?"]]);
    replay(planOf(document, { catalogue: asking }), events, { plugins: [plugin] });
    expect(asked).toHaveLength(2);
  });

  it("is told of each attempt that fails, and that another follows", () => {
    const broken = withComponents([
      {
        name: "Breaks",
        aliases: [],
        inputs: [trigger],
        outputs: [trigger],
        execute() {
          throw new SpellError("node_failed", "It broke.");
        },
      },
    ]);
    const { lines, plugin } = noting();
    run(spell({ s: "Trigger In", b: "Breaks" }, "s.trigger > b.trigger"), {
      catalogue: broken,
      plugins: [plugin],
    });
    expect(lines.map((line) => (JSON.parse(line) as string[])[0])).toEqual([
      "start",
      "node",
      "end",
      "node",
      "error",
      "over",
    ]);
  });

  it("that throws is reported, and neither the run nor another plugin notices", () => {
    const faults: unknown[] = [];
    const { lines, plugin } = noting();
    const throwing: EnginePlugin = {
      name: "throwing",
      onNodeEnd() {
        throw new Error("A plugin's own fault.");
      },
    };
    const { events } = run(loop, {
      catalogue: counting().catalogue,
      inputs: { list: ["p"] },
      plugins: [throwing, plugin],
      ports: { fault: (thrown) => (faults.push(thrown), "f") },
    });
    expect(events.at(-1)?.type).toBe("run.completed");
    expect(faults).toHaveLength(events.filter(({ type }) => type === "node.completed").length);
    expect(lines.at(-1)).toContain("run.completed");
  });

  it("is told by a replay of a random spell exactly what the run told", async () => {
    const scenario = fc.record({
      drawn: fc.oneof(randomSpell(10), randomProgram()),
      choices: fc.array(fc.nat(7), { minLength: 1, maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ drawn, choices }) => {
        const shop = workshop();
        const plan = planOf(drawn, { catalogue: shop.catalogue });
        const limits = { maxVisits: 150 };
        const live = noting();
        const test = run(plan, {
          catalogue: shop.catalogue,
          inputs: { list: ["a", { b: [1] }] },
          limits,
          plugins: [live.plugin],
        });
        for (let n = 0; test.execution.end === null && shop.pending.length > 0; n += 1) {
          const [next] = shop.pending.splice((choices[n % choices.length] ?? 0) % shop.pending.length, 1);
          next?.resolve();
          await settle();
        }
        const again = noting();
        const records = JSON.parse(JSON.stringify(test.events)) as RunEvent[];
        const { end } = replay(plan, records, { plugins: [again.plugin] });
        expect(end?.type).toBe(test.execution.end?.type);
        expect(again.lines).toEqual(live.lines);
      }),
      { numRuns: 200 },
    );
  });
});
