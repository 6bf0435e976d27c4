import { describe, expect, it } from "vitest";
import { outputsOf, run, spell, type TestComponent, trigger, withComponents } from "../helpers/spells.ts";
import { counting } from "../helpers/steps.ts";

describe("faults", () => {
  it("refuse a run whose started part reaches a fault, and no other", () => {
    const { catalogue } = counting();
    const drawn = spell(
      {
        start: "Trigger In",
        other: { is: "Trigger In:other", y: 9 },
        a: "Step",
        lost: "No Such Thing",
        out: "Output:o",
      },
      `
      start.trigger > a.trigger
      a.trigger > out.trigger
      a.out > out.input
      other.trigger > lost.trigger`,
    );
    expect(outputsOf(run(drawn, { catalogue }).events)).toEqual({ o: "a()" });
    const { events } = run(drawn, { catalogue, trigger: "other" });
    expect(events.map((event) => event.type)).toEqual(["run.started", "run.failed"]);
    expect(events.at(-1)).toMatchObject({ error: { code: "spell_invalid", nodeId: "lost" } });
  });

  it("refuse a circle of data, a wire to nowhere, and a spell without a start", () => {
    const { catalogue } = counting();
    const circle = spell(
      { start: "Trigger In", a: "Value", b: "Value", out: "Output:o" },
      `
      start.trigger > out.trigger
      a.out > b.in
      b.out > a.in
      b.out > out.input`,
    );
    expect(run(circle, { catalogue }).events.at(-1)).toMatchObject({
      error: { code: "spell_invalid", message: expect.stringContaining("circle") },
    });
    const nowhere = spell(
      { start: "Trigger In", a: "Step" },
      `
      start.trigger > a.trigger
      a.trigger > gone.trigger`,
    );
    expect(run(nowhere, { catalogue }).events.at(-1)).toMatchObject({
      error: { code: "spell_invalid", message: expect.stringContaining('"gone"') },
    });
    expect(run(spell({ a: "Step" }, ""), { catalogue }).events.at(-1)).toMatchObject({
      error: { code: "spell_invalid" },
    });
  });

  it("say which input is missing", () => {
    const drawn = spell(
      { start: "Trigger In", v: "Universal Input:topic", out: "Output:o" },
      `
      start.trigger > out.trigger
      v.output > out.input`,
    );
    expect(run(drawn).events.at(-1)).toMatchObject({
      error: { code: "missing_input", message: expect.stringContaining('"topic"'), nodeId: "v" },
    });
  });
});

describe("a fault of a component or of ours", () => {
  it("ends the run once, with an id for the log and nothing of the cause", () => {
    const broken: TestComponent = {
      name: "Broken",
      aliases: [],
      inputs: [trigger],
      outputs: [trigger],
      execute: () => (undefined as unknown as { x: { y: never } }).x.y,
    };
    const told: unknown[] = [];
    const { events } = run(spell({ start: "Trigger In", b: "Broken" }, "start.trigger > b.trigger"), {
      catalogue: withComponents([broken]),
      ports: { fault: (thrown) => (told.push(thrown), "id-1") },
    });
    expect(events.map(({ type }) => type)).toEqual([
      "run.started",
      "node.started",
      "node.completed",
      "node.started",
      "node.failed",
      "run.failed",
    ]);
    expect(events.at(-1)).toMatchObject({ error: { code: "internal", nodeId: "b", errorId: "id-1" } });
    expect(JSON.stringify(events)).not.toContain("undefined");
    expect(told).toHaveLength(1);
  });

  it("in the middle of a turn ends it, too", () => {
    const odd: TestComponent = {
      name: "Odd",
      aliases: [],
      inputs: [trigger],
      outputs: [trigger],
      execute: () => ({ fired: 5 as unknown as string[] }),
    };
    const { events } = run(
      spell(
        { start: "Trigger In", o: "Odd", e: "Echo" },
        `
      start.trigger > o.trigger
      o.trigger > e.trigger`,
      ),
      { catalogue: withComponents([odd]) },
    );
    expect(events.at(-1)).toMatchObject({ type: "run.failed", error: { code: "internal" } });
  });
});

it("a lost trigger refuses the run that reaches it, and what is only read fires nothing", () => {
  const lost = spell(
    { s: "Trigger In", c: "Echo", o: "Output:o", i: { is: "Universal Input:i", data: { text: "x" } } },
    `
    s.trigger > c.trigger
    c.finished > o.trigger
    i.output > o.input`,
  );
  expect(run(lost).events.at(-1)).toMatchObject({
    error: { code: "spell_invalid", nodeId: "c", message: expect.stringContaining('"finished"') },
  });
  const unreached = spell(
    {
      s: "Trigger In",
      other: { is: "Trigger In:other", y: 9 },
      o: "Output:o",
      n: "Echo",
      i: { is: "Universal Input:i", data: { text: "x" } },
      bad: "Nonsense",
    },
    `
    s.trigger > o.trigger
    n.output > o.input
    i.output > n.string
    other.trigger > n.trigger
    n.trigger > bad.trigger`,
  );
  expect(outputsOf(run(unreached).events)).toEqual({ o: "x" });
  expect(run(unreached, { trigger: "other" }).events.at(-1)).toMatchObject({
    error: { code: "spell_invalid", nodeId: "bad" },
  });
});

it("a gate whose input got no value fails with missing_input instead of choosing a branch", () => {
  const drawn = spell(
    { s: "Trigger In", e: "Echo", g: "Boolean Gate" },
    `
    s.trigger > g.trigger
    e.output > g.boolean`,
  );
  expect(run(drawn).events.at(-1)).toMatchObject({
    error: { code: "missing_input", nodeId: "g", message: expect.stringContaining('"boolean"') },
  });
});
