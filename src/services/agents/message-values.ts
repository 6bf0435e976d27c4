/** What a message is to a spell, and what a spell's outputs are as a reply. */
import type { Agent, AgentBinding, NewEvent, SpellInterface } from "../../protocol/services.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";
import type { Message } from "./inbox.ts";

/** What is recorded of a talk. */
export const conversationType = "conversation";

/** What Magick's editors called the inputs and outputs of the networks. */
const networks: Readonly<Record<string, string>> = {
  discord: "Discord (Text)",
  telegram: "Telegram (Text)",
  webhook: "REST API (POST)",
  schedule: "Loop In",
};

/** The network that a message is of, or what else started it. */
export const networkOf = (binding: AgentBinding): string =>
  binding.kind === "connector" ? binding.connector : binding.kind;

/** A message as Magick's spells know it, and as it is recorded. */
export function eventOf(agent: Agent, message: Message): NewEvent & { content: string } {
  const network = networkOf(message.binding);
  const sender = message.sender?.name ?? network;
  return {
    type: conversationType,
    content: message.content,
    sender,
    observer: agent.name,
    client: network,
    channel: message.channel ?? network,
    channelType: message.channelType ?? network,
    connector: network,
    entities: [sender, agent.name],
    agentId: agent.id,
    date: new Date(message.at).toISOString(),
    ...(message.rawData === undefined ? {} : { rawData: message.rawData }),
  };
}

/** The same of what the agent replies. */
export function replyEventOf(agent: Agent, message: Message, content: string): NewEvent {
  const { rawData: _raw, date: _date, sender, observer, ...rest } = eventOf(agent, message);
  return { ...rest, content, sender: observer, observer: sender };
}

/** Inputs of the run that a message starts. */
export function inputsOf(agent: Agent, message: Message, spell: SpellInterface): JsonObject {
  const { binding } = message;
  const named = networks[networkOf(binding)];
  const wanted = [...(named === undefined ? [] : [`Input - ${named}`]), "Input - Default"];
  const input =
    binding.input ??
    wanted.find((name) => spell.inputs.includes(name)) ??
    spell.inputs[0] ??
    // A source, that takes what comes under its name.
    agent.trigger ??
    spell.triggers[0];
  if (input === undefined) return binding.inputs ?? {};
  const as = binding.as ?? (input.startsWith("Input - ") ? "event" : "text");
  const event = eventOf(agent, message) as unknown as JsonObject;
  // First: by its first input a spell of Magick's is started.
  return { [input]: as === "event" ? event : message.content, ...binding.inputs };
}

/** The text of a reply; empty where there is nothing to say. */
export function replyOf({ binding }: Message, outputs: JsonObject): string {
  const named = networks[networkOf(binding)];
  const wanted = [`Output - ${named}`, "Output - Default"].find((name) => outputs[name] !== undefined);
  const output =
    binding.output ?? wanted ?? Object.keys(outputs).find((name) => (outputs[name] ?? null) !== null);
  return output === undefined ? "" : textOf(outputs[output]);
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  const content = typeof value === "object" && !Array.isArray(value) ? value["content"] : undefined;
  return typeof content === "string" ? content : JSON.stringify(value);
}
