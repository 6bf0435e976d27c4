import { useCallback, useState } from "react";
import { Button } from "../../atoms/button.tsx";
import { Dialog } from "../../atoms/dialog.tsx";
import { Empty } from "../../atoms/empty.tsx";
import { useTask } from "../../atoms/use-task.ts";
import { useTold } from "../../atoms/use-told.ts";
import { Waiting } from "../../atoms/waiting.tsx";
import { brief, dateTime } from "../../core/format.ts";
import type { SpellrunnerClient } from "../../../lib/index.ts";
import { type Agent, agentsOf, type DeadLetter, findLetters } from "./agent-data.ts";

interface DeadLettersProps {
  client: SpellrunnerClient;
  agent: Agent;
  onChange: () => void;
  onClose: () => void;
}

/** Messages that were given up. What is discarded asks once more, by the same button. */
export function DeadLetters({ client, agent, onChange, onClose }: DeadLettersProps) {
  const { id, name } = agent;
  const { data, error, reload } = useTold(useCallback(() => findLetters(client, id), [client, id]));
  const [run, isBusy] = useTask();
  const settle = (verb: "retry" | "discard", letter?: string): void =>
    void run(async () => {
      await agentsOf(client).call(verb, { id, ...(letter === undefined ? {} : { letter }) });
      reload();
      onChange();
    });
  return (
    <Dialog title={`Dead letters of ${name}`} onClose={onClose}>
      {data === null && <Waiting what="dead letters" error={error} onRetry={reload} />}
      {data?.total === 0 && (
        <Empty title="No dead letters">
          <p>Messages whose run or reply fails again and again are kept here.</p>
        </Empty>
      )}
      {data !== null && data.total > 0 && (
        <>
          {data.data.map((letter) => (
            <Letter
              key={letter.id}
              letter={letter}
              isBusy={isBusy}
              onSettle={(verb) => settle(verb, letter.id)}
            />
          ))}
          <div className="row dialog-foot">
            <Button disabled={isBusy} onClick={() => settle("retry")}>
              Retry all {data.total}
            </Button>
            <SureButton
              label={`Discard all ${data.total}`}
              disabled={isBusy}
              onSure={() => settle("discard")}
            />
          </div>
        </>
      )}
    </Dialog>
  );
}

interface LetterProps {
  letter: DeadLetter;
  isBusy: boolean;
  onSettle: (verb: "retry" | "discard") => void;
}

function Letter({ letter, isBusy, onSettle }: LetterProps) {
  const { at, binding, message, stage, tries, error } = letter;
  return (
    <article className="binding" aria-label={`Letter of ${dateTime(at)}`}>
      <p>{brief(message.content ?? message, 300)}</p>
      <p className="soft">
        {dateTime(at)} · {binding} · {stage === "run" ? "its run failed" : "its reply could not be sent"} ·{" "}
        {tries} tries
      </p>
      <p className="fault">{error.message}</p>
      <div className="row">
        <Button disabled={isBusy} onClick={() => onSettle("retry")}>
          Retry
        </Button>
        <SureButton label="Discard" disabled={isBusy} onSure={() => onSettle("discard")} />
      </div>
    </article>
  );
}

/** Within a dialog, where another one would hide what it is about. */
function SureButton({ label, disabled, onSure }: { label: string; disabled: boolean; onSure: () => void }) {
  const [isAsking, setAsking] = useState(false);
  if (!isAsking)
    return (
      <Button look="danger" disabled={disabled} onClick={() => setAsking(true)}>
        {label}
      </Button>
    );
  return (
    <Button
      look="danger"
      disabled={disabled}
      autoFocus
      onBlur={() => setAsking(false)}
      onClick={() => {
        setAsking(false);
        onSure();
      }}
    >
      {label}? It cannot be undone
    </Button>
  );
}
