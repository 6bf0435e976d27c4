/** What is moved by hand: its new place is an edit, and a frame takes the nodes within it along. */
import { useReactFlow } from "@xyflow/react";
import { type Dispatch, type SetStateAction, useCallback, useRef } from "react";
import { changeComment } from "../../core/comments.ts";
import { moveNodes, type Point } from "../../core/document.ts";
import { useOpenSpell } from "../workspace/context.ts";
import { type CanvasNode, commentIndex, commentPrefix } from "./flow-nodes.ts";

export function useDragging(setNodes: Dispatch<SetStateAction<CanvasNode[]>>) {
  const { spell } = useOpenSpell();
  const flow = useReactFlow();
  /** Nodes inside a frame that is being moved, and where all began. */
  const carried = useRef<{ frame: Point; nodes: Map<string, Point> } | null>(null);

  const onNodeDragStart = useCallback(
    (_: unknown, node: CanvasNode) => {
      if (node.type !== "comment") return;
      const { x, y } = node.position;
      const [width, height] = [node.width ?? 0, node.height ?? 0];
      const within = flow
        .getNodes()
        .filter(
          ({ id, position, selected }) =>
            !id.startsWith(commentPrefix) &&
            selected !== true &&
            position.x >= x &&
            position.y >= y &&
            position.x <= x + width &&
            position.y <= y + height,
        );
      carried.current = {
        frame: [x, y],
        nodes: new Map(within.map(({ id, position }) => [id, [position.x, position.y]])),
      };
    },
    [flow],
  );

  const onNodeDrag = useCallback(
    (_: unknown, node: CanvasNode) => {
      const moving = carried.current;
      if (node.type !== "comment" || moving === null || moving.nodes.size === 0) return;
      const [dx, dy] = [node.position.x - moving.frame[0], node.position.y - moving.frame[1]];
      setNodes((before) =>
        before.map((other) => {
          const from = moving.nodes.get(other.id);
          return from === undefined ? other : { ...other, position: { x: from[0] + dx, y: from[1] + dy } };
        }),
      );
    },
    [setNodes],
  );

  const onNodeDragStop = useCallback(
    (_: unknown, node: CanvasNode, dragged: CanvasNode[]) => {
      const places = new Map<string, Point>();
      const frames: [number, Point][] = [];
      for (const { id, position } of [...dragged, node])
        if (id.startsWith(commentPrefix))
          frames.push([commentIndex(id), [Math.round(position.x), Math.round(position.y)]]);
        else places.set(id, [position.x, position.y]);
      const moving = carried.current;
      carried.current = null;
      if (node.type === "comment" && moving !== null)
        for (const [id, [x, y]] of moving.nodes)
          places.set(id, [x + node.position.x - moving.frame[0], y + node.position.y - moving.frame[1]]);
      spell.edit((present) => {
        let next = moveNodes(present, places);
        for (const [index, [x, y]] of frames) next = changeComment(next, index, { position: [x, y] });
        return next;
      });
    },
    [spell],
  );

  return { onNodeDragStart, onNodeDrag, onNodeDragStop };
}
