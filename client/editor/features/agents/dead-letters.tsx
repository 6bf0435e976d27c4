import { useCallback, useState } from "react";
import { Button } from "../../atoms/button.tsx";
import { Confirm } from "../../atoms/confirm.tsx";
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

/** Messages that were given up: each is tried anew or forgotten. */
export function DeadLetters({ client, agent, onChange, onClose }: DeadLettersProps) {
  const { id, name } = agent;
  const { data, error, reload } = useTold(useCallback(() => findLetters(client, id), [client, id]));
  const [run, isBusy] = useTask();
  const [discarding, setDiscarding] = useState<DeadLetter | "all" | null>(null);
  const settle = async (verb: "retry" | "discard", which: DeadLetter | "all"): Promise<void> => {
    await agentsOf(client).call(verb, { id, ...(which === "all" ? {} : { letter: which.id }) });
    reload();
    onChange();
  };
  return (
    <>
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
                onRetry={() => void run(() => settle("retry", letter))}
                onDiscard={() => setDiscarding(letter)}
              />
            ))}
            <div className="row dialog-foot">
              <Button disabled={isBusy} onClick={() => void run(() => settle("retry", "all"))}>
                Retry all {data.total}
              </Button>
              <Button look="danger" disabled={isBusy} onClick={() => setDiscarding("all")}>
                Discard all {data.total}
              </Button>
            </div>
          </>
        )}
      </Dialog>
      {/* Beside it: React would take the close of one within for the outer's. */}
      {discarding !== null && (
        <Confirm
          title={discarding === "all" ? "Discard all dead letters?" : "Discard this letter?"}
          verb="Discard"
          onClose={() => setDiscarding(null)}
          onConfirm={() => settle("discard", discarding)}
        >
          What was said in it is forgotten.
        </Confirm>
      )}
    </>
  );
}

interface LetterProps {
  letter: DeadLetter;
  isBusy: boolean;
  onRetry: () => void;
  onDiscard: () => void;
}

function Letter({ letter, isBusy, onRetry, onDiscard }: LetterProps) {
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
        <Button disabled={isBusy} onClick={onRetry}>
          Retry
        </Button>
        <Button look="danger" disabled={isBusy} onClick={onDiscard}>
          Discard
        </Button>
      </div>
    </article>
  );
}
