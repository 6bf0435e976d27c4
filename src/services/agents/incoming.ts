/** Messages of what comes by webhooks and events. */
import type { AgentBinding, AgentHookRequest, StoredEvent } from "../../protocol/services.ts";
import type { Json } from "../../protocol/values.ts";
import type { Incoming } from "./inbox.ts";

/** `{content, sender?, channel?}` is a message as it is; anything else is one whose text is the body. */
export function messageOfHook(binding: AgentBinding, { headers, value, query }: AgentHookRequest): Incoming {
  const key = headers["idempotency-key"] ?? headers["webhook-id"];
  const body = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  const text = (name: string): string | undefined => {
    const one = body[name] ?? query[name];
    return typeof one === "string" && one !== "" ? one.slice(0, 2000) : undefined;
  };
  const sender = text("sender");
  return {
    ...(key === undefined ? {} : { key: `webhook:${key}` }),
    binding,
    content: typeof body["content"] === "string" ? body["content"] : textOf(value),
    ...(sender === undefined ? {} : { sender: { id: sender, name: sender } }),
    channel: text("channel"),
    rawData: { body: value, query },
  };
}

const textOf = (value: Json): string =>
  value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);

/** Whether a binding is for such an event. */
export const isHeard = (binding: AgentBinding, event: StoredEvent): boolean =>
  binding.kind === "event" &&
  (["type", "channel", "sender"] as const).every(
    (name) => binding[name] === undefined || binding[name] === event[name],
  );

export function messageOfEvent(
  binding: AgentBinding,
  place: number,
  event: StoredEvent,
  depth: number,
): Incoming {
  const { id, content, sender, channel, channelType, embedding: _embedding, ...rest } = event;
  return {
    key: `event:${place}:${id}`,
    binding,
    content,
    ...(sender === undefined ? {} : { sender: { id: sender, name: sender } }),
    channel,
    channelType,
    rawData: { id, ...rest },
    depth,
  };
}
