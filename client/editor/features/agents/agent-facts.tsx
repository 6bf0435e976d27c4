import { CopyButton } from "../../atoms/copy-button.tsx";
import { dateTime } from "../../core/format.ts";
import { hashOf } from "../../core/route.ts";
import { addressOf, type Agent, type AgentStatus, titleOf } from "./agent-data.ts";

/** How an agent fares, and what it is bound to. */
export function AgentFacts({ agent, status }: { agent: Agent; status: AgentStatus }) {
  const { lastMessageAt, lastError, handled, waiting } = status;
  // A stopped one has told its spell, not yet its addresses.
  const bindings = status.bindings.length > 0 ? status.bindings : agent.bindings;
  return (
    <dl>
      <dt>Spell</dt>
      <dd>
        <a href={hashOf({ page: "spell", spellId: agent.spellId })}>{agent.spellId}</a>
      </dd>
      <dt>Messages</dt>
      <dd>
        {handled} done, {waiting} waiting
      </dd>
      <dt>Last message</dt>
      <dd>{lastMessageAt === undefined ? "none yet" : dateTime(lastMessageAt)}</dd>
      {lastError !== undefined && (
        <>
          <dt>Last failure</dt>
          <dd>
            <span className="fault">{lastError.message}</span> {dateTime(lastError.at)}
          </dd>
        </>
      )}
      {bindings.map((binding, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- a binding is known by its place alone
        <BindingFacts key={i} binding={binding} />
      ))}
    </dl>
  );
}

function BindingFacts({ binding }: { binding: AgentStatus["bindings"][number] | Agent["bindings"][number] }) {
  const address = "address" in binding ? binding.address : undefined;
  const nextAt = "nextAt" in binding ? binding.nextAt : undefined;
  return (
    <>
      <dt>{titleOf(binding)}</dt>
      <dd>
        {address !== undefined && (
          <span className="key">
            <code>{addressOf(address)}</code>
            <CopyButton what="the address" text={addressOf(address)} />
          </span>
        )}
        {nextAt !== undefined && `next ${dateTime(nextAt)}`}
        {address === undefined && nextAt === undefined && "when the agent runs"}
      </dd>
    </>
  );
}
