import { useId, useState } from "react";
import { Button } from "../../atoms/button.tsx";
import { Confirm } from "../../atoms/confirm.tsx";
import { useTask } from "../../atoms/use-task.ts";
import type { SpellrunnerClient } from "../../../lib/index.ts";
import { type Agent, agentsOf, type AgentStatus } from "./agent-data.ts";
import { AgentFacts } from "./agent-facts.tsx";
import { DeadLetters } from "./dead-letters.tsx";
import { SendMessage } from "./send-message.tsx";

interface AgentCardProps {
  client: SpellrunnerClient;
  agent: Agent;
  status: AgentStatus;
  onEdit: () => void;
  onChange: () => void;
}

export function AgentCard({ client, agent, status, onEdit, onChange }: AgentCardProps) {
  const [run, isBusy] = useTask();
  const [opened, setOpened] = useState<"send" | "letters" | "delete" | null>(null);
  const titleId = useId();
  const { id, name } = agent;
  const turn = (verb: "start" | "stop"): void =>
    void run(async () => {
      await agentsOf(client).call(verb, { id });
      onChange();
    });
  const close = (): void => setOpened(null);
  return (
    <article className="card agent" aria-labelledby={titleId}>
      <header>
        <h2 id={titleId}>{name}</h2>
        <span className={status.isRunning ? "badge badge-good" : "badge"}>
          {status.isRunning ? "running" : "stopped"}
        </span>
        <div className="row row-end">
          <Button disabled={isBusy} onClick={() => turn(status.isRunning ? "stop" : "start")}>
            {status.isRunning ? "Stop" : "Start"}
          </Button>
          <Button disabled={!status.isRunning} onClick={() => setOpened("send")}>
            Send a message
          </Button>
          <Button onClick={onEdit}>Edit</Button>
          <Button look="danger" onClick={() => setOpened("delete")}>
            Delete
          </Button>
        </div>
      </header>
      <AgentFacts agent={agent} status={status} />
      {status.deadLetters > 0 && (
        <div className="row">
          <span className="badge badge-bad">{status.deadLetters} given up</span>
          <Button onClick={() => setOpened("letters")}>Dead letters</Button>
        </div>
      )}
      {opened === "send" && <SendMessage client={client} agent={agent} onSent={onChange} onClose={close} />}
      {opened === "letters" && (
        <DeadLetters client={client} agent={agent} onChange={onChange} onClose={close} />
      )}
      {opened === "delete" && (
        <Confirm
          title={`Delete ${name}?`}
          verb="Delete"
          onClose={close}
          onConfirm={() => agentsOf(client).remove(id).then(onChange)}
        >
          Its addresses and its dead letters go with it. The spell stays.
        </Confirm>
      )}
    </article>
  );
}
