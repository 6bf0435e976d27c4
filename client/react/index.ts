/** The front door of `spellrunner/react`. */
export type { NodeView, RunView, SpellView } from "../lib/run-views.ts";
export { useNode } from "./use-node.ts";
export { useRun } from "./use-run.ts";
export { type UsedSpell, useSpell } from "./use-spell.ts";
