/** The open spell, for all that is shown of it. */
import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { SpellDocument } from "../../../lib/index.ts";
import type { NodeRun, RunModel } from "../../../lib/run-model.ts";
import { statusOf, type NodeStatus } from "../../../lib/run-model.ts";
import type { OpenSpell } from "../../stores/open-spells.ts";

const OpenSpellContext = createContext<OpenSpell | null>(null);
export const OpenSpellProvider = OpenSpellContext.Provider;

export function useOpenSpell(): OpenSpell {
  const open = useContext(OpenSpellContext);
  if (open === null) throw new Error("There is no open spell around this component.");
  return open;
}

/** What is on the canvas: the author's spell, or the version of the past run that is looked at. */
export function useShownDocument(): { document: SpellDocument | null; isReadOnly: boolean } {
  const { spell, runs } = useOpenSpell();
  const document = useStore(spell.state, (state) => state.document);
  const past = useStore(runs.state, (state) => state.past?.document);
  return { document: past ?? document, isReadOnly: past !== undefined };
}

export function useShownRun(): RunModel | undefined {
  return useStore(useOpenSpell().runs.state, (state) => state.shown)?.run;
}

/** A node in the run that is shown; rendered again for its own changes alone. */
export function useNodeRun(nodeId: string): { node: NodeRun | undefined; status: NodeStatus | undefined } {
  const { runs } = useOpenSpell();
  const node = useStore(runs.state, (state) => state.shown?.run.nodes.get(nodeId));
  const status = useStore(runs.state, (state) => statusOf(state.shown?.run, nodeId, state.shown?.isOver));
  return { node, status };
}
