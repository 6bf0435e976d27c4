/** What was said before: messages kept by the events service. Messages that came are of one type, those that were sent of another. */
import type { Query, StoredEvent } from "../../protocol/services.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";
import type { CatalogueEntry } from "../define.ts";
import { type BehaveCall, behaveComponent } from "./behave-component.ts";
import { circumstancesOf, conversation } from "./circumstances.ts";

const category = "Behave/Messages";
const received = "messageReceived";
const sent = "messageSend";
const conversationParts = ["channel", "connector"];

/** As many as the services give at once. */
const limitOf = (call: BehaveCall, input: string): number => Math.min(Math.max(0, call.count(input)), 1000);

const newest = async (call: BehaveCall, query: Query): Promise<StoredEvent[]> =>
  (
    await askService(call.context, "events", (events, ask) =>
      events.find(ask, { ...query, $sort: { date: -1 } }),
    )
  ).data;

const isSent = ({ type }: StoredEvent): boolean => type === sent;

const addMessage = behaveComponent({
  name: "magick/addMessage",
  category,
  status: "needs-service",
  help: "Keeps a text as a message of the conversation, from the user or from the assistant, without sending it.",
  in: {
    flow: "flow",
    content: "string",
    role: { type: "string", default: "user", choices: ["user", "assistant"] },
    event: "object",
  },
  out: { flow: "flow" },
  single: true,
  async run(call) {
    const { sender, agentId, ...rest } = circumstancesOf(call);
    const isUser = call.text("role") === "user";
    const [from, to] = isUser ? [sender, agentId] : [agentId, sender];
    await askService(call.context, "events", (events, ask) =>
      events.record(ask, {
        ...rest,
        ...(agentId === undefined ? {} : { agentId }),
        ...(from === undefined ? {} : { sender: from }),
        ...(to === undefined ? {} : { observer: to }),
        type: isUser ? received : sent,
        content: call.text("content"),
      }),
    );
    return {};
  },
});

/** The messages as a language model takes them, newest first as they are found. An empty answer takes back what it answered. */
function messagesOf(found: readonly StoredEvent[], alternates: boolean): JsonObject[] {
  const messages: JsonObject[] = [];
  let expected = "assistant";
  for (const event of found) {
    const role = isSent(event) ? "assistant" : "user";
    if (event.content === "") {
      if (role === "assistant") messages.pop();
      continue;
    }
    if (alternates && role !== expected) continue;
    expected = role === "assistant" ? "user" : "assistant";
    messages.push({ role, content: event.content });
  }
  return messages;
}

const getMessageHistory = behaveComponent({
  name: "queries/messages/getMessageHistory",
  aliases: ["events/getMessageHistory"],
  category,
  status: "needs-service",
  help: "Gives the last messages of the conversation, oldest first, as Generate Text takes them. Begins with one of the user's; 'alterateRoles' leaves out what breaks the turns.",
  in: {
    flow: "flow",
    alterateRoles: "boolean",
    entries: { type: "integer", default: 10 },
    event: "object",
  },
  out: { flow: "flow", messages: "array" },
  single: true,
  async run(call) {
    const found = await newest(call, {
      ...conversation(call, call.configuration.eventState ?? conversationParts, true),
      type: { $in: [received, sent] },
      $limit: limitOf(call, "entries"),
    });
    const messages = messagesOf(found, call.flag("alterateRoles")).toReversed();
    if (messages[0]?.role === "assistant") messages.shift();
    return { outputs: { messages } };
  },
});

/** Each is a call of its own. */
const maxRemoved = 100;

const clearMessageHistory = behaveComponent({
  name: "queries/messages/clearMessageHistory",
  aliases: ["events/clearMessageHistory"],
  category,
  status: "needs-service",
  help: `Forgets the last ${maxRemoved} messages of the conversation.`,
  in: { flow: "flow", event: "object" },
  out: { flow: "flow" },
  single: true,
  async run(call) {
    const found = await newest(call, {
      ...conversation(call, call.configuration.eventState ?? conversationParts, true),
      type: { $in: [received, sent] },
      $limit: maxRemoved,
    });
    for (const { id } of found)
      await askService(call.context, "events", (events, ask) => events.remove(ask, id));
    return {};
  },
});

const eventHistory = behaveComponent({
  name: "queries/events/eventHistory",
  aliases: ["events/eventHistory"],
  category,
  status: "needs-service",
  help: "Gives the last events of the chosen kinds, newest first, and each as 'sender: content'.",
  in: { flow: "flow", entries: { type: "integer", default: 10 }, event: "object" },
  out: { flow: "flow", events: "array", strings: "array" },
  single: true,
  async run(call) {
    const { eventState, selectedEvents } = call.configuration;
    const types = Array.isArray(selectedEvents)
      ? selectedEvents.filter((type) => typeof type === "string")
      : [];
    const events = await newest(call, {
      ...conversation(call, eventState ?? ["sender", "agentId"], false),
      ...(types.length === 0 ? {} : { type: { $in: types.slice(0, 100) } }),
      $limit: limitOf(call, "entries"),
    });
    return {
      outputs: {
        events: events as unknown as Json[],
        strings: events.map(({ sender, content }) => `${sender ?? ""}: ${content}`),
      },
    };
  },
});

export const historyComponents: CatalogueEntry[] = [
  addMessage,
  getMessageHistory,
  clearMessageHistory,
  eventHistory,
];
