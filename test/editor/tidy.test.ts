import { describe, expect, it } from "vitest";
import { tidied } from "../../client/editor/core/tidy.ts";
import { spell } from "./documents.ts";

const document = spell(
  {
    low: { is: "Echo", y: 400 },
    top: { is: "Echo", y: -50 },
    next: { is: "Echo", y: 0 },
    other: { is: "Echo", y: 9 },
  },
  `
  low.output > next.source
  top.output > next.source`,
);
const sizes = new Map(Object.keys(document.nodes).map((id) => [id, { width: 200, height: 100 }]));

describe("nodes that are tidied", () => {
  it("stand from left to right along their wires and do not cover each other", () => {
    const places = tidied(document, Object.keys(document.nodes), sizes);
    const of = (id: string): readonly [number, number] => places.get(id) ?? [Number.NaN, Number.NaN];
    expect(of("next")[0]).toBeGreaterThanOrEqual(of("low")[0] + 200);
    expect(of("next")[0]).toBeGreaterThanOrEqual(of("top")[0] + 200);
    const all = [...places.values()];
    for (const [i, [x, y]] of all.entries())
      for (const [otherX, otherY] of all.slice(i + 1))
        expect(Math.abs(x - otherX) >= 200 || Math.abs(y - otherY) >= 100).toBe(true);
  });

  it("begin with the start that was topmost before", () => {
    const places = tidied(document, Object.keys(document.nodes), sizes);
    const heightOf = (id: string): number => places.get(id)?.[1] ?? Number.NaN;
    expect(heightOf("top")).toBeLessThan(heightOf("other"));
    expect(heightOf("other")).toBeLessThan(heightOf("low"));
  });

  it("are those that were asked for, from where they were", () => {
    const places = tidied(document, ["low", "next", "gone"], sizes);
    expect([...places.keys()].toSorted()).toEqual(["low", "next"]);
    expect(Math.min(...[...places.values()].map(([, y]) => y))).toBe(0);
    expect(tidied(document, [], sizes).size).toBe(0);
  });

  it("may go in circles and have no size yet", () => {
    const circle = spell(
      { a: "Echo", b: "Echo" },
      "a.trigger > b.trigger\n b.trigger > a.trigger\n a.output > a.source",
    );
    for (const [x, y] of tidied(circle, ["a", "b"], new Map()).values())
      expect(Number.isFinite(x) && Number.isFinite(y)).toBe(true);
  });
});
