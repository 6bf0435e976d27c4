import { BaseEdge, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import { useStore } from "zustand";
import { useOpenSpell } from "../workspace/context.ts";
import type { CanvasEdge } from "./flow-nodes.ts";
import { passedOf } from "./passed.ts";

/** Coloured by its type; bright once something went through it in the run that is shown, moving while its reader works. */
export const Wire = memo(function Wire({
  id,
  source,
  target,
  sourceHandleId,
  sourceX,
  sourceY,
  targetX,
  targetY,
  sourcePosition,
  targetPosition,
  selected,
  data,
}: EdgeProps<CanvasEdge>) {
  const { runs } = useOpenSpell();
  const passed = useStore(runs.state, ({ shown }) =>
    passedOf(shown?.run, { source, sourceHandle: sourceHandleId, target }),
  );
  const [path] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  return (
    <g className="wire" data-type={data?.type} data-passed={passed} data-selected={selected === true}>
      <BaseEdge id={id} path={path} interactionWidth={18} />
    </g>
  );
});
