import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashOf, pages, parseRoute, type Route } from "../../client/editor/core/route.ts";

describe("the address", () => {
  it("says of every page and every spell what it is read as", () => {
    for (const page of pages) expect(parseRoute(hashOf({ page }))).toEqual({ page });
    const text = fc.string({ minLength: 1, unit: "grapheme" });
    fc.assert(
      fc.property(text, fc.option(text, { nil: undefined }), (spellId, runId) => {
        const route: Route = { page: "spell", spellId, runId };
        expect(parseRoute(hashOf(route))).toEqual(route);
      }),
    );
  });

  it.each(["", "#", "#/", "#/nowhere", "#/spell", "#/spell/"])("shows the spells by %j", (hash) => {
    expect(parseRoute(hash)).toEqual({ page: "spells" });
  });

  it("shows what it can of one that is cut short", () => {
    expect(parseRoute("#/spell/a%2")).toEqual({ page: "spell", spellId: "a%2" });
    expect(parseRoute("#/spell/a/run/")).toEqual({ page: "spell", spellId: "a" });
    expect(parseRoute("#/spell/a/nowhere/r")).toEqual({ page: "spell", spellId: "a" });
  });
});
