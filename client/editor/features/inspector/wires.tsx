/** The wires of a node as lists: what keyboards and screen readers use in the place of dragging. */
import { useId, useState } from "react";
import { useStore } from "zustand";
import type { SpellDocument } from "../../../lib/index.ts";
import { Button } from "../../atoms/button.tsx";
import { connect, type Edge, isSameEdge, remove } from "../../core/document.ts";
import { type Socket, type Sockets, socketsOf, whyNot } from "../../core/sockets.ts";
import { catalogue } from "../../stores/catalogue.ts";
import { selectNodes } from "../../stores/workspace-ui.ts";
import { typeAt } from "../canvas/type-at.ts";
import { useOpenSpell } from "../workspace/context.ts";

interface Props {
  nodeId: string;
  sockets: Sockets;
  document: SpellDocument;
  isReadOnly: boolean;
}

export function Wires({ nodeId, sockets, document, isReadOnly }: Props) {
  return (
    <details className="panel-part">
      <summary>Wires</summary>
      {(["inputs", "outputs"] as const).map((side) => (
        <div key={side}>
          <h3>{side === "inputs" ? "Inputs" : "Outputs"}</h3>
          {sockets[side].length === 0 && <p className="soft">None.</p>}
          <ul className="wires">
            {sockets[side].map((socket) => (
              <SocketWires key={socket.name} {...{ nodeId, socket, side, document, isReadOnly }} />
            ))}
          </ul>
        </div>
      ))}
    </details>
  );
}

function SocketWires({
  nodeId,
  socket,
  side,
  document,
  isReadOnly,
}: Omit<Props, "sockets"> & { socket: Socket; side: "inputs" | "outputs" }) {
  const { spell, ui } = useOpenSpell();
  const isInput = side === "inputs";
  const wires = Object.entries(document.edges).filter(([, edge]) => {
    const [node, name] = isInput ? edge.to : edge.from;
    return node === nodeId && name === socket.name;
  });
  return (
    <li>
      <span className="wires-socket">
        {socket.label ?? socket.name} <span className="soft">{socket.type}</span>
      </span>
      {wires.map(([id, edge]) => {
        const [other, name] = isInput ? edge.from : edge.to;
        return (
          <span key={id} className="row">
            <Button look="quiet" onClick={() => selectNodes(ui, [other])}>
              {isInput ? "←" : "→"} {document.nodes[other]?.component ?? other} · {name}
            </Button>
            {!isReadOnly && (
              <Button
                look="quiet"
                aria-label={`Cut the wire to ${other} ${name}`}
                onClick={() => spell.edit((present) => remove(present, [], [id]))}
              >
                ✕
              </Button>
            )}
          </span>
        );
      })}
      {!isReadOnly && <Connector {...{ nodeId, socket, side, document }} />}
    </li>
  );
}

/** All that the socket may be joined with, as a list to choose from. */
function Connector({
  nodeId,
  socket,
  side,
  document,
}: Omit<Props, "sockets" | "isReadOnly"> & { socket: Socket; side: "inputs" | "outputs" }) {
  const { spell } = useOpenSpell();
  const { byName } = useStore(catalogue);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  if (!isOpen)
    return (
      <Button look="quiet" aria-label={`Connect ${socket.name}`} onClick={() => setOpen(true)}>
        + Connect
      </Button>
    );
  const edges = Object.entries(document.nodes)
    .filter(([other]) => other !== nodeId)
    .flatMap(([other, node]) => {
      const theirs = socketsOf(document, other, byName.get(node.component))[
        isInput(side) ? "outputs" : "inputs"
      ];
      return theirs.map(({ name }): Edge =>
        isInput(side)
          ? { from: [other, name], to: [nodeId, socket.name] }
          : { from: [nodeId, socket.name], to: [other, name] },
      );
    })
    .filter(
      (edge) =>
        whyNot(document, edge, typeAt(document, byName)) === null &&
        !Object.values(document.edges).some((present) => isSameEdge(present, edge)),
    );
  return (
    <>
      <label className="hidden-text" htmlFor={id}>
        Connect {socket.name} with
      </label>
      <select
        id={id}
        autoFocus
        defaultValue=""
        onBlur={() => setOpen(false)}
        onChange={(event) => {
          const edge = edges[Number(event.target.value)];
          if (edge !== undefined) spell.edit((present) => connect(present, edge));
          setOpen(false);
        }}
      >
        <option value="">{edges.length === 0 ? "Nothing fits" : "Choose…"}</option>
        {edges.map((edge, i) => {
          const [other, name] = isInput(side) ? edge.from : edge.to;
          return (
            <option key={`${other} ${name}`} value={i}>
              {document.nodes[other]?.component} ({other}) · {name}
            </option>
          );
        })}
      </select>
    </>
  );
}

const isInput = (side: "inputs" | "outputs"): boolean => side === "inputs";
