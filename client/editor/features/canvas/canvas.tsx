/** The canvas: nodes, wires and frames; what is moved, joined and deleted on it becomes an edit of the spell. */
import "@xyflow/react/dist/style.css";
import "./canvas.css";
import {
  applyNodeChanges,
  Background,
  type Connection,
  Controls,
  type EdgeChange,
  type FinalConnectionState,
  MiniMap,
  type NodeChange,
  ReactFlow,
  SelectionMode,
  useReactFlow,
  useStore as useFlowStore,
  useStoreApi,
} from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { changeComment, removeComments } from "../../core/comments.ts";
import { connect, type Edge, moveNodes, type Point, remove } from "../../core/document.ts";
import { whyNot } from "../../core/sockets.ts";
import { catalogue } from "../../stores/catalogue.ts";
import { tell } from "../../stores/notices.ts";
import { theme } from "../../stores/theme.ts";
import { useOpenSpell, useShownDocument } from "../workspace/context.ts";
import { CommentNode } from "./comment-node.tsx";
import { detailAt, DetailContext } from "./detail.ts";
import { FarWires } from "./far-wires.tsx";
import {
  type CanvasEdge,
  type CanvasNode,
  carriedOver,
  commentIndex,
  commentPrefix,
  FlowMaker,
} from "./flow-nodes.ts";
import { SpellNodeView } from "./spell-node.tsx";
import { typeAt } from "./type-at.ts";
import { Wire } from "./wire.tsx";
import { wireAt, WirePaths } from "./wire-paths.ts";

const nodeTypes = { spell: SpellNodeView, comment: CommentNode };
const edgeTypes = { wire: Wire };
/** Ours are in the key table. */
const noKey = null;
const noEdges: CanvasEdge[] = [];
/** How near to a wire a click is meant for it, in pixels of the screen. */
const reach = 6;

export function Canvas() {
  const { spell, ui } = useOpenSpell();
  const { document, isReadOnly } = useShownDocument();
  const { byName } = useStore(catalogue);
  const { theme: colorMode } = useStore(theme);
  const selectedNodes = useStore(ui, (state) => state.nodes);
  const selectedEdges = useStore(ui, (state) => state.edges);
  const selectedComments = useStore(ui, (state) => state.comments);
  const flow = useReactFlow();
  const flowStore = useStoreApi();
  // Before React Flow takes it for its observer: how large nodes are is known (core/node-geometry.ts), and of one that is drawn
  // simply it would find no sockets.
  useState(() => flowStore.setState({ updateNodeInternals: () => {} }));
  const detail = useFlowStore(({ transform: [, , zoom] }) => detailAt(zoom));
  const isFar = detail !== "near";
  const [maker] = useState(() => new FlowMaker());
  const [wirePaths] = useState(() => new WirePaths());
  const [nodes, setNodes] = useState<CanvasNode[]>([]);
  /** Nodes inside a frame that is being moved, and where all began. */
  const carried = useRef<{ frame: Point; nodes: Map<string, Point> } | null>(null);

  useEffect(() => {
    if (document === null) return;
    const selected = new Set([
      ...selectedNodes,
      ...selectedComments.map((index) => `${commentPrefix}${index}`),
    ]);
    setNodes((before) => carriedOver(before, maker.nodes(document, byName), selected));
  }, [document, byName, maker, selectedNodes, selectedComments]);

  // Another drawing: the author's and that of a past run may lie elsewhere.
  const isEmpty = nodes.length === 0;
  useEffect(() => {
    if (!isEmpty) void flow.fitView({ padding: 0.15, maxZoom: 1 });
  }, [flow, isReadOnly, isEmpty]);

  const edges = useMemo(() => {
    if (document === null) return [];
    const selected = new Set(selectedEdges);
    return maker
      .edges(document, byName)
      .map((edge) => (selected.has(edge.id) ? { ...edge, selected: true } : edge));
  }, [document, byName, maker, selectedEdges]);

  const bundles = useMemo(
    () => (isFar ? wirePaths.bundles(nodes, edges) : []),
    [isFar, wirePaths, nodes, edges],
  );

  const onNodesChange = useCallback(
    (changes: NodeChange<CanvasNode>[]) => {
      const selections = changes.filter((change) => change.type === "select");
      if (selections.length > 0) {
        const state = ui.getState();
        const ids = new Set([...state.nodes, ...state.comments.map((index) => `${commentPrefix}${index}`)]);
        for (const { id, selected } of selections)
          if (selected) ids.add(id);
          else ids.delete(id);
        ui.setState({
          nodes: [...ids].filter((id) => !id.startsWith(commentPrefix)),
          comments: [...ids].filter((id) => id.startsWith(commentPrefix)).map(commentIndex),
          inside: null,
          visit: null,
        });
      }
      setNodes((before) =>
        applyNodeChanges(
          changes.filter(({ type }) => type !== "remove"),
          before,
        ),
      );
    },
    [ui],
  );

  const onEdgesChange = useCallback(
    (changes: EdgeChange<CanvasEdge>[]) => {
      const ids = new Set(ui.getState().edges);
      for (const change of changes)
        if (change.type === "select") {
          if (change.selected) ids.add(change.id);
          else ids.delete(change.id);
        }
      ui.setState({ edges: [...ids] });
    },
    [ui],
  );

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

  const onNodeDrag = useCallback((_: unknown, node: CanvasNode) => {
    const moving = carried.current;
    if (node.type !== "comment" || moving === null || moving.nodes.size === 0) return;
    const [dx, dy] = [node.position.x - moving.frame[0], node.position.y - moving.frame[1]];
    setNodes((before) =>
      before.map((other) => {
        const from = moving.nodes.get(other.id);
        return from === undefined ? other : { ...other, position: { x: from[0] + dx, y: from[1] + dy } };
      }),
    );
  }, []);

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

  return (
    <DetailContext value={detail}>
      <ReactFlow<CanvasNode, CanvasEdge>
        nodes={nodes}
        edges={isFar ? noEdges : edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onConnect={onConnect}
        onConnectEnd={onConnectEnd}
        isValidConnection={(connection) => reasonAgainst(edgeOf(connection as Connection)) === null}
        onNodeDragStart={onNodeDragStart}
        onNodeDrag={onNodeDrag}
        onNodeDragStop={onNodeDragStop}
        onDelete={({ nodes: gone, edges: cut }) => {
          const ids = gone.map(({ id }) => id);
          spell.edit((present) =>
            removeComments(
              remove(
                present,
                ids.filter((id) => !id.startsWith(commentPrefix)),
                cut.map(({ id }) => id),
              ),
              ids.filter((id) => id.startsWith(commentPrefix)).map(commentIndex),
            ),
          );
        }}
        onPaneClick={(event) => {
          const wire = isFar
            ? wireAt(
                bundles,
                flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }),
                reach / flow.getZoom(),
              )
            : undefined;
          if (wire !== undefined) ui.setState({ edges: [wire.id] });
        }}
        onDoubleClick={(event) => {
          if (isReadOnly || !(event.target as Element).classList.contains("react-flow__pane")) return;
          const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
          ui.setState({ palette: { position: [x, y] } });
        }}
        nodesDraggable={!isReadOnly}
        nodesConnectable={!isReadOnly}
        elementsSelectable
        zoomOnDoubleClick={false}
        deleteKeyCode={noKey}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={["Meta", "Control", "Shift"]}
        selectionMode={SelectionMode.Partial}
        panOnScroll
        minZoom={0.05}
        maxZoom={2}
        colorMode={colorMode}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.15 }}
        onlyRenderVisibleElements={nodes.length > 150}
        proOptions={{ hideAttribution: false }}
        className={`canvas-${detail}`}
        aria-label="Canvas"
      >
        <Background gap={backgroundGap[detail]} />
        {isFar && <FarWires bundles={bundles} />}
        <MiniMap
          pannable
          zoomable
          ariaLabel="Map of the canvas"
          nodeColor="var(--line-strong)"
          maskColor="color-mix(in srgb, var(--ground) 65%, transparent)"
        />
        <Controls showInteractive={false} />
      </ReactFlow>
    </DetailContext>
  );
}

/** Dots that lie closer on the screen than these cannot be told apart, and cost a frame their drawing. */
const backgroundGap = { near: 22, far: 66, faint: 198 };

const edgeOf = ({ source, sourceHandle, target, targetHandle }: Connection): Edge => ({
  from: [source, sourceHandle ?? ""],
  to: [target, targetHandle ?? ""],
});
