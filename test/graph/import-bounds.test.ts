import { describe, expect, it } from "vitest";
import { FreshNames } from "../../src/graph/fresh-names.ts";
import { maxAddedParts } from "../../src/graph/import-budget.ts";
import { importSpell } from "../../src/graph/import.ts";
import { maxProjectSpells } from "../../src/graph/projects.ts";
import { maxToldIssues, toldIssues } from "../../src/graph/told-issues.ts";
import { maxSpellBytes, maxSpellNodes, type SpellIssue } from "../../src/protocol/spell.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import { echoSpell } from "../helpers/documents.ts";

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

const nodes = (count: number, type: string, configuration: JsonObject = {}): JsonObject[] =>
  times(count, (i) => ({
    id: String(i),
    type,
    ...(Object.keys(configuration).length > 0 && { configuration }),
  }));
const sockets = (count: number): JsonObject[] => times(count, (i) => ({ name: `s${i}` }));

const event = (parameters: JsonObject[]): JsonObject => ({ customEvents: [{ id: "e", parameters }] });
const ofEvent = { customEventId: "e" };

const refusal = (file: JsonObject): unknown => {
  expect(JSON.stringify(file).length).toBeLessThan(maxSpellBytes);
  try {
    return importSpell(file);
  } catch (error) {
    return error;
  }
};
const tooLarge = (what: RegExp) =>
  expect.objectContaining({ code: "too_large", message: expect.stringMatching(what) });

describe("a behave-graph file whose nodes multiply what they share is refused before it grows", () => {
  const counted = (part: string) => new RegExp(`more than ${maxAddedParts} parts: .*\\d+ ${part}`);

  it.each<[string, JsonObject, string]>([
    [
      "results of a sub-spell",
      { nodes: nodes(2000, "events/subspells/output"), graphOutputs: sockets(4000) },
      "sockets",
    ],
    [
      "inputs of a sub-spell",
      { nodes: nodes(3000, "events/subspells/input"), graphInputs: sockets(4000) },
      "sockets",
    ],
    [
      "parameters of a custom event",
      { nodes: nodes(3000, "customEvent/trigger", ofEvent), ...event(sockets(3000)) },
      "sockets",
    ],
    ["counted cases", { nodes: nodes(3000, "flow/switch/string", { numCases: 1e9 }) }, "sockets"],
    ["counted outputs", { nodes: nodes(4000, "flow/sequence", { numOutputs: 1e9 }) }, "sockets"],
    [
      "values of a custom event's parameters",
      {
        nodes: nodes(500, "customEvent/trigger", ofEvent),
        ...event(times(40, (i) => ({ name: `s${i}`, defaultValue: i }))),
      },
      "values",
    ],
    ["warnings", { nodes: [], variables: times(60_000, () => 0) }, "warnings"],
  ])("%s", (_what, file, part) => {
    expect(refusal(file)).toEqual(tooLarge(counted(part)));
  });

  it.each<[string, JsonObject]>([
    [
      "a variable",
      {
        nodes: nodes(2000, "variables/get", { variableId: "v" }),
        variables: [{ id: "v", name: "v", valueTypeName: "string", initialValue: "x".repeat(10_000) }],
      },
    ],
    [
      "a custom event's parameter",
      {
        nodes: nodes(2000, "customEvent/trigger", ofEvent),
        ...event([{ name: "p", defaultValue: "x".repeat(10_000) }]),
      },
    ],
  ])("a long value of %s", (_what, file) => {
    expect(refusal(file)).toEqual(tooLarge(/^Values that nodes share/));
  });

  it("nodes drawn for results are nodes of the spell", () => {
    const file = { nodes: nodes(3, "events/subspells/output"), graphOutputs: sockets(2000) };
    expect(refusal(file)).toEqual(tooLarge(new RegExp(`^This spell has ${maxSpellNodes + 1} nodes`)));
  });

  it("the spells of a project share one bound", () => {
    const spell = { nodes: nodes(10, "flow/sequence", { numOutputs: 1000 }) };
    const project = (count: number) => ({ spells: times(count, (i) => ({ ...spell, name: `s${i}` })) });
    expect(refusal(project(5))).toHaveProperty("document");
    expect(refusal(project(6))).toEqual(tooLarge(counted("sockets")));
  });

  it("but what is within the bound is imported whole", () => {
    const { document } = importSpell({
      nodes: nodes(2, "events/subspells/output"),
      graphOutputs: sockets(2000),
    });
    expect(Object.keys(document.nodes)).toHaveLength(4002);
    expect(Object.keys(document.edges)).toHaveLength(8000);
  });
});

it("nodes above the maximum are counted before any is read", () => {
  const unread = new Proxy(
    times<JsonObject>(maxSpellNodes + 1, () => ({})),
    {
      get: (list, key, receiver) => {
        if (key === "flatMap") throw new Error("was read");
        return Reflect.get(list, key, receiver) as unknown;
      },
    },
  );
  expect(() => importSpell({ nodes: unread })).toThrow(
    tooLarge(new RegExp(`^This spell has ${maxSpellNodes + 1} nodes`)),
  );
});

describe("a project", () => {
  it("with more spells than are taken is refused, whether they are spells or not", () => {
    const all = times(maxProjectSpells, (i) => echoSpell(`s${i}`));
    expect(importSpell({ spells: all }).more).toHaveLength(maxProjectSpells - 1);
    const message = new RegExp(`^This project has ${maxProjectSpells + 1} spells`);
    expect(refusal({ spells: [...all, 0] as unknown as JsonObject[] })).toEqual(tooLarge(message));
    expect(refusal({ spells: times(300_000, () => 0) })).toEqual(tooLarge(/^This project has 300000 spells/));
  });

  it("with more agents than can be told tells the first of them and the number of the rest", () => {
    const { document, issues } = importSpell({
      spells: [echoSpell("io")] as unknown as JsonObject[],
      agents: times(300_000, () => 0),
    });
    expect(issues).toHaveLength(maxToldIssues + 1);
    expect(issues.at(-1)?.message).toMatch(new RegExp(`^${300_000 - maxToldIssues} more of its agents`));
    expect(document.source?.agents).toHaveLength(300_000);
  });
});

describe("the issues of an answer", () => {
  const warning = (i: number): SpellIssue => ({
    severity: "warning",
    code: "not_carried",
    message: String(i),
  });
  const error: SpellIssue = { severity: "error", code: "no_start", message: "none" };

  it("are all told, in their order, up to the most", () => {
    const issues = [...times(maxToldIssues - 1, warning), error];
    expect(toldIssues(issues)).toEqual(issues);
  });

  it("end above it with the number of those that are not told, which are warnings where there are any", () => {
    const told = toldIssues([...times(1000, warning), error]);
    expect(told).toHaveLength(maxToldIssues + 1);
    expect(told[0]).toEqual(error);
    expect(told.at(-1)?.message).toMatch(new RegExp(`^${1001 - maxToldIssues} more faults are`));
    expect(toldIssues(times(maxToldIssues + 1, warning)).at(-1)?.message).toMatch(/^1 more fault is/);
  });
});

describe("fresh names", () => {
  /** Counts how often it is asked. */
  class Asked extends Set<string> {
    count = 0;
    override has(name: string): boolean {
      this.count += 1;
      return super.has(name);
    }
  }

  it("are found in as many steps as there are names", () => {
    const taken = new Asked(["a-3"]);
    const fresh = new FreshNames(taken);
    expect(times(4, () => fresh.take("a"))).toEqual(["a", "a-2", "a-4", "a-5"]);
    for (let i = 0; i < 5000; i++) fresh.take("a");
    expect(taken.size).toBe(5005);
    expect(taken.count).toBeLessThan(2.1 * taken.size);
  });

  it("are given to nodes of one id, of one title, and to results beside nodes of their names", () => {
    const { document } = importSpell({
      nodes: [
        { id: "a", type: "magick/onMessage", label: "in" },
        { id: "a", type: "magick/onMessage", label: "in" },
        { id: "a", type: "magick/onMessage", label: "in" },
        { id: "o.1", type: "flow/branch" },
        { id: "o", type: "events/subspells/output" },
      ],
      graphOutputs: [{ name: "x" }],
    });
    expect(Object.keys(document.nodes)).toEqual(["a", "a-2", "a-3", "o.1", "o", "o.1-2"]);
    expect(["a", "a-2", "a-3"].map((id) => document.nodes[id]?.data.name)).toEqual(["in", "in 2", "in 3"]);
  });
});
