/** The canvas: nodes, wires and frames; what is moved, joined and deleted on it becomes an edit of the spell. */
import "@xyflow/react/dist/style.css";
import "./canvas.css";
import "./far.css";
import {
  applyNodeChanges,
  Background,
  Controls,
  type EdgeChange,
  type NodeChange,
  ReactFlow,
  SelectionMode,
  useReactFlow,
  useStore as useFlowStore,
  useStoreApi,
} from "@xyflow/react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { removeComments } from "../../core/comments.ts";
import { remove } from "../../core/document.ts";
import { catalogue } from "../../stores/catalogue.ts";
import { theme } from "../../stores/theme.ts";
import { useOpenSpell, useShownDocument } from "../workspace/context.ts";
import { CommentNode } from "./comment-node.tsx";
import { detailAt, NearContext } from "./detail.ts";
import { FarWires } from "./far-wires.tsx";
import {
  type CanvasEdge,
  type CanvasNode,
  carriedOver,
  commentIndex,
  commentPrefix,
  FlowMaker,
} from "./flow-nodes.ts";
import { Overview } from "./overview.tsx";
import { SpellNodeView } from "./spell-node.tsx";
import { useDragging } from "./use-dragging.ts";
import { useWiring } from "./use-wiring.ts";
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
  const wiring = useWiring();
  const dragging = useDragging(setNodes);

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

  return (
    <NearContext value={!isFar}>
      <ReactFlow<CanvasNode, CanvasEdge>
        nodes={nodes}
        edges={isFar ? noEdges : edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        {...wiring}
        {...dragging}
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
          if (!isFar) return;
          const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
          const wire = wireAt(bundles, at, reach / flow.getZoom());
          ui.setState({ edges: wire === undefined ? [] : [wire.id] });
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
        <Overview />
        <Controls showInteractive={false} />
      </ReactFlow>
    </NearContext>
  );
}

/** Dots that lie closer on the screen than these cannot be told apart, and cost a frame their drawing. */
const backgroundGap = { near: 22, far: 66, faint: 198 };
