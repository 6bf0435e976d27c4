/** Spells that run by themselves: at times, when called, on events, in chats. */
import "../../styles/pages.css";
import { useCallback, useEffect, useState } from "react";
import { Button } from "../../atoms/button.tsx";
import { Dialog } from "../../atoms/dialog.tsx";
import { Empty } from "../../atoms/empty.tsx";
import { Pager } from "../../atoms/pager.tsx";
import { useTold } from "../../atoms/use-told.ts";
import { Waiting } from "../../atoms/waiting.tsx";
import type { SpellrunnerClient } from "../../../lib/index.ts";
import { AgentCard } from "./agent-card.tsx";
import { type Agent, findAgents, perPage } from "./agent-data.ts";
import { AgentForm } from "./agent-form.tsx";

/** How they fare changes by itself. */
const refreshMs = 5000;

export default function AgentsPage({ client }: { client: SpellrunnerClient }) {
  const [skip, setSkip] = useState(0);
  const { data, error, reload } = useTold(useCallback(() => findAgents(client, skip), [client, skip]));
  const [editing, setEditing] = useState<Agent | "new" | null>(null);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") reload();
    }, refreshMs);
    return () => clearInterval(timer);
  }, [reload]);
  return (
    <section className="page">
      <div className="page-head">
        <h1>Agents</h1>
        <Button look="primary" onClick={() => setEditing("new")}>
          New agent
        </Button>
      </div>
      {data === null && <Waiting what="agents" error={error} onRetry={reload} />}
      {data?.total === 0 && (
        <Empty title="No agents yet">
          <p>
            An agent runs a spell by itself: by the clock, when its webhook is called, when an event is
            recorded, or when somebody writes to it on Discord or Telegram.
          </p>
        </Empty>
      )}
      {data?.data.map(({ agent, status }) => (
        <AgentCard
          key={agent.id}
          client={client}
          agent={agent}
          status={status}
          onEdit={() => setEditing(agent)}
          onChange={reload}
        />
      ))}
      {data !== null && <Pager of="agents" skip={skip} limit={perPage} total={data.total} onSkip={setSkip} />}
      {editing !== null && (
        <Dialog
          title={editing === "new" ? "New agent" : `Edit ${editing.name}`}
          onClose={() => setEditing(null)}
        >
          <AgentForm
            client={client}
            agent={editing === "new" ? null : editing}
            onSaved={() => {
              setEditing(null);
              reload();
            }}
          />
        </Dialog>
      )}
    </section>
  );
}
