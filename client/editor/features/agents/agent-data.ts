/** What the agents page asks the service, and the bindings as its form has them. */
import type { JsonObject, ServicePage, SpellrunnerClient } from "../../../lib/index.ts";
import type {
  Agent,
  AgentBinding,
  AgentStatus,
  DeadLetter,
  DeadLetterList,
} from "../../../../src/protocol/services/agents.ts";

export type { Agent, AgentBinding, AgentStatus, DeadLetter };

export interface AgentWithStatus {
  agent: Agent;
  status: AgentStatus;
}

export const perPage = 10;

export const agentsOf = (client: SpellrunnerClient) => client.service<Agent>("agents");

export async function findAgents(
  client: SpellrunnerClient,
  skip: number,
): Promise<ServicePage<AgentWithStatus>> {
  const agents = agentsOf(client);
  const page = await agents.find({ $limit: perPage, $skip: skip });
  const statuses = page.data.map(({ id }) => agents.call<AgentStatus>("status", { id }));
  const known = await Promise.all(statuses);
  return { ...page, data: page.data.map((agent, i) => ({ agent, status: known[i] as AgentStatus })) };
}

export const findLetters = (client: SpellrunnerClient, id: string): Promise<DeadLetterList> =>
  agentsOf(client).call("deadLetters", { id });

/** What a form may change of an agent; the rest stays. */
export interface Draft {
  name: string;
  spellId: string;
  bindings: readonly AgentBinding[];
}

export const newDraft: Draft = { name: "", spellId: "", bindings: [] };

export const saveAgent = (client: SpellrunnerClient, id: string | null, draft: Draft): Promise<Agent> => {
  const data = JSON.parse(JSON.stringify(draft)) as JsonObject;
  return id === null ? agentsOf(client).create(data) : agentsOf(client).patch(id, data);
};

export const bindingKinds = {
  schedule: "Schedule",
  webhook: "Webhook",
  event: "Event",
  discord: "Discord",
  telegram: "Telegram",
} as const;
export type BindingKind = keyof typeof bindingKinds;

export const kindOf = (binding: { kind: string; connector?: string | undefined }): BindingKind =>
  (binding.connector ?? binding.kind) as BindingKind;

export const titleOf = (binding: { kind: string; connector?: string | undefined }): string =>
  bindingKinds[kindOf(binding)] ?? kindOf(binding);

export function newBinding(kind: BindingKind): AgentBinding {
  if (kind === "schedule")
    return { kind, cron: "0 9 * * *", timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  if (kind === "discord") return { kind: "connector", connector: kind, data: { publicKey: "" } };
  if (kind === "telegram")
    return { kind: "connector", connector: kind, data: { botToken: "secret:TELEGRAM_BOT_TOKEN" } };
  return { kind };
}

/** Addresses are told without the server's own where it does not know how it is reached. */
export const addressOf = (address: string): string => new URL(address, location.origin).href;
