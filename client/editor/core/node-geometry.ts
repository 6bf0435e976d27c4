/**
 * How large a node is and where its sockets are: from what it is, not measured on the page. So wires can be drawn to nodes that
 * are not, and nothing that a node shows moves them. canvas.css draws nodes in these sizes.
 */
import type { Sockets } from "./sockets.ts";

export const nodeWidth = 230;
const border = 2;
const headHeight = 35;
/** Of the node's own name, and of the word that there is no such component. */
const lineHeight = 22;
const rowsPadding = 6;
const rowHeight = 20;
/** What came out: one line, there before any run. What it streams and asks lies over what is below. */
const footHeight = 32;
const handleSize = 11;

export interface Handle {
  readonly id: string;
  readonly side: "inputs" | "outputs";
  /** Its upper left corner, from that of the node. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface NodeGeometry {
  readonly width: number;
  readonly height: number;
  readonly handles: readonly Handle[];
}

/** @param lines of text between head and sockets */
export function geometryOf({ inputs, outputs }: Sockets, lines: number): NodeGeometry {
  const rows = Math.max(inputs.length, outputs.length);
  const top = border + headHeight + lines * lineHeight + rowsPadding;
  const handle = (side: Handle["side"], id: string, row: number): Handle => ({
    id,
    side,
    x: (side === "inputs" ? border : nodeWidth - border) - handleSize / 2,
    y: top + row * rowHeight + (rowHeight - handleSize) / 2,
    width: handleSize,
    height: handleSize,
  });
  return {
    width: nodeWidth,
    height: top + rows * rowHeight + rowsPadding + footHeight + border,
    handles: [
      ...inputs.map(({ name }, row) => handle("inputs", name, row)),
      ...outputs.map(({ name }, row) => handle("outputs", name, row)),
    ],
  };
}
