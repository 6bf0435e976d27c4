/** Above the canvas: the spell's name, whether it is saved, and what runs it. */
import { useReactFlow } from "@xyflow/react";
import { useStore } from "zustand";
import { Button } from "../../atoms/button.tsx";
import { download } from "../../atoms/download.ts";
import type { Command } from "../../core/key-table.ts";
import { isEnded } from "../../../lib/run-model.ts";
import { useOpenSpell } from "./context.ts";
import { commandsOf } from "./commands.ts";
import { SaveState } from "./save-state.tsx";

export function Toolbar() {
  const open = useOpenSpell();
  const { spell, runs, ui } = open;
  const flow = useReactFlow();
  const name = useStore(spell.state, ({ document }) => document?.name ?? "");
  const canUndo = useStore(spell.state, (state) => state.canUndo);
  const canRedo = useStore(spell.state, (state) => state.canRedo);
  const isPast = useStore(runs.state, (state) => state.past !== null);
  const isRunning = useStore(runs.state, ({ live }) => live.some(({ status }) => !isEnded(status)));
  const playing = useStore(runs.state, (state) => state.playing);
  const hasSources = useStore(ui, ({ form }) => form?.hasSources === true);
  const drawer = useStore(ui, (state) => state.drawer);
  const press = (command: Command) => () => commandsOf(open, flow)[command]?.();
  return (
    <div className="toolbar" role="toolbar" aria-label="Spell">
      <input
        className="toolbar-name"
        aria-label="Name of the spell"
        value={name}
        maxLength={300}
        disabled={isPast}
        onChange={({ target }) => spell.edit((document) => ({ ...document, name: target.value }), "name")}
      />
      <SaveState />
      <span className="toolbar-gap" />
      <Button onClick={press("undo")} disabled={!canUndo || isPast} aria-label="Undo" title="Undo (Ctrl+Z)">
        ↶
      </Button>
      <Button
        onClick={press("redo")}
        disabled={!canRedo || isPast}
        aria-label="Redo"
        title="Redo (Ctrl+Shift+Z)"
      >
        ↷
      </Button>
      <Button onClick={press("palette")} disabled={isPast} title="Add a node (/)">
        + Node
      </Button>
      <Button onClick={press("tidy")} disabled={isPast} title="Tidy up (Ctrl+Shift+L)">
        Tidy up
      </Button>
      <Button
        onClick={() => {
          const { document } = spell.state.getState();
          if (document !== null) download(`${document.id}.json`, JSON.stringify(document, null, 2));
        }}
      >
        Export
      </Button>
      <Button
        aria-pressed={drawer !== null}
        onClick={() => ui.setState({ drawer: drawer === null ? "runs" : null })}
        title="Console and runs (Ctrl+J)"
      >
        Runs
      </Button>
      <Button onClick={press("help")} aria-label="Keys" title="Keys (?)">
        ?
      </Button>
      {(hasSources || playing) && (
        <Button
          onClick={press("play")}
          aria-pressed={playing}
          title="Its sources start runs by themselves (Ctrl+Shift+P)"
        >
          {playing ? "❚❚ Pause" : "▶▶ Play"}
        </Button>
      )}
      {isRunning && (
        <Button look="danger" onClick={press("stop")} title="Stop (Ctrl+.)">
          ■ Stop
        </Button>
      )}
      <Button look="primary" onClick={press("run")} title="Run (Ctrl+Enter)">
        ▶ Run
      </Button>
    </div>
  );
}
