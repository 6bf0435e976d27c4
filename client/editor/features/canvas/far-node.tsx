import { signOf, wordOf } from "../../atoms/status-badge.tsx";
import { useNodeRun } from "../workspace/context.ts";
import type { SpellFlowNode } from "./flow-nodes.ts";

/** A node from afar: one element, since hundreds of them are in view. Its name and state are drawn by far.css. */
export function FarNode({
  id,
  data: { node, component },
  selected,
}: Pick<SpellFlowNode, "id" | "data" | "selected">) {
  const { node: run, status } = useNodeRun(id);
  const count = run?.completed ?? 0;
  const word = status === undefined ? undefined : `${wordOf(status)}${count > 1 ? ` ×${count}` : ""}`;
  return (
    <div
      className="node-far"
      data-status={status ?? "none"}
      data-selected={selected === true}
      data-kind={component?.status ?? "unknown"}
      data-title={node.component}
      data-sign={status === undefined ? "" : signOf(status)}
      data-word={word}
      {...(word === undefined ? {} : { role: "img", "aria-label": word })}
    />
  );
}
