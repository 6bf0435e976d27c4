import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile } from "../../src/graph/compile.ts";
import { importSpell } from "../../src/graph/import.ts";
import type { ImportedSpell } from "../../src/graph/imported.ts";
import { validateSpell } from "../../src/graph/validate.ts";
import { catalogue } from "../../src/nodes/index.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import { nodeId, type SpellDocument, spellDocument } from "../../src/protocol/spell.ts";
import type { Json } from "../../src/protocol/values.ts";
import { eras } from "../fixtures/eras.ts";
import { mutated, mutations } from "../helpers/mutations.ts";
import { spellFiles } from "../helpers/spell-files.ts";

/** What stands where a node should. */
const strangeNodes = fc.oneof(
  fc.constantFrom(null, 7, "node", true),
  fc.constant([]),
  fc.constant({}),
  fc.constant({ id: "other", name: "Echo", data: {}, position: [0, 0] }),
  fc.constant({ name: "Echo", data: [], position: [0, 0] }),
  fc.constant({ name: "Echo", data: {}, position: "here" }),
  fc.constant({ name: "Echo", data: { inputs: [{ label: "nameless" }] }, position: [0, 0] }),
  fc.constant({
    name: "Echo",
    data: {},
    position: [0, 0],
    inputs: { string: { connections: [{ node: 1 }] } },
  }),
);

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Nothing at all, for a file that is refused. */
function attempt(file: unknown): ImportedSpell | undefined {
  try {
    return importSpell(file);
  } catch (error) {
    if (!(error instanceof SpellError)) throw error;
    expect(["bad_request", "too_large"]).toContain(error.code);
    expect(error.message).not.toBe("");
    return undefined;
  }
}

const parsedIfText = (value: unknown): unknown => {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};

/** The nodes of a file that is one spell of Rete; undefined for other files. */
function nodesOf(file: Tree): Tree | undefined {
  if (Array.isArray(file.spells)) return undefined;
  for (const candidate of [...["chain", "graph", "data"].map((key) => parsedIfText(file[key])), file]) {
    if (!isTree(candidate)) continue;
    if (isTree(candidate.nodes)) return candidate.nodes;
    if (Array.isArray(candidate.nodes)) return undefined;
  }
  return undefined;
}

/** Sockets that some years called differently. */
const renamed = new Set(["data", "trigger", "text", "input", "name"]);
const isKey = (value: unknown): value is string | number =>
  typeof value === "string" || typeof value === "number";

/** Wires that can be read at either end and that no rule renames, as edges. */
function wiresOf(nodes: Tree): string[] {
  const fits = (key: string): boolean => nodeId.safeParse(key).success;
  const ownIds = new Set(
    Object.values(nodes).map((node) => (isTree(node) && isKey(node.id) ? String(node.id) : "")),
  );
  const isPlain = (node: string, socket: string): boolean =>
    (Object.hasOwn(nodes, node) ? fits(node) : !ownIds.has(node)) &&
    !renamed.has(socket) &&
    socket.length <= 200;
  const wires = new Set<string>();
  for (const [key, node] of Object.entries(nodes))
    for (const [side, far] of [
      ["inputs", "output"],
      ["outputs", "input"],
    ] as const)
      for (const [socket, value] of isTree(node) && isTree(node[side]) ? Object.entries(node[side]) : [])
        for (const one of isTree(value) && Array.isArray(value.connections) ? value.connections : []) {
          if (!isTree(one) || !isKey(one.node) || !isKey(one[far])) continue;
          const there: [string, string] = [String(one.node), String(one[far])];
          // Lists of sockets have indices in place of names.
          const farNode = nodes[there[0]];
          if (isTree(farNode) && (Array.isArray(farNode.inputs) || Array.isArray(farNode.outputs))) continue;
          if (!isPlain(key, socket) || !isPlain(...there)) continue;
          const [from, to] = side === "inputs" ? [there, [key, socket]] : [[key, socket], there];
          wires.add(JSON.stringify({ from, to }));
        }
  return [...wires];
}

/** Every spell of a project is there or was told of. */
function checkProject(file: Tree, { more = [], issues }: ImportedSpell): void {
  if (!Array.isArray(file.spells) || file.nodes !== undefined || file.format !== undefined) return;
  const leftOut = issues.filter(({ message }) => /^The spell .* was left out: /s.test(message));
  expect(1 + more.length + leftOut.length).toBe(file.spells.length);
}

/** Every node and wire of a spell of Rete is there. */
function checkWhole(file: Tree, { document }: ImportedSpell): void {
  const nodes = file.format === "spellrunner@1" ? undefined : nodesOf(file);
  if (nodes === undefined) return;
  expect(Object.keys(document.nodes)).toHaveLength(Object.keys(nodes).length);
  // A wire that is spelt in two ways is kept beside.
  const { wires = [] } = document.source ?? {};
  const kept = [...Object.values(document.edges), ...(wires as Json[])];
  const edges = new Set(kept.map((edge) => JSON.stringify(edge)));
  expect(wiresOf(nodes).filter((wire) => !edges.has(wire))).toEqual([]);
}

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** It may be stored, goes out and comes in again as it is, and is compiled whatever is wrong with it. */
function checkDocument(document: SpellDocument): void {
  expect(spellDocument.safeParse(document).error).toBeUndefined();
  const text = JSON.stringify(document);
  const again = importSpell(JSON.parse(text));
  expect(again.issues).toEqual([]);
  expect(again.document).toEqual(JSON.parse(text));
  validateSpell(document, catalogue);
  expect(asJson(compile(again.document, catalogue))).toEqual(asJson(compile(document, catalogue)));
}

describe("a damaged file", () => {
  it("is refused with bad_request or too_large, or imported whole", () => {
    fc.assert(
      fc.property(fc.nat({ max: spellFiles.length - 1 }), mutations, (index, changes) => {
        const file = mutated(spellFiles[index]?.[1], changes);
        const imported = attempt(file);
        if (imported === undefined || !isTree(file)) return;
        for (const document of [imported.document, ...(imported.more ?? [])]) checkDocument(document);
        checkProject(file, imported);
        checkWhole(file, imported);
      }),
      { numRuns: 400 },
    );
  });

  it("is told of what it lacks by the id of the node", () => {
    fc.assert(
      fc.property(fc.nat({ max: eras.length - 1 }), fc.nat(), strangeNodes, (index, where, node) => {
        const file = eras[index]?.file() ?? {};
        const nodes = nodesOf(file) ?? {};
        const keys = Object.keys(nodes);
        const key = keys[where % keys.length] ?? "";
        nodes[key] = node;
        const { issues } = importSpell(file);
        expect(issues.map(({ nodeId: at }) => at)).toContain(key);
      }),
      { numRuns: 100 },
    );
  });
});
