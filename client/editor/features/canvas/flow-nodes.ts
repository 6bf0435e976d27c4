/** The document as React Flow takes it; what did not change keeps its identity, so that it is not drawn again. */
import type { Edge as FlowEdge, Node as FlowNode } from "@xyflow/react";
import type { SpellDocument } from "../../../lib/index.ts";
import { type Comment, commentsOf } from "../../core/comments.ts";
import type { SpellNode } from "../../core/document.ts";
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

/** What React Flow has measured and the author has selected goes on to the newer nodes. */
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
    const measured = old?.measured;
    return { ...node, selected: isSelected, ...(measured === undefined ? {} : { measured }) };
  });
}
