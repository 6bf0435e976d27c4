import { describe, expect, it } from "vitest";
import { moveNodes } from "../../client/editor/core/document.ts";
import { walk } from "../../client/editor/core/walk.ts";
import { spell } from "./documents.ts";

//  a ──► b ──► d
//   └──► c
const document = spell(
  { a: { is: "Echo", y: 10 }, c: { is: "Echo", y: 90 }, b: { is: "Echo", y: 20 }, d: { is: "Echo", y: 30 } },
  `
  a.output > c.source
  a.output > b.source
  b.output > d.source`,
);

describe("a walk by keys", () => {
  it("begins at the topmost node that nothing leads to", () => {
    expect(walk(document, undefined, "right")).toBe("a");
    expect(walk(document, "gone", "up")).toBe("a");
  });

  it("begins somewhere where all is a circle, and nowhere where nothing is", () => {
    expect(walk(spell({ x: "Echo" }, "x.output > x.source"), undefined, "left")).toBe("x");
    expect(walk(spell({}, ""), undefined, "left")).toBeUndefined();
  });

  it("goes along wires, to the topmost of several, and ends where they end", () => {
    expect(walk(document, "a", "right")).toBe("b");
    expect(walk(document, "b", "right")).toBe("d");
    expect(walk(document, "d", "right")).toBeUndefined();
    expect(walk(document, "c", "left")).toBe("a");
    expect(walk(document, "a", "left")).toBeUndefined();
  });

  it("goes up and down to what is near, to the side at twice the cost", () => {
    expect(walk(document, "b", "down")).toBe("d");
    expect(walk(document, "b", "up")).toBe("a");
    expect(walk(document, "a", "up")).toBeUndefined();
    const aside = moveNodes(document, new Map([["d", [100, 30]]]));
    expect(walk(aside, "b", "down")).toBe("c");
  });
});
