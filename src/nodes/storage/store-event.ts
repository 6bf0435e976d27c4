import * as z from "zod";
import type { NodeContext, NodeOutcome } from "../../engine/component.ts";
import type { NewEvent, StoredEvent } from "../../protocol/services.ts";
import type { JsonObject } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, input, trigger } from "../define.ts";
import { neededEvent } from "../events/event.ts";
import { givenObject, optionalText, optionalVector, setText } from "../given.ts";
import { textFrom } from "../inputs.ts";
import { rowOf, saying, typeOf } from "./event-row.ts";

const record = (context: NodeContext, event: NewEvent): Promise<StoredEvent> =>
  askService(context, "events", (events, call) => events.record(call, event));

const forObserver = "Observer (Agent)";

export const storeEvent = defineComponent({
  name: "Store Event",
  aliases: [],
  category: "Storage/Events",
  status: "needs-service",
  help: "Keeps the event in memory under a type, with the given content, sender and embedding in place of its own. 'Store event for: Observer (Agent)' keeps it as said by the agent.",
  inputs: [
    trigger(),
    input("content", "string"),
    input("event", "event"),
    input("embedding", "embedding"),
    input("type", "string"),
    // Until 2023-06.
    input("sender", "string"),
    // Of 2022: what somebody said to the agent, and what it answered.
    input("agent", "object"),
    input("primary", "string"),
    input("secondary", "string"),
  ],
  outputs: [trigger()],
  data: z.object({
    name: z.string().nullish(),
    type: z.string().nullish(),
    storeEventFor: z.string().nullish(),
  }),
  execute(context, data) {
    const type = typeOf(context, data.type);
    if (context.connected.includes("agent") && !context.connected.includes("event"))
      return storedExchange(context, type);
    return stored(context, neededEvent(context, "event"), type, data.storeEventFor === forObserver);
  },
});

async function stored(
  context: NodeContext,
  event: JsonObject,
  type: string,
  asObserver: boolean,
): Promise<NodeOutcome> {
  const own = event.content === undefined || event.content === null ? undefined : event.content;
  const content =
    setText(optionalText(context, "content")) ??
    (own === undefined ? undefined : textFrom(context, "event.content", own));
  const row = rowOf(context, event, {
    type,
    content: saying(context, content),
    embedding: optionalVector(context, "embedding"),
  });
  const sender = asObserver ? row.observer : (optionalText(context, "sender") ?? row.sender);
  await record(context, { ...row, ...(sender === undefined ? {} : { sender }) });
  return {};
}

/** An exchange as 2022 had it: `primary` by the speaker, `secondary` by the agent. */
async function storedExchange(context: NodeContext, type: string): Promise<NodeOutcome> {
  const agent = agentOf(context);
  const primary = setText(optionalText(context, "primary"));
  const secondary = setText(optionalText(context, "secondary"));
  if (primary === undefined) return {};
  await record(context, {
    ...agent.place,
    type,
    sender: agent.speaker,
    observer: agent.name,
    content: primary,
  });
  if (secondary !== undefined)
    await record(context, {
      ...agent.place,
      type,
      sender: agent.name,
      observer: agent.name,
      content: secondary,
    });
  return {};
}

/** The agent object of 2022: `{ agent, speaker, client, channel }`. */
export function agentOf(context: NodeContext): {
  name: string;
  speaker: string;
  place: { client?: string; channel?: string };
} {
  const agent = givenObject(context, "agent");
  const part = (name: string): string | undefined => {
    const value = agent[name];
    return value === undefined || value === null ? undefined : textFrom(context, `agent.${name}`, value);
  };
  const client = part("client");
  const channel = part("channel");
  return {
    name: part("agent") ?? "Agent",
    speaker: part("speaker") ?? "Speaker",
    place: { ...(client === undefined ? {} : { client }), ...(channel === undefined ? {} : { channel }) },
  };
}

export const eventStore = defineComponent({
  name: "Event Store",
  aliases: [],
  category: "Storage/Events",
  status: "needs-service",
  help: "Keeps the event in memory, with the given content and sender in place of its own (2023-01; 'Store Event' took its place).",
  inputs: [
    trigger(),
    input("content", "string"),
    input("sender", "string"),
    input("agentid", "string"),
    input("event", "event", { required: true }),
  ],
  outputs: [trigger()],
  data: z.object({ name: z.string().nullish(), type: z.string().nullish() }),
  execute(context, { type }) {
    const event = neededEvent(context, "event");
    const agentId = optionalText(context, "agentid");
    return stored(
      context,
      agentId === undefined ? event : { ...event, agentId },
      typeOf(context, type),
      false,
    );
  },
});
