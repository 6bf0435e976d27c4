/** Nodes as text, for the clipboard: pasted here, in another spell, or in another tab. */
import type { SpellDocument } from "../../lib/index.ts";
import { type Edge, freeId, type SpellNode } from "./document.ts";

interface Clip {
  format: "spellrunner/nodes@1";
  nodes: Record<string, SpellNode>;
  edges: Edge[];
}

/** The nodes with the wires between them. */
export function clipOf(document: SpellDocument, ids: readonly string[]): string {
  const chosen = new Set(ids.filter((id) => document.nodes[id] !== undefined));
  const clip: Clip = {
    format: "spellrunner/nodes@1",
    nodes: Object.fromEntries([...chosen].map((id) => [id, document.nodes[id] as SpellNode])),
    edges: Object.values(document.edges).filter(({ from, to }) => chosen.has(from[0]) && chosen.has(to[0])),
  };
  return JSON.stringify(clip, null, 2);
}

/** The document with what was copied, beside where it was; null for a text that is none of ours. */
export function paste(
  document: SpellDocument,
  text: string,
  offset = 40,
): { document: SpellDocument; ids: string[] } | null {
  const clip = parse(text);
  if (clip === null) return null;
  const nodes = { ...document.nodes };
  const edges = { ...document.edges };
  const renamed = new Map<string, string>();
  for (const [id, node] of Object.entries(clip.nodes)) {
    const free = Object.hasOwn(nodes, id) ? freeId(nodes, stemOf(id)) : id;
    renamed.set(id, free);
    nodes[free] = { ...node, position: [node.position[0] + offset, node.position[1] + offset] };
  }
  for (const { from, to } of clip.edges) {
    const [source, target] = [renamed.get(from[0]), renamed.get(to[0])];
    if (source !== undefined && target !== undefined)
      edges[freeId(edges, "e")] = { from: [source, from[1]], to: [target, to[1]] };
  }
  return { document: { ...document, nodes, edges }, ids: [...renamed.values()] };
}

const stemOf = (id: string): string => id.replace(/-\d+$/, "");

function parse(text: string): Clip | null {
  try {
    const clip = JSON.parse(text) as Partial<Clip> | null;
    const isOurs =
      clip?.format === "spellrunner/nodes@1" &&
      isObject(clip.nodes) &&
      Object.values(clip.nodes).every(isNode) &&
      Array.isArray(clip.edges) &&
      clip.edges.every(isEdge);
    return isOurs ? (clip as Clip) : null;
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isPair = (value: unknown, type: "number" | "string"): boolean =>
  Array.isArray(value) && value.length === 2 && value.every((item) => typeof item === type);

const isNode = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.component === "string" &&
  isPair(value.position, "number") &&
  isObject(value.data) &&
  [value.inputs, value.outputs].every((sockets) => sockets === undefined || Array.isArray(sockets));

const isEdge = (value: unknown): boolean =>
  isObject(value) && isPair(value.from, "string") && isPair(value.to, "string");
