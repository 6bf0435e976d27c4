/** Wires that are drawn by hand: what may not be joined says why, and an end in the open asks for a node that fits. */
import { type Connection, type FinalConnectionState, useReactFlow } from "@xyflow/react";
import { useCallback } from "react";
import { useStore } from "zustand";
import { connect, type Edge } from "../../core/document.ts";
import { whyNot } from "../../core/sockets.ts";
import { catalogue } from "../../stores/catalogue.ts";
import { tell } from "../../stores/notices.ts";
import { useOpenSpell, useShownDocument } from "../workspace/context.ts";
import type { CanvasEdge } from "./flow-nodes.ts";
import { typeAt } from "./type-at.ts";

export function useWiring() {
  const { spell, ui } = useOpenSpell();
  const { document } = useShownDocument();
  const { byName } = useStore(catalogue);
  const flow = useReactFlow();
  const reasonAgainst = useCallback(
    (edge: Edge): string | null =>
      document === null ? null : whyNot(document, edge, typeAt(document, byName)),
    [document, byName],
  );

  const onConnect = useCallback(
    (connection: Connection) => {
      const edge = edgeOf(connection);
      if (reasonAgainst(edge) === null) spell.edit((present) => connect(present, edge));
    },
    [spell, reasonAgainst],
  );

  const onConnectEnd = useCallback(
    (event: MouseEvent | TouchEvent, { fromHandle, toHandle, isValid }: FinalConnectionState) => {
      if (fromHandle === null || fromHandle.id === null || fromHandle.id === undefined || document === null)
        return;
      if (toHandle !== null) {
        if (isValid === true) return;
        const [source, target] =
          fromHandle.type === "source" ? [fromHandle, toHandle] : [toHandle, fromHandle];
        if (source.type === target.type) return tell("A wire goes from an output to an input.");
        const reason = reasonAgainst({
          from: [source.nodeId, source.id ?? ""],
          to: [target.nodeId, target.id ?? ""],
        });
        if (reason !== null) tell(reason);
        return;
      }
      const at = "changedTouches" in event ? event.changedTouches[0] : event;
      if (at === undefined) return;
      const { x, y } = flow.screenToFlowPosition({ x: at.clientX, y: at.clientY });
      const side = fromHandle.type === "source" ? "outputs" : "inputs";
      const type = typeAt(document, byName)(fromHandle.nodeId, side, fromHandle.id);
      ui.setState({
        palette: { position: [x, y], end: { node: fromHandle.nodeId, socket: fromHandle.id, type, side } },
      });
    },
    [flow, ui, document, byName, reasonAgainst],
  );

  const isValidConnection = useCallback(
    (connection: Connection | CanvasEdge) => reasonAgainst(edgeOf(connection)) === null,
    [reasonAgainst],
  );

  return { onConnect, onConnectEnd, isValidConnection };
}

const edgeOf = ({ source, sourceHandle, target, targetHandle }: Connection | CanvasEdge): Edge => ({
  from: [source, sourceHandle ?? ""],
  to: [target, targetHandle ?? ""],
});
