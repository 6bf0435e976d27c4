import { describe, expect, it } from "vitest";
import { replay } from "../../src/engine/index.ts";
import { outputsOf, planOf, run, spell, visitsOf } from "../helpers/spells.ts";

describe("sub-spells", () => {
  const inner = (name: string) =>
    spell(
      {
        in: "Trigger In",
        v: "Universal Input:text",
        e: "Echo",
        o: "Output:said",
        x: "Trigger Out:ok",
        y: "Trigger Out:never",
      },
      `
      in.trigger > e.trigger
      v.output > e.source
      e.trigger > o.trigger
      e.output > o.input
      o.trigger > x.trigger`,
      { id: name, name },
    );
  const sockets = {
    inputs: [{ name: "k-in", type: "any", label: "text" } as const],
    outputs: [
      { name: "k-out", type: "any", label: "said" } as const,
      { name: "ok", type: "trigger" } as const,
      { name: "never", type: "trigger" } as const,
    ],
  };
  const outer = spell(
    {
      start: "Trigger In",
      s: { is: "Spell", data: { spellId: "inner" }, ...sockets },
      v: "Universal Input:v",
      a: "Output:a",
      b: "Output:b",
    },
    `
    start.trigger > s.trigger
    v.output > s.k-in
    s.ok > a.trigger
    s.never > b.trigger
    s.k-out > a.input
    s.k-out > b.input`,
  );

  it("run in the same journal under the path of their node, and fire the Trigger Outs that were reached", () => {
    const { events } = run(outer, {
      inputs: { v: "hi" },
      subSpells: (ref) => (ref === "inner" ? inner("inner") : undefined),
    });
    expect(outputsOf(events)).toEqual({ a: "hi" });
    expect(visitsOf(events)).toEqual([
      "start 1",
      "v 1",
      "s/in 1",
      "s/v 1",
      "s/e 1",
      "s/o 1",
      "s/x 1",
      "s 1",
      "a 1",
    ]);
  });

  it("end a spell that runs itself by the recursion limit", () => {
    const self = spell(
      { start: "Trigger In", s: { is: "Spell", data: { spellId: "self" } } },
      "start.trigger > s.trigger",
      { id: "self", name: "self" },
    );
    const { events } = run(self, { subSpells: () => self, limits: { maxRecursion: 5 } });
    expect(events.at(-1)).toMatchObject({
      type: "run.failed",
      error: { code: "recursion_limit", nodeId: "s/s/s/s/s/s" },
    });
  });

  it("that run themselves too deep are replayed to the same end", () => {
    const self = spell(
      { start: "Trigger In", s: { is: "Spell", data: { spellId: "self" } } },
      "start.trigger > s.trigger",
      { id: "self", name: "self" },
    );
    const done = run(self, { subSpells: () => self });
    expect(done.events.at(-1)).toMatchObject({ error: { code: "recursion_limit" } });
    expect(replay(planOf(self, { subSpells: () => self }), done.events).events).toEqual(done.events);
  });

  it("are replayed with the plan alone", () => {
    const done = run(outer, { inputs: { v: "hi" }, subSpells: () => inner("inner") });
    const plan = planOf(outer, { subSpells: () => inner("inner") });
    const again = replay(JSON.parse(JSON.stringify(plan)), JSON.parse(JSON.stringify(done.events)));
    expect(again.events).toEqual(done.events);
  });

  it("of 2021 are reached by the keys of their sockets, those since by the names", () => {
    const inside = spell(
      {
        in: { is: "Trigger In", data: { socketKey: "k-go" } },
        v: { is: "Module Input:renamed", data: { socketKey: "k-in", text: "its own" } },
        o: { is: "Module Output:also renamed", data: { socketKey: "k-out" } },
      },
      `
      in.trigger > o.trigger
      v.output > o.input`,
      { id: "inside", name: "inside" },
    );
    const caller = (component: string) =>
      spell(
        {
          start: "Trigger In",
          x: "Universal Input:x",
          m: {
            is: component,
            data: { module: "inside", spellId: "inside" },
            inputs: [{ name: "k-in", type: "any", label: "as it was called" }],
            outputs: [
              { name: "k-out", type: "any", label: "as that was called" },
              { name: "done", type: "trigger" },
            ],
          },
          o: "Output:o",
        },
        `
        start.trigger > m.trigger
        x.output > m.k-in
        m.done > o.trigger
        m.k-out > o.input`,
        { spells: { inside } },
      );
    expect(outputsOf(run(caller("Module"), { inputs: { x: "given" } }).events)).toEqual({ o: "given" });
    expect(outputsOf(run(caller("Spell"), { inputs: { x: "given" } }).events)).toEqual({});
  });
});

it("of two Trigger Outs of one name the one that was reached fires its own socket", () => {
  const inner = spell(
    {
      t: "Trigger In",
      x1: { is: "Trigger Out:out", data: { socketKey: "k1" } },
      x2: { is: "Trigger Out:out", data: { socketKey: "k2" } },
    },
    "t.trigger > x1.trigger",
    { id: "inner" },
  );
  const fire = (name: string) => ({ name, type: "trigger", label: "out" }) as const;
  const drawn = spell(
    {
      s: "Trigger In",
      n: { is: "Spell", data: { spellId: "inner" }, outputs: [fire("k1"), fire("k2")] },
      a: "Echo",
      b: "Echo",
    },
    `
    s.trigger > n.trigger
    n.k1 > a.trigger
    n.k2 > b.trigger`,
    { spells: { inner } },
  );
  expect(visitsOf(run(drawn).events)).toEqual(["s 1", "n/t 1", "n/x1 1", "n 1", "a 1"]);
});
