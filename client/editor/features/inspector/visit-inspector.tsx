/** What the node did in the run that is shown: its visits as a tree, and the chosen one in full. */
import { useStore } from "zustand";
import { StatusBadge } from "../../atoms/status-badge.tsx";
import { ValueView } from "../../atoms/value-view.tsx";
import { duration } from "../../core/format.ts";
import type { VisitView } from "../../../lib/run-model.ts";
import { AnswerForm } from "../canvas/answer-form.tsx";
import { useNodeRun, useOpenSpell } from "../workspace/context.ts";
import { InsideNodes } from "./inside-nodes.tsx";
import { VisitTree } from "./visit-tree.tsx";

export function VisitInspector({ nodeId }: { nodeId: string }) {
  const { ui } = useOpenSpell();
  const inside = useStore(ui, (state) => state.inside);
  const chosen = useStore(ui, (state) => state.visit);
  const path = inside ?? nodeId;
  const { node, status } = useNodeRun(path);
  if (status === undefined) return null;
  const visit = (chosen === null ? undefined : node?.visits.get(chosen)) ?? node?.latest;
  return (
    <section className="panel-part visit" aria-label="In this run">
      <div className="row">
        <h3>In this run</h3>
        {inside !== null && <span className="mono soft">{inside}</span>}
        <span className="row-end">
          <StatusBadge status={visit?.status ?? status} count={node?.completed ?? 0} />
        </span>
      </div>
      {node !== undefined && node.visits.size > 1 && (
        <VisitTree
          node={node}
          chosen={visit?.visit ?? null}
          onChoose={(key) => ui.setState({ visit: key })}
        />
      )}
      {visit !== undefined && <Visit nodeId={path} visit={visit} />}
      <InsideNodes nodeId={nodeId} />
    </section>
  );
}

function Visit({ nodeId, visit }: { nodeId: string; visit: VisitView }) {
  return (
    <>
      <p className="soft">
        visit {visit.visit}
        {visit.attempt > 1 && `, attempt ${visit.attempt}`}
        {visit.ms !== undefined && `, ${duration(visit.ms)}`}
        {visit.fired !== undefined && visit.fired.length > 0 && `, fired ${visit.fired.join(", ")}`}
        {usageText(visit)}
      </p>
      {visit.status === "waiting" && <AnswerForm nodeId={nodeId} visit={visit} />}
      {visit.error !== undefined && (
        <p className="fault">
          <strong>{visit.error.code}</strong> {visit.error.message}
        </p>
      )}
      {visit.text !== undefined && visit.status === "running" && <pre className="value">{visit.text}</pre>}
      <Values title="Inputs" values={visit.inputs} />
      <Values title="Outputs" values={visit.outputs} />
      {visit.logs !== undefined && visit.logs.length > 0 && (
        <details>
          <summary>Logs ({visit.logs.length})</summary>
          <pre>{visit.logs.map(({ level, text }) => `${level}: ${text}`).join("\n")}</pre>
        </details>
      )}
    </>
  );
}

function Values({ title, values }: { title: string; values: VisitView["outputs"] }) {
  const entries = Object.entries(values ?? {});
  if (entries.length === 0) return null;
  return (
    <details open>
      <summary>{title}</summary>
      <dl className="values">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <ValueView value={value} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function usageText({ usage }: VisitView): string {
  if (usage === undefined) return "";
  const { inputTokens, outputTokens, provider } = usage;
  const tokens = [
    typeof inputTokens === "number" ? `${inputTokens} tokens in` : null,
    typeof outputTokens === "number" ? `${outputTokens} out` : null,
    typeof provider === "string" ? provider : null,
  ].filter((text) => text !== null);
  return tokens.length === 0 ? "" : `, ${tokens.join(", ")}`;
}
