/** Edits of a spell, each giving a new document and leaving the old one as it is. */
import type { Json, SpellDocument } from "../../lib/index.ts";
import { nodeWidth } from "./node-geometry.ts";
import { removeFrom } from "./objects.ts";

export type SpellNode = SpellDocument["nodes"][string];
export type Edge = SpellDocument["edges"][string];
export type Point = readonly [x: number, y: number];

/** A node id that is free: what the component is called, and a number. */
export function freeId(taken: Readonly<Record<string, unknown>>, component: string): string {
  const stem =
    component
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "")
      .slice(0, 40) || "node";
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? stem : `${stem}-${n}`;
    if (!Object.hasOwn(taken, id)) return id;
  }
}

/** About as large as a node is drawn. */
const room = { width: nodeWidth, height: 130 };

/** The place, or the nearest to its right and below where no node is. */
export function freePlace(document: SpellDocument, [x, y]: Point): [number, number] {
  const taken = Object.values(document.nodes).map(({ position }) => position);
  const isFree = (left: number, top: number): boolean =>
    taken.every(([a, b]) => Math.abs(a - left) >= room.width || Math.abs(b - top) >= room.height);
  // Square after square around the place: as many as there are nodes hold a free one.
  for (let ring = 0; ring <= taken.length; ring += 1)
    for (let step = 0; step <= ring; step += 1)
      for (const [across, down] of [[ring, step] as const, [step, ring] as const]) {
        const place = [Math.round(x + across * room.width), Math.round(y + down * room.height)] as const;
        if (isFree(...place)) return [...place];
      }
  return [Math.round(x), Math.round(y)];
}

export function addNode(document: SpellDocument, id: string, node: SpellNode): SpellDocument {
  return { ...document, nodes: { ...document.nodes, [id]: node } };
}

export function changeNode(document: SpellDocument, id: string, change: Partial<SpellNode>): SpellDocument {
  const node = document.nodes[id];
  if (node === undefined) return document;
  const next = Object.fromEntries(
    Object.entries({ ...node, ...change }).filter(([, value]) => value !== undefined),
  ) as unknown as SpellNode;
  return addNode(document, id, next);
}

/** `value` undefined takes the key away. */
export function setData(
  document: SpellDocument,
  id: string,
  key: string,
  value: Json | undefined,
): SpellDocument {
  const node = document.nodes[id];
  if (node === undefined) return document;
  const data = value === undefined ? removeFrom(node.data, [key]) : { ...node.data, [key]: value };
  return changeNode(document, id, { data });
}

/** Nodes with all their wires, and wires. */
export function remove(
  document: SpellDocument,
  nodes: readonly string[],
  edges: readonly string[] = [],
): SpellDocument {
  const gone = new Set(nodes);
  const cut = Object.entries(document.edges)
    .filter(([id, { from, to }]) => edges.includes(id) || gone.has(from[0]) || gone.has(to[0]))
    .map(([id]) => id);
  return {
    ...document,
    nodes: removeFrom(document.nodes, nodes),
    edges: removeFrom(document.edges, cut),
  };
}

export function moveNodes(document: SpellDocument, positions: ReadonlyMap<string, Point>): SpellDocument {
  const nodes = { ...document.nodes };
  for (const [id, [x, y]] of positions) {
    const node = nodes[id];
    const to: [number, number] = [Math.round(x), Math.round(y)];
    if (node !== undefined && (node.position[0] !== to[0] || node.position[1] !== to[1]))
      nodes[id] = { ...node, position: to };
  }
  return { ...document, nodes };
}

export function connect(document: SpellDocument, edge: Edge): SpellDocument {
  const isThere = Object.values(document.edges).some((other) => isSameEdge(other, edge));
  if (isThere) return document;
  return { ...document, edges: { ...document.edges, [freeId(document.edges, "e")]: edge } };
}

export const isSameEdge = (a: Edge, b: Edge): boolean =>
  a.from[0] === b.from[0] && a.from[1] === b.from[1] && a.to[0] === b.to[0] && a.to[1] === b.to[1];

/** A spell with nothing in it. Its id is given by the server. */
export const emptySpell = (name: string): Omit<SpellDocument, "id"> => ({
  format: "spellrunner@1",
  name,
  version: 0,
  nodes: {},
  edges: {},
});
