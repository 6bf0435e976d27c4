/** A node on the canvas: what it is, its sockets, and how it stands in the run that is shown. */
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import type { JsonObject } from "../../../lib/index.ts";
import { StatusBadge } from "../../atoms/status-badge.tsx";
import { brief, duration } from "../../core/format.ts";
import type { Socket } from "../../core/sockets.ts";
import { useNodeRun } from "../workspace/context.ts";
import { AnswerForm } from "./answer-form.tsx";
import { useIsNear } from "./detail.ts";
import { FarNode } from "./far-node.tsx";
import { linesOf, type SpellFlowNode } from "./flow-nodes.ts";

export const SpellNodeView = memo(function SpellNodeView(props: NodeProps<SpellFlowNode>) {
  return useIsNear() ? <NearNode {...props} /> : <FarNode {...props} />;
});

function NearNode({ id, data, selected }: NodeProps<SpellFlowNode>) {
  const { node, sockets, component } = data;
  const { node: run, status } = useNodeRun(id);
  const rows = Math.max(sockets.inputs.length, sockets.outputs.length);
  return (
    <div
      className="node"
      data-status={status ?? "none"}
      data-selected={selected}
      data-kind={component?.status ?? "unknown"}
    >
      <header className="node-head">
        <span className="node-title" title={node.component}>
          {node.component}
        </span>
        {status !== undefined && <StatusBadge status={status} count={run?.completed ?? 0} />}
      </header>
      {linesOf(node, component).map(({ kind, text }) => (
        <p key={kind} className={`node-text node-${kind}`} title={text}>
          {text}
        </p>
      ))}
      <div className="node-sockets">
        {Array.from({ length: rows }, (_, i) => (
          <div className="node-row" key={i}>
            <SocketView socket={sockets.inputs[i]} side="inputs" />
            <SocketView socket={sockets.outputs[i]} side="outputs" />
          </div>
        ))}
      </div>
      <NodeOutcome id={id} />
    </div>
  );
}

function SocketView({ socket, side }: { socket: Socket | undefined; side: "inputs" | "outputs" }) {
  if (socket === undefined) return <span />;
  const isInput = side === "inputs";
  return (
    <span className={`socket socket-${side}`} title={`${socket.label ?? socket.name}: ${socket.type}`}>
      <Handle
        id={socket.name}
        type={isInput ? "target" : "source"}
        position={isInput ? Position.Left : Position.Right}
        className="socket-handle"
        data-type={socket.type}
      />
      <span className="socket-label">{socket.label ?? socket.name}</span>
    </span>
  );
}

/** One line, there before any run: a node that grew with its outcome would move its wires, and be measured anew. */
function NodeOutcome({ id }: { id: string }) {
  const { node, status } = useNodeRun(id);
  const latest = node?.latest;
  const text = status === "running" ? latest?.text : undefined;
  const error = status === "completed" ? undefined : latest?.error;
  const output =
    status === "completed" && latest?.outputs !== undefined ? shownOutput(latest.outputs) : undefined;
  return (
    <footer className="node-foot">
      {latest !== undefined && (
        <div className="node-line">
          <span className={error === undefined ? "node-output" : "node-output node-fault"}>
            {error === undefined ? output : brief(error.message, 120)}
          </span>
          {latest.ms !== undefined && <span className="node-ms">{duration(latest.ms)}</span>}
        </div>
      )}
      {text !== undefined && <p className="node-stream nowheel">{text.slice(-600)}</p>}
      {status === "waiting" && latest !== undefined && <AnswerForm nodeId={id} visit={latest} />}
    </footer>
  );
}

/** The first output that says something. */
function shownOutput(outputs: JsonObject): string | undefined {
  const value = Object.values(outputs).find((output) => output !== null && output !== "");
  return value === undefined ? undefined : brief(value, 120);
}
