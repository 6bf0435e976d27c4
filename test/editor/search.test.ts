import { describe, expect, it } from "vitest";
import { searchComponents, socketFor } from "../../client/editor/core/search.ts";
import { describeComponents } from "../../src/nodes/index.ts";

const components = describeComponents();
const template = components[0];
if (template === undefined) throw new Error("The catalogue is empty.");
const made = (name: string, more: Partial<typeof template> = {}): typeof template => ({
  ...template,
  name,
  aliases: [],
  category: "Made",
  status: "ready",
  help: "",
  inputs: [],
  outputs: [],
  ...more,
});
const namesFor = (query: string, list = components): string[] =>
  searchComponents(list, query).map(({ component }) => component.name);

describe("what is found by a word", () => {
  it("is first what is called so, then what begins so, has it, was called so, is of that kind, speaks of it", () => {
    const list = [
      made("Help", { help: "About a code." }),
      made("Kind", { category: "Code" }),
      made("Once", { aliases: ["Old code"] }),
      made("My Code"),
      made("Codex"),
      made("Code"),
      made("Nothing"),
    ];
    expect(namesFor("  cODe ", list)).toEqual(["Code", "Codex", "My Code", "Once", "Kind", "Help"]);
  });

  it("has what is retired at the end, and by its name alone", () => {
    const list = [
      made("Tea Gone", { status: "retired", help: "tea" }),
      made("Green Tea"),
      made("Pot", { help: "tea" }),
    ];
    expect(namesFor("tea", list)).toEqual(["Green Tea", "Pot", "Tea Gone"]);
    expect(namesFor("", list)).toEqual(["Green Tea", "Pot"]);
    expect(namesFor("made", list)).toEqual(["Green Tea", "Pot"]);
  });

  it("leaves help out for one letter or two", () => {
    expect(namesFor("te", [made("Pot", { help: "tea" })])).toEqual([]);
  });

  it("is never more than fits, and each component of the catalogue is found by its name", () => {
    expect(namesFor("").length).toBe(60);
    for (const { name } of components) expect(namesFor(name)).toContain(name);
  });
});

describe("what is found for an open wire", () => {
  const end = { node: "n", socket: "s", type: "string", side: "outputs" } as const;

  it("has a socket for it, which is named", () => {
    const list = [
      made("Text", {
        inputs: [
          { name: "all", type: "any" },
          { name: "text", type: "string" },
        ],
      }),
      made("Any", { inputs: [{ name: "all", type: "any" }] }),
      made("Number", { inputs: [{ name: "n", type: "number" }] }),
      made("Giver", { outputs: [{ name: "text", type: "string" }] }),
    ];
    const found = searchComponents(list, "", end).map(({ component, socket }) => [component.name, socket]);
    expect(found).toEqual([
      ["Any", "all"],
      ["Text", "text"],
    ]);
  });

  it("gives where the end is an input", () => {
    const giver = made("Giver", {
      outputs: [
        { name: "trigger", type: "trigger" },
        { name: "n", type: "number" },
      ],
    });
    expect(socketFor(giver, { ...end, side: "inputs", type: "number" })).toBe("n");
    expect(socketFor(giver, { ...end, side: "inputs", type: "trigger" })).toBe("trigger");
    expect(socketFor(giver, { ...end, side: "inputs", type: "string" })).toBeUndefined();
  });
});
