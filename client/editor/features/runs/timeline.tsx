/** A past run: through its steps backward and forward, and again from one of its nodes. */
import { useState } from "react";
import { useStore } from "zustand";
import type { JsonObject, SpellrunnerClient, Step } from "../../../lib/index.ts";
import { Button } from "../../atoms/button.tsx";
import { Dialog } from "../../atoms/dialog.tsx";
import { useTask } from "../../atoms/use-task.ts";
import { duration } from "../../core/format.ts";
import { InputsEditor } from "./inputs-editor.tsx";
import { go } from "../../stores/router.ts";
import { useOpenSpell } from "../workspace/context.ts";

export function Timeline({ client }: { client: SpellrunnerClient }) {
  const { id, runs, ui } = useOpenSpell();
  const past = useStore(runs.state, (state) => state.past);
  const selected = useStore(ui, (state) => state.nodes);
  const [attempt, isBusy] = useTask();
  const [isForking, setForking] = useState(false);
  if (past === null) return null;
  const { playback, position, runId } = past;
  const step = playback.steps[position - 1];
  const [fromNode] = selected;
  const fork = (inputs?: JsonObject): void =>
    void attempt(async () => {
      const start = fromNode ?? firstNode(playback.steps);
      const forked = await client.runs.fork(id, runId, {
        fromNode: start,
        ...(inputs === undefined ? {} : { inputs }),
      });
      go({ page: "spell", spellId: id });
      runs.show(forked.runId);
    });
  const start = playback.steps[0];
  return (
    <section className="timeline" aria-label="Past run">
      <div className="row">
        <strong>Past run</strong>
        <span className="soft">version {past.document.version}, read-only</span>
        <span className="timeline-step" aria-live="polite">
          {position} of {playback.steps.length}: {step === undefined ? "before the run" : labelOf(step)}
        </span>
        <span className="row row-end">
          <Button
            disabled={isBusy || fromNode === undefined}
            onClick={() => fork()}
            title="Takes over what came before it"
          >
            Run again from {fromNode ?? "the selected node"}
          </Button>
          <Button disabled={isBusy} onClick={() => setForking(true)}>
            Fork with other inputs
          </Button>
          <Button onClick={() => go({ page: "spell", spellId: id })}>Back to the spell</Button>
        </span>
      </div>
      <div className="row timeline-track">
        <Button aria-label="To the beginning" onClick={() => runs.seek(0)}>
          |◀
        </Button>
        <Button aria-label="One step back" onClick={() => runs.seek(position - 1)}>
          ◀
        </Button>
        <input
          type="range"
          aria-label="Step of the run"
          aria-valuetext={step === undefined ? "before the run" : labelOf(step)}
          min={0}
          max={playback.steps.length}
          value={position}
          onChange={({ target }) => runs.seek(target.valueAsNumber)}
        />
        <Button aria-label="One step forward" onClick={() => runs.seek(position + 1)}>
          ▶
        </Button>
        <Button aria-label="To the end" onClick={() => runs.seek(playback.steps.length)}>
          ▶|
        </Button>
      </div>
      {isForking && (
        <Dialog title="Fork with other inputs" onClose={() => setForking(false)}>
          <InputsEditor
            inputs={start?.type === "run.start" ? start.start.inputs : {}}
            label="Run"
            onDone={(inputs) => {
              setForking(false);
              fork(inputs);
            }}
          />
        </Dialog>
      )}
    </section>
  );
}

/** Where everything is run again, since the run began there. */
function firstNode(steps: readonly Step[]): string {
  const first = steps.find((step) => step.type === "node.start");
  return first?.type === "node.start" ? first.node.nodeId : "";
}

function labelOf(step: Step): string {
  if (step.type === "run.start") return `the run starts at ${step.start.trigger}`;
  if (step.type === "run.end") return `the run ${step.end.type.slice("run.".length)}`;
  const node = `${step.node.component} (${step.node.nodeId})`;
  if (step.type === "node.start") return `${node} starts`;
  if (step.type === "node.waiting") return `${node} waits for an answer`;
  return step.type === "node.end" ? `${node} is done, ${duration(step.record.ms)}` : `${node} failed`;
}
