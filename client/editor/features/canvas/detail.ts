/** How much of a node is drawn: all of it near, a box with its name from afar, and a box alone from very far. */
import { createContext, useContext, useEffect, useState } from "react";

export type Detail = "near" | "far" | "faint";

/** Below the first the text of nodes cannot be read, below the second not even their name in large letters. */
export const detailAt = (zoom: number): Detail => (zoom >= 0.4 ? "near" : zoom >= 0.2 ? "far" : "faint");

export const NearContext = createContext(true);

/** Nodes that wait to be drawn in full: some tens of elements each, which a frame has no time for where there are many. */
const waiting = new Set<() => void>();
const perFrame = 8;
let isRunning = false;

function drawSome(): void {
  for (const draw of [...waiting].slice(0, perFrame)) {
    waiting.delete(draw);
    draw();
  }
  isRunning = waiting.size > 0;
  if (isRunning) requestAnimationFrame(drawSome);
}

/** Whether this node is drawn in full. What comes near is, some nodes a frame; what goes far is not, at once. */
export function useIsNear(): boolean {
  const isNear = useContext(NearContext);
  const [isDrawn, setDrawn] = useState(false);
  useEffect(() => {
    if (!isNear) return undefined;
    const draw = (): void => setDrawn(true);
    waiting.add(draw);
    if (!isRunning) {
      isRunning = true;
      requestAnimationFrame(drawSome);
    }
    return () => {
      waiting.delete(draw);
      setDrawn(false);
    };
  }, [isNear]);
  return isNear && isDrawn;
}
