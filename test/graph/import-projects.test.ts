import { describe, expect, it } from "vitest";
import { compile } from "../../src/graph/compile.ts";
import { importSpell } from "../../src/graph/import.ts";
import { catalogue } from "../../src/nodes/index.ts";
import { project } from "../fixtures/eras.ts";
import { echoSpell } from "../helpers/documents.ts";

describe("a project", () => {
  it("gives all its spells, the first one first", () => {
    const { document, more = [] } = importSpell(project());
    expect([document, ...more].map(({ id, name }) => [id, name])).toEqual([
      ["c0ffee00-0000-4000-8000-000000000002", "caller"],
      ["c0ffee00-0000-4000-8000-000000000001", "shouter"],
      ["62974188-0000-4000-8000-000000000001", "Discord Bot"],
    ]);
  });

  it("keeps agents and documents with its first spell, and names each that has no place", () => {
    const { document, issues } = importSpell(project());
    const { agents, documents } = project();
    expect(document.source).toMatchObject({ agents, documents });
    expect(issues.map(({ severity, code }) => [severity, code])).toEqual(
      issues.map(() => ["warning", "not_carried"]),
    );
    expect(issues.map(({ message }) => message.replace(/ has no place.*/, ""))).toEqual([
      'The agent "Greeter"',
      "The document number 1",
      'The document "d-2"',
    ]);
  });

  it("finds its spells by their ids", () => {
    const { document, more = [] } = importSpell(project());
    const { issues, uses } = compile(document, catalogue, (ref) => more.find(({ id }) => id === ref));
    expect(issues).toEqual([]);
    expect(uses.map(({ id }) => id)).toEqual(["c0ffee00-0000-4000-8000-000000000001"]);
  });

  it("has null for what there is none of, in some files", () => {
    const { issues, document } = importSpell({ ...project(), agents: null, documents: null });
    expect(issues).toEqual([]);
    expect(document.source).not.toHaveProperty("agents");
  });

  it("leaves out what is no spell, says why, and keeps it", () => {
    const spells = [{ name: "broken", graph: 5 }, null, ...(project().spells as [])];
    const { document, more = [], issues } = importSpell({ spells });
    expect(document.name).toBe("caller");
    expect(more).toHaveLength(2);
    expect(issues.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^The spell "broken" was left out: This is no spell/),
      expect.stringMatching(/^The spell number 2 was left out: A spell is a JSON object/),
    ]);
    expect(document.source?.spells).toEqual(spells.slice(0, 2));
  });

  it("says of which spell a warning is, but for the first", () => {
    const odd = { name: "odd", graph: { nodes: { "1": 5 } } };
    const { issues } = importSpell({ spells: [odd, { ...odd, name: "second" }] });
    expect(issues.map(({ nodeId, message }) => [nodeId, /second/.test(message)])).toEqual([
      ["1", false],
      ["1", true],
    ]);
  });

  it("may hold spells of every format", () => {
    const { document, more = [] } = importSpell({ spells: [echoSpell("io"), { nodes: {} }] });
    expect(document.id).toBe("io");
    expect(more).toHaveLength(1);
  });

  it("gives a second spell of the same id another one", () => {
    const {
      document,
      more = [],
      issues,
    } = importSpell({ spells: [echoSpell("io"), echoSpell("io"), echoSpell("io-2")] });
    expect([document, ...more].map(({ id }) => id)).toEqual(["io", "io-3", "io-2"]);
    expect(issues).toMatchObject([{ code: "not_carried" }]);
  });

  it.each([
    ["no spells", { spells: [] }, "spells"],
    ["nothing but faulty ones", { spells: [{}, 5] }, "spells.0"],
  ])("with %s is refused", (_what, file, path) => {
    expect(() => importSpell({ agents: [{ name: "a" }], ...file })).toThrow(
      expect.objectContaining({
        code: "bad_request",
        errors: expect.arrayContaining([expect.objectContaining({ path })]),
      }),
    );
  });

  it("with a spell that is too large is refused as a whole: its first spell could not keep it", () => {
    const nodes = Object.fromEntries(Array.from({ length: 5001 }, (_, i) => [i, { name: "Echo" }]));
    expect(() => importSpell({ spells: [echoSpell("io"), { graph: { nodes } }] })).toThrow(
      expect.objectContaining({ code: "too_large" }),
    );
  });
});
