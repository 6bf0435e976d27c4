import { useState } from "react";
import { Button } from "../../atoms/button.tsx";
import { Dialog } from "../../atoms/dialog.tsx";
import { Field } from "../../atoms/field.tsx";
import { useTask } from "../../atoms/use-task.ts";
import type { SpellrunnerClient } from "../../../lib/index.ts";
import type { SentMessage } from "../../../../src/protocol/services/agents.ts";
import { type Agent, agentsOf } from "./agent-data.ts";

interface SendMessageProps {
  client: SpellrunnerClient;
  agent: Agent;
  onSent: () => void;
  onClose: () => void;
}

/** Tells an agent something by hand, and shows what its spell gave. */
export function SendMessage({ client, agent, onSent, onClose }: SendMessageProps) {
  const [content, setContent] = useState("");
  const [answer, setAnswer] = useState<SentMessage | null>(null);
  const [run, isBusy] = useTask();
  const send = async (): Promise<void> => {
    try {
      setAnswer(null);
      setAnswer(await agentsOf(client).call<SentMessage>("send", { id: agent.id, content }));
    } finally {
      // A failed one counts as well.
      onSent();
    }
  };
  return (
    <Dialog title={`Send to ${agent.name}`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(send);
        }}
      >
        <Field label="Message">
          {(control) => (
            <textarea
              {...control}
              required
              maxLength={100_000}
              value={content}
              onChange={(event) => setContent(event.target.value)}
            />
          )}
        </Field>
        <div className="row dialog-foot">
          <Button type="submit" look="primary" disabled={isBusy}>
            Send
          </Button>
        </div>
      </form>
      <div role="status">
        {isBusy && "The spell runs…"}
        {answer !== null && (
          <pre className="content" tabIndex={0} role="region" aria-label="What the spell gave">
            {JSON.stringify(answer.outputs ?? {}, null, 2)}
          </pre>
        )}
      </div>
    </Dialog>
  );
}
