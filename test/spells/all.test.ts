/** Every real spell: what it loads with, and that it goes out and comes in again as it is. */
import { describe, expect, it } from "vitest";
import { compile } from "../../src/graph/compile.ts";
import { importSpell } from "../../src/graph/import.ts";
import { validateSpell } from "../../src/graph/validate.ts";
import { catalogue } from "../../src/nodes/index.ts";
import { spellDocument } from "../../src/protocol/spell.ts";
import { hasRealSpells, readRealSpell, realSpells } from "../helpers/real-spells.ts";

/** What is really wrong in some of them. */
const faults: Record<string, string[]> = {
  // Graphs without a node, and of the weeks before anything could be started.
  "magick-behave-Starter-HEAD.json": ["no_start"],
  "magick-db_crud.project.json": ["no_start"],
  "thoth-proto-editor-210615.json": ["no_start"],
  "thoth-proto-editor-210617.json": ["no_start"],
  // Examples of Rete itself: no spells, one with a circle on purpose and a component called "name".
  "magick-rete-test-add-numbers.json": ["no_start"],
  "magick-rete-test-recursive.json": [
    "data_cycle",
    "data_cycle",
    "no_start",
    "unknown_component",
    "unknown_component",
  ],
  // Their Trigger In was taken away and its wire left.
  "magick-threeov-230227.json": ["missing_node"],
  "magick-threeov-230303.json": ["missing_node"],
};

describe.skipIf(!hasRealSpells)("a real spell", () => {
  it("is one of many", () => {
    expect(realSpells.length).toBeGreaterThanOrEqual(80);
  });

  it.each(realSpells.map(({ file }) => file))("loads without a fault that is not its own: %s", (file) => {
    const { document, more = [] } = importSpell(readRealSpell(file));
    const errors = [document, ...more].flatMap((each) =>
      validateSpell(each, catalogue).filter(({ severity }) => severity === "error"),
    );
    expect(errors.map(({ code }) => code).toSorted(), JSON.stringify(errors)).toEqual(faults[file] ?? []);
  });

  it.each(realSpells.map(({ file }) => file))("comes in again as it went out, with its plan: %s", (file) => {
    const { document, more = [] } = importSpell(readRealSpell(file));
    for (const each of [document, ...more]) {
      expect(spellDocument.safeParse(each).error).toBeUndefined();
      const again = importSpell(JSON.parse(JSON.stringify(each)));
      expect(again).toEqual({ document: each, issues: [] });
      expect(compile(again.document, catalogue)).toEqual(compile(each, catalogue));
    }
  });
});
