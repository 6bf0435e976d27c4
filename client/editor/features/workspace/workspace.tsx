/** An open spell: toolbar, canvas, the panel beside it and the drawer below. */
import "./workspace.css";
import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import type { SpellrunnerClient } from "../../../lib/index.ts";
import { Button } from "../../atoms/button.tsx";
import { Empty } from "../../atoms/empty.tsx";
import { prefetchCodeEditor } from "../../atoms/lazy-code-editor.tsx";
import { Loading } from "../../atoms/loading.tsx";
import type { Route } from "../../core/route.ts";
import { tellError } from "../../stores/notices.ts";
import { closeSpell, type OpenSpell, openSpell } from "../../stores/open-spells.ts";
import { go } from "../../stores/router.ts";
import { Canvas } from "../canvas/canvas.tsx";
import { NodeInspector } from "../inspector/node-inspector.tsx";
import { Palette } from "../palette/palette.tsx";
import { Conflicts } from "../runs/conflicts.tsx";
import { useRunForm } from "../runs/run-actions.ts";
import { RunPanel } from "../runs/run-panel.tsx";
import { Timeline } from "../runs/timeline.tsx";
import { OpenSpellProvider, useOpenSpell } from "./context.ts";
import { Drawer } from "./drawer.tsx";
import { KeysDialog } from "./keys-dialog.tsx";
import { Toolbar } from "./toolbar.tsx";
import { useKeys } from "./use-keys.ts";

interface Props {
  client: SpellrunnerClient;
  userId: string;
  route: Extract<Route, { page: "spell" }>;
}

export default function Workspace({ client, userId, route: { spellId, runId } }: Props) {
  const [open, setOpen] = useState<OpenSpell | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const opened = openSpell(client, userId, spellId);
    setOpen(opened);
    setFault(null);
    if (opened.spell.state.getState().document === null)
      opened.spell.load().catch((error: unknown) => setFault((error as Error).message));
  }, [client, userId, spellId, turn]);
  useEffect(() => {
    if (open === null) return;
    if (runId === undefined) open.runs.leavePast();
    else
      open.runs.openPast(runId).catch((error: unknown) => {
        tellError(error);
        go({ page: "spell", spellId });
      });
  }, [open, runId, spellId]);
  if (fault !== null)
    return (
      <Empty title={fault}>
        <div className="row">
          <Button onClick={() => setTurn(turn + 1)}>Try again</Button>
          <Button
            onClick={() => {
              void closeSpell(spellId);
              go({ page: "spells" });
            }}
          >
            To the spells
          </Button>
        </div>
      </Empty>
    );
  if (open === null) return <Loading />;
  return (
    <OpenSpellProvider value={open}>
      <ReactFlowProvider>
        <Opened client={client} />
      </ReactFlowProvider>
    </OpenSpellProvider>
  );
}

function Opened({ client }: { client: SpellrunnerClient }) {
  const open = useOpenSpell();
  const { ui, spell } = open;
  const nodes = useStore(ui, (state) => state.nodes);
  const palette = useStore(ui, (state) => state.palette);
  const drawer = useStore(ui, (state) => state.drawer);
  const dialog = useStore(ui, (state) => state.dialog);
  const name = useStore(spell.state, ({ document }) => document?.name ?? open.id);
  const isLoaded = useStore(spell.state, ({ document }) => document !== null);
  useKeys(open);
  useRunForm(open, client);
  useEffect(() => {
    const timer = setTimeout(prefetchCodeEditor, 1500);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    document.title = `${name} – Spellrunner`;
    return () => {
      document.title = "Spellrunner";
    };
  }, [name]);
  if (!isLoaded) return <Loading what="Loading the spell" />;
  const [selected] = nodes;
  return (
    <div className="workspace">
      <h1 className="hidden-text">{name}</h1>
      <Toolbar />
      <div className="canvas" role="region" aria-label="Canvas of the spell">
        <Canvas />
      </div>
      <Timeline client={client} />
      <aside className="panel" data-panel aria-label="Panel">
        <Conflicts />
        {selected !== undefined && nodes.length === 1 ? (
          <NodeInspector nodeId={selected} />
        ) : nodes.length > 1 ? (
          <p className="soft">{nodes.length} nodes selected.</p>
        ) : (
          <RunPanel />
        )}
      </aside>
      {drawer !== null && <Drawer shown={drawer} client={client} />}
      {palette !== null && <Palette palette={palette} />}
      {dialog === "keys" && <KeysDialog />}
    </div>
  );
}
