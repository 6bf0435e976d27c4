/** The document as React Flow takes it; what did not change keeps its identity, so that it is not drawn again. */
import { type Edge as FlowEdge, type Node as FlowNode, Position } from "@xyflow/react";
import type { SpellDocument } from "../../../lib/index.ts";
import { type Comment, commentsOf } from "../../core/comments.ts";
import type { SpellNode } from "../../core/document.ts";
import { geometryOf } from "../../core/node-geometry.ts";
import { type Sockets, socketsOf, wiredSockets } from "../../core/sockets.ts";
import type { ComponentDescription } from "../../stores/catalogue.ts";

export type SpellFlowNode = FlowNode<
  { node: SpellNode; sockets: Sockets; component: ComponentDescription | undefined },
  "spell"
>;
export type CommentFlowNode = FlowNode<{ comment: Comment }, "comment">;
export type CanvasNode = SpellFlowNode | CommentFlowNode;
export type CanvasEdge = FlowEdge<{ type: string }, "wire">;

export const commentPrefix = "comment:";
export const commentIndex = (id: string): number => Number(id.slice(commentPrefix.length));

export class FlowMaker {
  readonly #nodes = new Map<string, { key: string; from: unknown; made: CanvasNode }>();
  readonly #edges = new Map<string, { from: unknown; type: string; made: CanvasEdge }>();

  nodes(document: SpellDocument, byName: ReadonlyMap<string, ComponentDescription>): CanvasNode[] {
    const wired = wiredSockets(document);
    const comments = commentsOf(document).map((comment) =>
      this.#kept(
        `${commentPrefix}${comment.index}`,
        JSON.stringify(comment),
        null,
        (id): CommentFlowNode => ({
          id,
          type: "comment",
          position: { x: comment.position[0], y: comment.position[1] },
          width: comment.width,
          height: comment.height,
          measured: { width: comment.width, height: comment.height },
          handles: [],
          // Behind the nodes that it frames.
          zIndex: -1,
          data: { comment },
        }),
      ),
    );
    const nodes = Object.entries(document.nodes).map(([id, node]) => {
      const component = byName.get(node.component);
      const sockets = socketsOf(document, id, component, wired);
      const names = [...sockets.inputs, ...sockets.outputs]
        .map(({ name, type }) => `${name}\0${type}`)
        .join("\0");
      return this.#kept(id, `${component === undefined ? "?" : ""}${names}`, node, (): SpellFlowNode => ({
        id,
        type: "spell",
        position: { x: node.position[0], y: node.position[1] },
        ...sizeOf(sockets, linesOf(node, component).length),
        data: { node, sockets, component },
        ariaLabel: `${node.component}${typeof node.data.name === "string" ? ` “${node.data.name}”` : ""}`,
      }));
    });
    return [...comments, ...nodes];
  }

  edges(document: SpellDocument, byName: ReadonlyMap<string, ComponentDescription>): CanvasEdge[] {
    return Object.entries(document.edges).flatMap(([id, edge]) => {
      const source = document.nodes[edge.from[0]];
      if (source === undefined || document.nodes[edge.to[0]] === undefined) return [];
      const declared = [...(byName.get(source.component)?.outputs ?? []), ...(source.outputs ?? [])];
      const type =
        declared.findLast(({ name }) => name === edge.from[1])?.type ??
        (edge.from[1] === "trigger" || edge.from[1] === "error" ? "trigger" : "any");
      const known = this.#edges.get(id);
      if (known?.from === edge && known.type === type) return [known.made];
      const made: CanvasEdge = {
        id,
        type: "wire",
        source: edge.from[0],
        sourceHandle: edge.from[1],
        target: edge.to[0],
        targetHandle: edge.to[1],
        data: { type },
        ariaLabel: `Wire from ${edge.from.join(" ")} to ${edge.to.join(" ")}`,
      };
      this.#edges.set(id, { from: edge, type, made });
      return [made];
    });
  }

  #kept<T extends CanvasNode>(id: string, key: string, from: unknown, make: (id: string) => T): T {
    const known = this.#nodes.get(id);
    if (known !== undefined && known.from === from && known.key === key) return known.made as T;
    const made = make(id);
    this.#nodes.set(id, { key, from, made });
    return made;
  }
}

/** What a node says between its head and its sockets, a line each. */
export function linesOf(
  node: SpellNode,
  component: ComponentDescription | undefined,
): { kind: "name" | "fault"; text: string }[] {
  const { name } = node.data;
  return [
    ...(typeof name === "string" && name !== "" ? [{ kind: "name", text: name } as const] : []),
    ...(component === undefined ? [{ kind: "fault", text: "No component of this name here." } as const] : []),
    ...(component?.status === "retired"
      ? [{ kind: "fault", text: `Retired: ${component.help}` } as const]
      : []),
  ];
}

/** As React Flow would have measured it: so it draws wires to nodes that are not in view, and measures nothing. */
function sizeOf(
  sockets: Sockets,
  lines: number,
): Pick<SpellFlowNode, "width" | "height" | "measured" | "handles"> {
  const { width, height, handles } = geometryOf(sockets, lines);
  return {
    width,
    height,
    measured: { width, height },
    handles: handles.map(({ side, ...box }) => ({
      ...box,
      type: side === "inputs" ? "target" : "source",
      position: side === "inputs" ? Position.Left : Position.Right,
    })),
  };
}

/** What did not change stays as it is, and what the author has selected stays selected. */
export function carriedOver(
  before: readonly CanvasNode[],
  next: readonly CanvasNode[],
  selected: ReadonlySet<string>,
): CanvasNode[] {
  const known = new Map(before.map((node) => [node.id, node]));
  return next.map((node): CanvasNode => {
    const old = known.get(node.id);
    const isSelected = selected.has(node.id);
    if (
      old !== undefined &&
      old.data === node.data &&
      old.position.x === node.position.x &&
      old.position.y === node.position.y &&
      (old.selected ?? false) === isSelected
    )
      return old;
    return { ...node, selected: isSelected };
  });
}
