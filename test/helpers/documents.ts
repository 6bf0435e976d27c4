/** Small spells for tests that need some spell, whatever it does. */
import type { SpellDocument } from "../../src/protocol/spell.ts";

/** Gives its input `text` back as its output `text`. */
export const echoSpell = (id: string, changes: Partial<SpellDocument> = {}): SpellDocument => ({
  format: "spellrunner@1",
  id,
  name: "Echo",
  version: 0,
  nodes: {
    start: { component: "Trigger In", position: [0, 0], data: { name: "go" } },
    in: { component: "Universal Input", position: [0, 100], data: { name: "text" } },
    out: { component: "Output", position: [200, 0], data: { name: "text" } },
  },
  edges: {
    e1: { from: ["start", "trigger"], to: ["out", "trigger"] },
    e2: { from: ["in", "output"], to: ["out", "input"] },
  },
  ...changes,
});
