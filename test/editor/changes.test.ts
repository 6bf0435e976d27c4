import fc from "fast-check";
import { applyPatch } from "rfc6902";
import { describe, expect, it } from "vitest";
import {
  applyChanges,
  changesBetween,
  inverted,
  patchOf,
  rebase,
  settle,
  stillFitting,
  valueAt,
} from "../../client/editor/core/changes.ts";
import { changeNode, connect, remove, setData } from "../../client/editor/core/document.ts";
import type { SpellDocument } from "../../client/lib/index.ts";
import { anyDocument, spell } from "./documents.ts";

const base = spell({ a: "Echo", b: "Echo", c: "Echo" }, "a.output > b.source");
const merged = (mine: SpellDocument, theirs: SpellDocument, from = base) => {
  const { changes, conflicts } = rebase(changesBetween(from, mine), mine, theirs);
  return { document: applyChanges(theirs, changes), conflicts };
};
const placesOf = (changes: readonly { path: readonly string[] }[]): string[] =>
  changes.map(({ path }) => path.join("/"));

describe("the difference of two spells", () => {
  it("makes the one of the other, and nothing of itself", () => {
    fc.assert(
      fc.property(anyDocument, anyDocument, (a, b) => {
        const before = structuredClone(a);
        expect(applyChanges(a, changesBetween(a, b))).toEqual(b);
        expect(a).toEqual(before);
        expect(changesBetween(a, structuredClone(a))).toEqual([]);
      }),
    );
  });

  it("leads back when it is inverted", () => {
    fc.assert(
      fc.property(anyDocument, anyDocument, (a, b) => {
        expect(applyChanges(b, inverted(changesBetween(a, b)))).toEqual(a);
      }),
    );
  });

  it("is the same as a patch of RFC 6902", () => {
    fc.assert(
      fc.property(anyDocument, anyDocument, (a, b) => {
        const patched = structuredClone(a);
        const faults = applyPatch(patched, patchOf(changesBetween(a, b)) as never);
        expect(faults.every((fault) => fault === null)).toBe(true);
        expect(patched).toEqual(b);
      }),
    );
  });

  it("goes into a node's data by keys, and takes lists, sockets and positions whole", () => {
    const next = changeNode(setData(base, "a", "text", "hi"), "b", { position: [5, 6] });
    expect(placesOf(changesBetween(base, next))).toEqual(["nodes/a/data/text", "nodes/b/position"]);
  });

  it("says nothing of what the server alone sets", () => {
    expect(changesBetween(base, { ...base, id: "other", version: 9 })).toEqual([]);
  });
});

describe("changes that are taken back", () => {
  it("are those that nobody has changed since", () => {
    const mine = setData(setData(base, "a", "x", 1), "a", "y", 1);
    const back = inverted(changesBetween(base, mine));
    const fitting = stillFitting(setData(mine, "a", "x", 2), back);
    expect(placesOf(fitting)).toEqual(["nodes/a/data/y"]);
  });

  it("do not count what lies in a node that is gone", () => {
    const mine = setData(base, "a", "x", 1);
    const back = inverted(changesBetween(mine, base));
    expect(stillFitting(remove(base, ["a"]), back)).toEqual([]);
  });

  it("may build on each other", () => {
    const added = { ...base, state: {} };
    const filled = { ...base, state: { n: 1 } };
    const changes = [...changesBetween(base, added), ...changesBetween(added, filled)];
    const back = stillFitting(filled, inverted(changes));
    expect(applyChanges(filled, back)).toEqual(base);
  });
});

describe("changes on another version", () => {
  it("are both there where they touch different members", () => {
    fc.assert(
      fc.property(anyDocument, anyDocument, anyDocument, (from, mine, theirs) => {
        const [mineOnly, theirsOnly] = [
          changesBetween(from, mine).filter(({ path }) => path[0] === "name" || path[0] === "comments"),
          changesBetween(from, theirs).filter(({ path }) => path[0] === "nodes" || path[0] === "state"),
        ];
        const [a, b] = [applyChanges(from, mineOnly), applyChanges(from, theirsOnly)];
        const { document, conflicts } = merged(a, b, from);
        expect(conflicts).toEqual([]);
        const { edges: _, ...rest } = document;
        const { edges: __, ...both } = applyChanges(b, mineOnly);
        expect(rest).toEqual(both);
      }),
    );
  });

  it("leave nothing of mine out without telling, and no wire to a node that was there", () => {
    fc.assert(
      fc.property(anyDocument, anyDocument, anyDocument, (from, mine, theirs) => {
        const { document, conflicts } = merged(mine, theirs, from);
        const told = new Set(placesOf(conflicts));
        for (const { path, after } of changesBetween(from, mine)) {
          const isTold = path.some((_, i) => told.has(path.slice(0, i + 1).join("/")));
          const isCut = path[0] === "edges" && valueAt(document, path) === undefined;
          const isWhollyGone = after === undefined && valueAt(document, path) === undefined;
          if (!isTold && !isCut && !isWhollyGone) expect(valueAt(document, path)).toEqual(after);
        }
        for (const { from: start, to } of Object.values(document.edges))
          for (const [id] of [start, to])
            if (mine.nodes[id] !== undefined || theirs.nodes[id] !== undefined)
              expect(document.nodes[id]).toBeDefined();
      }),
    );
  });

  it("of the same member keep mine and tell theirs", () => {
    const { document, conflicts } = merged(
      setData(base, "a", "x", "mine"),
      setData(base, "a", "x", "theirs"),
    );
    expect(document.nodes.a?.data).toEqual({ x: "mine" });
    expect(conflicts).toEqual([
      { path: ["nodes", "a", "data", "x"], before: "theirs", after: "mine", kept: "mine" },
    ]);
  });

  it("that are the same are no conflict", () => {
    const both = setData(base, "a", "x", "same");
    expect(merged(both, both)).toEqual({ document: both, conflicts: [] });
  });

  it("leave a node that I removed and they edited", () => {
    const { document, conflicts } = merged(remove(base, ["c"]), setData(base, "c", "x", 1));
    expect(document.nodes.c?.data).toEqual({ x: 1 });
    expect(conflicts).toMatchObject([{ path: ["nodes", "c"], kept: "theirs" }]);
  });

  it("bring back, once, the whole node that they removed and I edited", () => {
    const mine = setData(setData(base, "c", "x", 1), "c", "y", 2);
    const { document, conflicts } = merged(mine, remove(base, ["c"]));
    expect(document.nodes.c).toEqual(mine.nodes.c);
    expect(conflicts).toMatchObject([{ path: ["nodes", "c"], kept: "mine" }]);
  });

  it("bring back the state that they removed and I edited", () => {
    const from = { ...base, state: { n: 1, m: 1 } };
    const mine = { ...base, state: { n: 2, m: 1 } };
    const { document, conflicts } = merged(mine, base, from);
    expect(document.state).toEqual(mine.state);
    expect(conflicts).toMatchObject([{ path: ["state"], kept: "mine" }]);
  });

  it("ask nothing where I removed a part of what they removed whole", () => {
    const from = setData(base, "c", "x", 1);
    expect(merged(base, remove(from, ["c"]), from)).toEqual({ document: remove(from, ["c"]), conflicts: [] });
  });

  it("cut my wire to a node that they removed, and theirs to one that I removed", () => {
    const wire = { from: ["a", "output"] as [string, string], to: ["c", "source"] as [string, string] };
    const [wired, gone] = [connect(base, wire), remove(base, ["c"])];
    expect(merged(wired, gone).document).toEqual(gone);
    expect(merged(gone, wired).document).toEqual(gone);
  });

  it("keep a wire that never led anywhere", () => {
    const from = { ...base, edges: { e: { from: ["nobody", "x"], to: ["a", "source"] } } } as SpellDocument;
    expect(merged(setData(from, "a", "x", 1), from, from).document.edges).toEqual(from.edges);
  });
});

describe("a conflict that is settled", () => {
  it("takes theirs, and mine again", () => {
    const { document, conflicts } = merged(setData(base, "a", "x", 1), setData(base, "a", "x", 2));
    const [conflict] = conflicts;
    if (conflict === undefined) throw new Error("There is no conflict.");
    const theirs = settle(document, conflict, "theirs");
    expect(theirs.nodes.a?.data).toEqual({ x: 2 });
    expect(settle(theirs, conflict, "mine")).toEqual(document);
  });

  it("removes a node after all, with the wires that they drew to it", () => {
    const wire = { from: ["a", "output"] as [string, string], to: ["c", "source"] as [string, string] };
    const theirs = connect(setData(base, "c", "x", 1), wire);
    const { document, conflicts } = merged(remove(base, ["c"]), theirs);
    expect(conflicts).toHaveLength(1);
    const [conflict] = conflicts;
    if (conflict !== undefined) expect(settle(document, conflict, "mine")).toEqual(remove(base, ["c"]));
  });
});
