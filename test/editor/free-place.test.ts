import { describe, expect, it } from "vitest";
import { addNode, freePlace } from "../../client/editor/core/document.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";

describe("a new node", () => {
  it("is put where it was meant, or near it where none is, however many there are", () => {
    let document: SpellDocument = {
      format: "spellrunner@1",
      id: "s",
      name: "",
      version: 1,
      nodes: {},
      edges: {},
    };
    expect(freePlace(document, [7, 8])).toEqual([7, 8]);
    for (let i = 0; i < 30; i += 1) {
      const position = freePlace(document, [0, 0]);
      const taken = Object.values(document.nodes).map((node) => node.position);
      expect(
        taken.every(([x, y]) => Math.abs(x - position[0]) >= 230 || Math.abs(y - position[1]) >= 130),
      ).toBe(true);
      document = addNode(document, `n${i}`, { component: "Echo", position, data: {} });
    }
  });
});
