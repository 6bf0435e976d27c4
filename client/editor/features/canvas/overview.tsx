/** The map in the corner, and the whole spell in view as long as it was. */
import { MiniMap, type ReactFlowState, useReactFlow, useStore as useFlowStore } from "@xyflow/react";
import { useEffect, useRef } from "react";

export function Overview() {
  const flow = useReactFlow();
  const isWhole = useFlowStore(isAllInView);
  const size = useFlowStore(({ width, height }) => `${width} ${height}`);
  const before = useRef({ isWhole, size });
  useEffect(() => {
    const wasWhole = before.current.isWhole && before.current.size !== size;
    before.current = { isWhole, size };
    // The drawer or the window has taken some of it away.
    if (wasWhole && !isWhole) void flow.fitView({ padding: 0.15, maxZoom: 1 });
  }, [flow, isWhole, size]);
  return (
    <MiniMap
      pannable
      zoomable
      // It lies over nodes, and shows nothing then that is not seen.
      className={isWhole ? "map-idle" : ""}
      ariaLabel="Map of the canvas"
      nodeColor="var(--line-strong)"
      maskColor="color-mix(in srgb, var(--ground) 65%, transparent)"
    />
  );
}

function isAllInView({ nodeLookup, transform: [left, top, zoom], width, height }: ReactFlowState): boolean {
  for (const { internals, measured } of nodeLookup.values()) {
    const { x, y } = internals.positionAbsolute;
    const isInView =
      x * zoom + left >= 0 &&
      y * zoom + top >= 0 &&
      (x + (measured.width ?? 0)) * zoom + left <= width &&
      (y + (measured.height ?? 0)) * zoom + top <= height;
    if (!isInView) return false;
  }
  return true;
}
