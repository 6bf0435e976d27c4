import { useId, useState } from "react";
import type { Json } from "../../../lib/index.ts";
import { Button } from "../../atoms/button.tsx";
import { dateTime } from "../../core/format.ts";
import type { VisitView } from "../../../lib/run-model.ts";
import { useOpenSpell, useShownDocument, useShownRun } from "../workspace/context.ts";

/** Asks a human where the node stands, and gives the run the answer; of a past run it says what was asked. */
export function AnswerForm({ nodeId, visit }: { nodeId: string; visit: VisitView }) {
  const { runs } = useOpenSpell();
  const run = useShownRun();
  const { isReadOnly } = useShownDocument();
  const [text, setText] = useState("");
  const id = useId();
  if (run === undefined) return null;
  const { question, options } = askedBy(visit.prompt);
  if (isReadOnly) return <p className="node-question">{question}</p>;
  const give = (value: Json): void => runs.answer({ runId: run.runId, nodeId, visit: visit.visit }, value);
  return (
    <form
      className="answer nodrag"
      onSubmit={(event) => {
        event.preventDefault();
        give(text);
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <label htmlFor={id}>{question}</label>
      {options.length > 0 ? (
        <div className="row" id={id} role="group">
          {options.map((option) => (
            <Button key={option} onClick={() => give(option)}>
              {option}
            </Button>
          ))}
        </div>
      ) : (
        <div className="row">
          <input id={id} value={text} onChange={(event) => setText(event.target.value)} />
          <Button type="submit" look="primary">
            Answer
          </Button>
        </div>
      )}
      {visit.until !== undefined && <span className="soft">until {dateTime(visit.until)}</span>}
    </form>
  );
}

/** A prompt is a text, or an object with the text and what may be answered. */
function askedBy(prompt: Json | undefined): { question: string; options: string[] } {
  if (prompt === undefined || prompt === null) return { question: "An answer is awaited.", options: [] };
  if (typeof prompt !== "object" || Array.isArray(prompt))
    return { question: typeof prompt === "string" ? prompt : JSON.stringify(prompt), options: [] };
  const question = prompt.prompt ?? prompt.question ?? prompt.text;
  const options = Array.isArray(prompt.options)
    ? prompt.options.filter((option) => typeof option === "string")
    : [];
  return { question: typeof question === "string" ? question : JSON.stringify(prompt), options };
}
