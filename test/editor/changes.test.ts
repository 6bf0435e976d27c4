import fc from "fast-check";
import { applyPatch } from "rfc6902";
import { describe, expect, it } from "vitest";
import {
  applyChanges,
  changesBetween,
  inverted,
  patchOf,
  rebase,
  stillFitting,
} from "../../client/editor/core/changes.ts";
import { changeNode, connect, moveNodes, remove, setData } from "../../client/editor/core/document.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";

const node = (name: string, x = 0): SpellDocument["nodes"][string] => ({
  component: "Text Variable",
  position: [x, 0],
  data: { name },
});

const base: SpellDocument = {
  format: "spellrunner@1",
  id: "spell",
  name: "Base",
  version: 3,
  nodes: { a: node("a"), b: node("b"), c: node("c") },
  edges: { ab: { from: ["a", "output"], to: ["b", "input"] } },
};

/** Documents that differ in every kind of member. */
const document: fc.Arbitrary<SpellDocument> = fc
  .record({
    name: fc.string({ maxLength: 5 }),
    nodes: fc.dictionary(
      fc.constantFrom("a", "b", "c", "d/e", "f~g"),
      fc.record({
        component: fc.constantFrom("Code", "Output"),
        position: fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })),
        data: fc.dictionary(fc.constantFrom("name", "text", "x"), fc.jsonValue({ maxDepth: 2 })),
      }),
    ),
    edges: fc.dictionary(
      fc.constantFrom("e1", "e2"),
      fc.record({
        from: fc.tuple(fc.constantFrom("a", "b"), fc.constant("o")),
        to: fc.tuple(fc.constant("c"), fc.constant("i")),
      }),
    ),
    state: fc.option(fc.dictionary(fc.constantFrom("s", "t"), fc.integer()), { nil: undefined }),
  })
  .map(({ state, ...rest }) => ({
    ...base,
    ...rest,
    ...(state === undefined ? {} : { state }),
  })) as unknown as fc.Arbitrary<SpellDocument>;

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("changes between two documents", () => {
  it("make of the first the second, and back", () => {
    fc.assert(
      fc.property(document, document, (from, to) => {
        const changes = changesBetween(from, to);
        expect(plain(applyChanges(from, changes))).toEqual(plain(to));
        expect(plain(applyChanges(to, inverted(changes)))).toEqual(plain(from));
      }),
      { numRuns: 300 },
    );
  });

  it("are a patch of RFC 6902 that does the same", () => {
    fc.assert(
      fc.property(document, document, (from, to) => {
        const patched = plain(from) as object;
        const faults = applyPatch(patched, patchOf(changesBetween(from, to)) as never).filter(
          (fault) => fault !== null,
        );
        expect(faults).toEqual([]);
        expect(patched).toEqual(plain(to));
      }),
      { numRuns: 300 },
    );
  });

  it("name the member and no more, and nothing for what is the same", () => {
    expect(changesBetween(base, setData(base, "a", "text", "new")).map(({ path }) => path)).toEqual([
      ["nodes", "a", "data", "text"],
    ]);
    expect(changesBetween(base, moveNodes(base, new Map([["b", [5, 6]]]))).map(({ path }) => path)).toEqual([
      ["nodes", "b", "position"],
    ]);
    expect(changesBetween(base, { ...structuredClone(base), version: 9 })).toEqual([]);
  });
});

describe("two authors' changes", () => {
  const merged = (mine: SpellDocument, theirs: SpellDocument) => {
    const result = rebase(changesBetween(base, mine), mine, theirs);
    return { ...result, document: applyChanges(theirs, result.changes) };
  };

  it("of different members are both there, without a conflict", () => {
    const { document: both, conflicts } = merged(
      setData(base, "a", "text", "mine"),
      setData({ ...base, name: "Theirs" }, "a", "other", "theirs"),
    );
    expect(conflicts).toEqual([]);
    expect(both.name).toBe("Theirs");
    expect(both.nodes.a?.data).toEqual({ name: "a", text: "mine", other: "theirs" });
  });

  it("that are the same are one", () => {
    const same = setData(base, "a", "name", "same");
    expect(merged(same, structuredClone(same))).toMatchObject({ changes: [], conflicts: [] });
  });

  it("of one member keep mine and tell theirs", () => {
    const { document: both, conflicts } = merged(
      setData(base, "a", "name", "mine"),
      setData(base, "a", "name", "theirs"),
    );
    expect(both.nodes.a?.data.name).toBe("mine");
    expect(conflicts).toEqual([
      { path: ["nodes", "a", "data", "name"], before: "theirs", after: "mine", kept: "mine" },
    ]);
  });

  it("bring a node back that they removed and I changed", () => {
    const { document: both, conflicts } = merged(setData(base, "c", "name", "mine"), remove(base, ["c"]));
    expect(both.nodes.c?.data.name).toBe("mine");
    expect(conflicts).toMatchObject([{ path: ["nodes", "c"], kept: "mine" }]);
  });

  it("keep a node that I removed and they changed", () => {
    const { document: both, conflicts } = merged(remove(base, ["c"]), setData(base, "c", "name", "theirs"));
    expect(both.nodes.c?.data.name).toBe("theirs");
    expect(conflicts).toMatchObject([{ path: ["nodes", "c"], kept: "theirs" }]);
  });

  it("leave no wire to a node that is gone", () => {
    const mine = connect(base, { from: ["b", "output"], to: ["c", "input"] });
    const { document: both } = merged(mine, remove(base, ["c"]));
    expect(Object.values(both.edges).filter(({ to }) => to[0] === "c")).toEqual([]);
    expect(both.nodes.c).toBeUndefined();
  });

  it("are all kept where they touch different nodes, whatever they are", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (mine, theirs) => {
        const result = merged(setData(base, "a", "text", mine), setData(base, "b", "text", theirs));
        expect(result.document.nodes.a?.data.text).toBe(mine);
        expect(result.document.nodes.b?.data.text).toBe(theirs);
      }),
    );
  });
});

describe("what can still be taken back", () => {
  it("is what nobody changed since", () => {
    const edited = setData(changeNode(base, "a", { position: [7, 7] }), "a", "name", "mine");
    const back = inverted(changesBetween(base, edited));
    const since = setData(edited, "a", "name", "theirs");
    expect(stillFitting(since, back).map(({ path }) => path)).toEqual([["nodes", "a", "position"]]);
  });
});
