import { describe, expect, it } from "vitest";
import type { VisitView } from "../../client/lib/run-model.ts";
import { treeOfVisits, type VisitBranch } from "../../client/editor/core/visit-tree.ts";

const visit = (key: string): VisitView => ({ visit: key, attempt: 1, status: "completed" });
/** `1(2 3)`; a branch without a visit of its own in brackets. */
const drawn = (branches: readonly VisitBranch[]): string =>
  branches
    .map(({ ordinal, visit: own, inner }) => {
      const name = own === undefined ? `[${ordinal}]` : ordinal;
      return inner.length === 0 ? name : `${name}(${drawn(inner)})`;
    })
    .join(" ");

describe("the tree of visits", () => {
  it.each([
    [[], ""],
    [["1"], "1"],
    [["1", "2", "10"], "1 2 10"],
    [["1.1", "1.2", "2.1"], "[1](1 2) [2](1)"],
    [["1.2", "1"], "1(2)"],
    [["1", "1~2", "1~2.3"], "1 1~2(3)"],
  ])("of %j", (keys, expected) => {
    const tree = treeOfVisits(keys.map(visit));
    expect(drawn(tree)).toBe(expected);
  });

  it("has each visit at its branch", () => {
    const [branch] = treeOfVisits([visit("2.7")]);
    expect(branch?.inner[0]?.visit).toEqual(visit("2.7"));
  });
});
