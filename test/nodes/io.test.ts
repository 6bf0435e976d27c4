import { describe, expect, it } from "vitest";
import { importSpell } from "../../src/graph/import.ts";
import { compile } from "../../src/graph/compile.ts";
import { catalogue } from "../../src/nodes/index.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { type DrawnNode, outputsOf, run, spell, type TestOptions } from "../helpers/spells.ts";

const given = (nodes: Record<string, DrawnNode>, wires: string, options: TestOptions = {}) => {
  const { events } = run(spell(nodes, wires), options);
  const last = events.at(-1);
  return outputsOf(events) ?? (last?.type === "run.failed" ? last.error?.code : last?.type);
};

describe("an Input", () => {
  const alone = (data: JsonObject, inputs: JsonObject) =>
    given(
      { i: { is: "Input:Input - Default", data }, out: "Output:out" },
      `
      i.trigger > out.trigger
      i.output > out.input`,
      { inputs },
    );

  it.each<[string, JsonObject, JsonObject, Json]>([
    ["the value of its own name", {}, { other: 1, "Input - Default": 2 }, 2],
    ["the first value where none has its name", { defaultValue: "d" }, { other: 1, more: 2 }, 1],
    [
      "what was given, also where the default is in use",
      { useDefault: true, defaultValue: "d" },
      { other: 1 },
      1,
    ],
    ["an empty text", { defaultValue: "d" }, { "Input - Default": "" }, ""],
    ["null", { defaultValue: "d" }, { "Input - Default": null }, null],
    ["false, as the first value", { defaultValue: "d" }, { other: false }, false],
    ["the default where the run brings nothing", { defaultValue: "d", text: "t" }, {}, "d"],
    ["the text where there is no default", { text: "t" }, {}, "t"],
    ["the default that is in use", { useDefault: true, defaultValue: "", text: "t" }, {}, ""],
  ])("gives %s", (_what, data, inputs, value) => {
    expect(alone(data, inputs)).toEqual({ out: value });
  });

  it.each<[string, JsonObject]>([
    ["it holds nothing", {}],
    ["it holds what an editor sent last", { text: { spellName: "x", inputs: {} } }],
    ["the default in use is none", { useDefault: true, text: "t" }],
  ])("fails with missing_input where the run brings nothing and %s", (_what, data) => {
    expect(alone(data, {})).toBe("missing_input");
  });

  const two: Record<string, DrawnNode> = {
    a: { is: "Input:Input - A", y: 10 },
    b: { is: "Input:Input - B", y: 20 },
    d: { is: "Input:Input - Default", y: 30 },
    oa: "Output:a",
    ob: "Output:b",
    od: "Output:d",
  };
  const wires = `
    a.trigger > oa.trigger
    a.output > oa.input
    b.trigger > ob.trigger
    b.output > ob.input
    d.trigger > od.trigger
    d.output > od.input`;

  it("starts by the first name of the run's inputs, else as the default, else topmost", () => {
    expect(given(two, wires, { inputs: { "Input - B": 1, "Input - A": 2 } })).toEqual({ b: 1 });
    expect(given(two, wires, { inputs: { other: 3, "Input - A": 2 } })).toEqual({ d: 3 });
    const { d: _d, od: _od, ...rest } = two;
    const fewer = wires.split("\n").slice(0, -2).join("\n");
    expect(given(rest, fewer, { inputs: { other: 3 } })).toEqual({ a: 3 });
    expect(given(two, wires, { inputs: { "Input - B": 1, "Input - A": 2 }, trigger: "Input - A" })).toEqual({
      a: 2,
    });
  });

  it("gives the event of the Input that started where another one is read", () => {
    const nodes = { a: "Input:Input - A", b: "Input:Input - B", out: "Output:out" };
    const read = `
      a.trigger > out.trigger
      b.output > out.input`;
    expect(given(nodes, read, { inputs: { "Input - A": "hers" } })).toEqual({ out: "hers" });
  });

  it("whose trigger leads nowhere starts a run that does nothing, and goes after those that do something", () => {
    const idle: Record<string, DrawnNode> = { idle: { is: "Input:idle", y: -100 }, out: "Output:out" };
    expect(given(idle, "idle.output > out.input", { inputs: { idle: 1 } })).toEqual({});
    expect(given({ ...two, ...idle }, wires, { inputs: { "Input - A": 2 } })).toEqual({ a: 2 });
    expect(
      compile(spell({ ...idle, a: "Input:a", o: "Echo" }, "a.trigger > o.trigger"), catalogue).plan.graphs[0]
        ?.starts,
    ).toEqual([0, 1]);
  });

  it("goes behind a Trigger In, which starts the spell then", () => {
    const nodes = { t: "Trigger In:go", i: "Input:Input", out: "Output:out" };
    const read = `
      t.trigger > out.trigger
      i.output > out.input`;
    expect(given(nodes, read, { inputs: { Input: 4 } })).toEqual({ out: 4 });
  });
});

describe("an Input Field", () => {
  it.each<[JsonObject, JsonObject]>([
    [{ text: "fixed" }, { out: "fixed" }],
    [{ text: "" }, { out: "" }],
    [{}, {}],
  ])("with %j gives %j, whatever the run brings", (data, outputs) => {
    const nodes = { t: "Trigger In:go", f: { is: "Input Field", data }, out: "Output:out" };
    const read = `
      t.trigger > out.trigger
      f.text > out.input`;
    expect(given(nodes, read, { inputs: { text: "other" } })).toEqual(outputs);
  });
});

describe("a Playtest Input", () => {
  const nodes = (data: JsonObject): Record<string, DrawnNode> => ({
    p: { is: "Playtest Input", data },
    out: "Playtest Print:out",
  });
  const wires = `
    p.trigger > out.trigger
    p.text > out.text`;

  it.each<[string, JsonObject, JsonObject, Json]>([
    ["the run's first value", { text: "typed" }, { text: "said", more: 1 }, "said"],
    ["the value of its own name", { name: "me" }, { text: "said", me: 0 }, 0],
    ["the value of its number", {}, { text: "said", "input-p": null }, null],
    ["its text where the run brings nothing", { text: "typed" }, {}, "typed"],
  ])("starts a run and gives %s", (_what, data, inputs, value) => {
    expect(given(nodes(data), wires, { inputs })).toEqual({ out: value });
  });

  it("gives its text where the run starts elsewhere", () => {
    const both = { ...nodes({ text: "typed" }), t: "Trigger In:go", o: "Output:o" };
    const read = `${wires}
      t.trigger > o.trigger
      p.text > o.input`;
    expect(given(both, read, { inputs: { prompt: "x" } })).toEqual({ o: "typed" });
  });
});

describe("a Playtest Print", () => {
  it("is an output, named by its number, and takes the value of the branch that fired", () => {
    const nodes: Record<string, DrawnNode> = {
      t: "Trigger In:go",
      yes: { is: "Input Field", data: { text: "yes" } },
      gate: "Boolean Gate",
      a: "Echo",
      b: "Echo",
      print: "Playtest Print",
      after: "Output:after",
    };
    const wires = `
      t.trigger > gate.trigger
      yes.text > gate.boolean
      gate.true > a.trigger
      gate.false > b.trigger
      yes.text > a.string
      yes.text > b.string
      b.trigger > print.trigger
      a.trigger > print.trigger
      b.output > print.text
      a.output > print.text
      print.trigger > after.trigger
      print.output > after.input`;
    expect(given(nodes, wires)).toEqual({ "output-print": "yes", after: "yes" });
  });
});

describe("an Output", () => {
  it("takes an event beside its value and is not changed by it", () => {
    const nodes = { i: "Input:Input", f: { is: "Input Field", data: { text: "value" } }, out: "Output:out" };
    const wires = `
      i.trigger > out.trigger
      i.output > out.event
      f.text > out.input`;
    expect(given(nodes, wires, { inputs: { Input: "event" } })).toEqual({ out: "value" });
    expect(compile(spell(nodes, wires), catalogue).issues).toEqual([]);
  });
});

describe("sockets of a sub-spell", () => {
  const inner = spell(
    {
      idle: { is: "Input:Input - Default", y: -50 },
      sub: { is: "Input:Input - Subspell", y: 50 },
      topic: { is: "Socket Input:topic", data: { fewshot: "weather" } },
      bare: "Socket Input:bare",
      out: "Output:Output",
      about: "Socket Output:about",
      wrong: "Socket Output:wrong",
    },
    `
    idle.trigger > wrong.trigger
    idle.output > wrong.input
    sub.trigger > out.trigger
    sub.output > out.input
    out.trigger > about.trigger
    topic.output > about.input`,
    { id: "inner", name: "Inner" },
  );
  const called = (data: JsonObject, wires: string, inputs: JsonObject) =>
    given(
      {
        i: "Input:Input - Default",
        s: {
          is: "Spell",
          data,
          outputs: [
            { name: "Output", type: "any" },
            { name: "about", type: "any" },
            { name: "wrong", type: "any" },
          ],
        },
        o: "Output:o",
        a: "Socket Output:a",
        w: "Socket Output:w",
      },
      `
      i.trigger > s.trigger
      ${wires}
      s.trigger > o.trigger
      s.trigger > a.trigger
      s.trigger > w.trigger
      s.Output > o.input
      s.about > a.input
      s.wrong > w.input`,
      { inputs, subSpells: (ref) => (ref === "inner" || ref === "Inner" ? inner : undefined) },
    );

  it("start where the event of the Spell node goes, and have defaults", () => {
    expect(called({ spellId: "inner" }, "i.output > s.event", { "Input - Default": 7 })).toEqual({
      o: 7,
      a: "weather",
    });
  });

  it("take what is wired to them by their names", () => {
    const wires = `
      i.output > s.event
      i.output > s.topic`;
    expect(called({ spellName: "Inner" }, wires, { "Input - Default": "" })).toEqual({ o: "", a: "" });
  });

  it("start at the first Input that the Spell node fills", () => {
    expect(called({ spell: "Inner" }, "i.output > s.Input - Default", { "Input - Default": 7 })).toEqual({
      w: 7,
    });
  });

  it("find a spell that a node holds as an object, by its id or its name", () => {
    const objects: JsonObject[] = [{ id: "inner", name: "x" }, { name: "Inner" }];
    for (const held of objects)
      expect(called({ spell: held }, "i.output > s.event", { "Input - Default": 7 })).toEqual({
        o: 7,
        a: "weather",
      });
  });

  it("start at the usual Input where the Spell node is only read", () => {
    const outer = spell(
      {
        t: "Trigger In",
        s: { is: "Spell", data: { spell: "inner" }, outputs: [{ name: "Output", type: "any" }] },
        f: { is: "Input Field", data: { text: "x" } },
        o: "Output:o",
      },
      `
      t.trigger > o.trigger
      f.text > s.event
      s.Output > o.input`,
    );
    expect(outputsOf(run(outer, { subSpells: () => inner }).events)).toEqual({ o: "x" });
  });

  it("fail with missing_input where nothing gives a value", () => {
    expect(
      given(
        { i: "Input:i", s: "Socket Input:topic", o: "Output:o" },
        "i.trigger > o.trigger\ns.output > o.input",
        { inputs: { i: 1 } },
      ),
    ).toBe("missing_input");
  });
});

describe("names of earlier years", () => {
  it.each([
    ["Module Trigger In", "Trigger In"],
    ["Module Trigger", "Trigger In"],
    ["Module Trigger Out", "Trigger Out"],
    ["Module Input", "Universal Input"],
    ["Module Output", "Output"],
  ])("%s is found as %s", (earlier, name) => {
    expect(catalogue.find(earlier)?.name).toBe(name);
  });

  it("do not make an Input of 2021 one of 2023", () => {
    const { document } = importSpell({
      nodes: {
        "1": { name: "Input", data: { text: "x" }, position: [0, 0], outputs: { text: { connections: [] } } },
      },
    });
    expect(compile(document, catalogue).plan.graphs[0]?.inputs).toEqual([]);
  });
});

describe("a trigger of a Spell node", () => {
  const inner = spell(
    { t: "Trigger In", reached: "Trigger Out:reached", never: "Trigger Out:never" },
    "t.trigger > reached.trigger",
    { id: "inner" },
  );
  const fired = (socket: string): boolean => {
    const outer = spell(
      {
        t: "Trigger In",
        s: { is: "Spell", data: { spell: "inner" }, outputs: [{ name: socket, type: "trigger" }] },
        f: { is: "Input Field", data: { text: "fired" } },
        o: "Output:o",
      },
      `
      t.trigger > s.trigger
      s.${socket} > o.trigger
      f.text > o.input`,
    );
    return outputsOf(run(outer, { subSpells: () => inner }).events)?.o === "fired";
  };

  it("fires where the Trigger Out that it mirrors was reached", () => {
    expect(fired("reached")).toBe(true);
    expect(fired("never")).toBe(false);
  });

  it("fires when the spell is done where what it mirrored is no more", () => {
    expect(fired("renamed")).toBe(true);
  });
});
