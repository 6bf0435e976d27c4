/** The wires as lines, where they are drawn many at once. */
import { getBezierPath, Position } from "@xyflow/react";
import type { CanvasEdge, CanvasNode } from "./flow-nodes.ts";

export interface WirePath {
  readonly edge: CanvasEdge;
  readonly path: string;
}

/** Those of one type, some tens of them: drawn as one line. */
export interface WireBundle {
  readonly key: string;
  readonly type: string;
  readonly wires: readonly WirePath[];
}

const maxInBundle = 40;

export class WirePaths {
  /** What did not move keeps its identity. */
  readonly #kept = new Map<string, { from: string; made: WirePath }>();

  bundles(nodes: readonly CanvasNode[], edges: readonly CanvasEdge[]): WireBundle[] {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const byType = new Map<string, WirePath[]>();
    for (const edge of edges) {
      const wire = this.#wire(edge, byId);
      if (wire === undefined) continue;
      const type = edge.data?.type ?? "any";
      const wires = byType.get(type);
      if (wires === undefined) byType.set(type, [wire]);
      else wires.push(wire);
    }
    return [...byType].flatMap(([type, wires]) =>
      Array.from({ length: Math.ceil(wires.length / maxInBundle) }, (_, i) => ({
        key: `${type} ${i}`,
        type,
        wires: wires.slice(i * maxInBundle, (i + 1) * maxInBundle),
      })),
    );
  }

  #wire(edge: CanvasEdge, byId: ReadonlyMap<string, CanvasNode>): WirePath | undefined {
    const source = endOf(byId.get(edge.source), "source", edge.sourceHandle);
    const target = endOf(byId.get(edge.target), "target", edge.targetHandle);
    if (source === undefined || target === undefined) return undefined;
    const from = [...source, ...target].join(" ");
    const known = this.#kept.get(edge.id);
    if (known?.from === from && known.made.edge === edge) return known.made;
    const [path] = getBezierPath({
      sourceX: source[0],
      sourceY: source[1],
      sourcePosition: Position.Right,
      targetX: target[0],
      targetY: target[1],
      targetPosition: Position.Left,
    });
    const made = { edge, path };
    this.#kept.set(edge.id, { from, made });
    return made;
  }
}

/** At the outer edge of the socket, as React Flow ends its own. */
function endOf(
  node: CanvasNode | undefined,
  type: "source" | "target",
  name: string | null | undefined,
): [x: number, y: number] | undefined {
  const handle = node?.handles?.find((one) => one.type === type && one.id === name);
  if (node === undefined || handle === undefined) return undefined;
  const { width = 0, height = 0 } = handle;
  return [
    node.position.x + handle.x + (type === "source" ? width : 0),
    node.position.y + handle.y + height / 2,
  ];
}

/** The wire at a point of the canvas, or at most `reach` away. */
export function wireAt(
  bundles: readonly WireBundle[],
  { x, y }: { x: number; y: number },
  reach: number,
): CanvasEdge | undefined {
  const context = document.createElement("canvas").getContext("2d");
  if (context === null) return undefined;
  context.lineWidth = 2 * reach;
  for (const { wires } of bundles.toReversed())
    for (const { edge, path } of wires.toReversed())
      if (context.isPointInStroke(new Path2D(path), x, y)) return edge;
  return undefined;
}
