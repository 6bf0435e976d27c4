/** The engines, ours first. Loaded by name: a process that tries one of them needs no other. */
import type { Peer } from "./peer.ts";

const found: Record<string, () => Promise<Peer>> = {
  spellrunner: async () => (await import("./spellrunner.ts")).spellrunner,
  "behave-graph": async () => (await import("./behave-graph.ts")).behaveGraph,
  "rete-engine": async () => (await import("./rete-engine.ts")).reteEngine,
  langgraph: async () => (await import("./langgraph.ts")).langGraph,
  "spellrunner, no journal": async () => (await import("./spellrunner.ts")).spellrunnerBare,
  "behave-graph, no listeners": async () => (await import("./behave-graph.ts")).behaveGraphBare,
  "rete-engine, control flow alone": async () => (await import("./rete-engine.ts")).reteEngineBare,
};

export function findPeer(name: string): Promise<Peer> {
  const load = found[name];
  if (load === undefined) throw new Error(`There is no engine "${name}".`);
  return load();
}

export const allPeers = (): Promise<Peer[]> => Promise.all(Object.keys(found).map(findPeer));
