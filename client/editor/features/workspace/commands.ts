/** What each key of the table does in an open spell. */
import type { ReactFlowInstance } from "@xyflow/react";
import { addComment, commentsOf, removeComments } from "../../core/comments.ts";
import { clipOf, paste } from "../../core/clipboard.ts";
import { moveNodes, remove } from "../../core/document.ts";
import type { Command } from "../../core/key-table.ts";
import { type Direction, walk } from "../../core/walk.ts";
import { tell, tellError } from "../../stores/notices.ts";
import type { OpenSpell } from "../../stores/open-spells.ts";
import { go } from "../../stores/router.ts";
import { selectNodes } from "../../stores/workspace-ui.ts";
import { startRun, togglePlay } from "../runs/run-actions.ts";

type Commands = Partial<Record<Command, () => void>>;

export function commandsOf(open: OpenSpell, flow: ReactFlowInstance): Commands {
  const { spell, runs, ui, id } = open;
  const editing = (action: () => void) => (): void => {
    if (runs.state.getState().past === null) action();
    else tell("A past run is read-only. Go back to the spell to change it.");
  };
  const walking = (direction: Direction) => (): void => {
    const document = runs.state.getState().past?.document ?? spell.state.getState().document;
    const next = document === null ? undefined : walk(document, ui.getState().nodes.at(-1), direction);
    if (next === undefined) return;
    selectNodes(ui, [next]);
    void bring(flow, next);
  };
  const travel = (move: () => boolean) => (): void => {
    if (!move()) tell("Another tab has changed this since: that part stays as it is.");
  };
  return {
    run: () => void startRun(open),
    stop: () => runs.stop(),
    play: () => togglePlay(open),
    save: () =>
      void spell.flush().then(() => tell(`Saved as version ${spell.state.getState().version}.`), tellError),
    undo: editing(travel(() => spell.undo())),
    redo: editing(travel(() => spell.redo())),
    palette: editing(() => {
      const { document } = spell.state.getState();
      const beside = document?.nodes[ui.getState().nodes.at(-1) ?? ""]?.position;
      const { x, y } = centre(flow);
      ui.setState({ palette: { position: beside === undefined ? [x, y] : [beside[0] + 260, beside[1]] } });
    }),
    selectAll: () => selectNodes(ui, Object.keys(spell.state.getState().document?.nodes ?? {})),
    duplicate: editing(() => duplicate(open)),
    remove: editing(() => removeSelected(open)),
    tidy: editing(() => void tidy(open, flow)),
    fit: () => void flow.fitView({ padding: 0.15, maxZoom: 1, duration: 200 }),
    frame: editing(() => frame(open, flow)),
    walkRight: walking("right"),
    walkLeft: walking("left"),
    walkUp: walking("up"),
    walkDown: walking("down"),
    inspect: () =>
      document
        .querySelector<HTMLElement>("[data-panel] :is(input, textarea, select, [contenteditable])")
        ?.focus(),
    drawer: () => ui.setState(({ drawer }) => ({ drawer: drawer === null ? "console" : null })),
    stepBack: () => step(open, -1),
    stepForward: () => step(open, 1),
    help: () => ui.setState({ dialog: "keys" }),
    escape: () => {
      const { nodes, edges, comments } = ui.getState();
      if (nodes.length + edges.length + comments.length > 0) selectNodes(ui, []);
      else if (runs.state.getState().past !== null) go({ page: "spell", spellId: id });
    },
  };
}

/** The selected nodes as text; null where none is. */
export function copySelected({ spell, runs, ui }: OpenSpell): string | null {
  const document = runs.state.getState().past?.document ?? spell.state.getState().document;
  const { nodes } = ui.getState();
  return document === null || nodes.length === 0 ? null : clipOf(document, nodes);
}

/** False for a text that is none of ours. */
export function pasteText({ spell, ui }: OpenSpell, text: string): boolean {
  const { document } = spell.state.getState();
  const pasted = document === null ? null : paste(document, text);
  if (pasted === null) return false;
  spell.edit(() => pasted.document);
  selectNodes(ui, pasted.ids);
  return true;
}

export function removeSelected({ spell, ui }: OpenSpell): void {
  const { nodes, edges, comments } = ui.getState();
  spell.edit((document) => removeComments(remove(document, nodes, edges), comments));
  selectNodes(ui, []);
}

function duplicate(open: OpenSpell): void {
  const text = copySelected(open);
  if (text !== null) pasteText(open, text);
}

/** The selected ones, or all. Dagre is loaded by the first call. */
async function tidy({ spell, ui }: OpenSpell, flow: ReactFlowInstance): Promise<void> {
  const { document } = spell.state.getState();
  if (document === null) return;
  const { tidied } = await import("../../core/tidy.ts");
  const { nodes } = ui.getState();
  const sizes = new Map(
    flow
      .getNodes()
      .map(({ id, measured }) => [id, { width: measured?.width ?? 220, height: measured?.height ?? 110 }]),
  );
  const places = tidied(document, nodes.length > 1 ? nodes : Object.keys(document.nodes), sizes);
  spell.edit((present) => moveNodes(present, places));
  requestAnimationFrame(() => void flow.fitView({ padding: 0.15, maxZoom: 1, duration: 200 }));
}

/** Around the selected nodes, or a comment in the middle of the view. */
function frame({ spell, ui }: OpenSpell, flow: ReactFlowInstance): void {
  const { nodes } = ui.getState();
  const place = { x: 0, y: 0, width: 240, height: 90 };
  if (nodes.length > 0) {
    const { x, y, width, height } = flow.getNodesBounds([...nodes]);
    Object.assign(place, { x: x - 24, y: y - 44, width: width + 48, height: height + 68 });
  } else Object.assign(place, centre(flow));
  const present = spell.state.getState().document?.comments;
  const index = Array.isArray(present) ? present.length : 0;
  spell.edit((document) =>
    addComment(document, {
      text: nodes.length > 0 ? "Frame" : "Comment",
      position: [Math.round(place.x), Math.round(place.y)],
      width: Math.round(place.width),
      height: Math.round(place.height),
      isFrame: nodes.length > 0,
    }),
  );
  const { document } = spell.state.getState();
  if (document !== null && commentsOf(document).some((comment) => comment.index === index))
    ui.setState({ nodes: [], edges: [], comments: [index] });
}

function step({ runs }: OpenSpell, by: number): void {
  const { past } = runs.state.getState();
  if (past !== null) runs.seek(past.position + by);
}

function centre(flow: ReactFlowInstance): { x: number; y: number } {
  const box = document.querySelector(".react-flow")?.getBoundingClientRect();
  return flow.screenToFlowPosition({
    x: (box?.left ?? 0) + (box?.width ?? 600) / 2,
    y: (box?.top ?? 0) + (box?.height ?? 400) / 2,
  });
}

/** Into view first: in a large spell only what is there can have the focus. */
async function bring(flow: ReactFlowInstance, id: string): Promise<void> {
  await flow.fitView({ nodes: [{ id }], maxZoom: flow.getZoom(), duration: 150, padding: 0.4 });
  focusNode(id);
}

function focusNode(id: string): void {
  document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.focus();
}
