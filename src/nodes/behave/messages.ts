/** Events from outside that start a spell, and what it says in answer. */
import type { NodeOutcome } from "../../engine/component.ts";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";
import { type CatalogueEntry, outputs } from "../define.ts";
import { type BehaveCall, behaveComponent, type SocketSpecs } from "./behave-component.ts";

const category = "Behave/Event";

/**
 * What the run was given for an event: the input of the node's name; else, where the inputs are the event's own parts, all
 * of them; else the first. A text is the content of an event that has no other part.
 */
function eventOf({ context }: BehaveCall): JsonObject {
  const { runInputs, node } = context;
  const named = context.runInput(node.name ?? "");
  const given = named ?? (Object.hasOwn(runInputs, "content") ? runInputs : Object.values(runInputs)[0]);
  if (isJsonObject(given)) return given;
  return given === undefined || given === null ? {} : { content: given };
}

const partOf = (event: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(event, name) ? (event[name] ?? undefined) : undefined;

/** What the connector that took the event knows of it. */
function detailOf(event: JsonObject, name: string): Json | undefined {
  const detail = partOf(event, "data");
  return partOf(event, name) ?? (isJsonObject(detail) ? partOf(detail, name) : undefined);
}

interface EventNode {
  name: string;
  help: string;
  out: SocketSpecs;
  parts: (event: JsonObject) => Record<string, Json | undefined>;
}

const started = ({ name, help, out, parts }: EventNode): CatalogueEntry =>
  behaveComponent({
    name,
    category,
    help,
    out: { flow: "flow", ...out },
    role: "input",
    run(call) {
      const event = eventOf(call);
      return { outputs: outputs({ ...parts(event), event }) };
    },
  });

const message = {
  content: "string",
  sender: "string",
  channel: "string",
  context: "object",
  event: "object",
};
const messageParts = (event: JsonObject): Record<string, Json | undefined> => ({
  content: partOf(event, "content") ?? "",
  sender: partOf(event, "sender"),
  channel: partOf(event, "channel"),
  context: partOf(event, "context") ?? partOf(event, "data") ?? {},
});

const onMessage = started({
  name: "magick/onMessage",
  help: "Starts the spell when a message comes, and gives its text and all that is known of it.",
  out: { content: "string", event: "object" },
  parts: (event) => ({ content: partOf(event, "content") ?? "" }),
});

const onWebhook = started({
  name: "magick/onWebhook",
  help: "Starts the spell when its webhook is called, and gives what was sent and where to answer.",
  out: { content: "string", callback: "string", event: "object" },
  parts: (event) => ({ content: partOf(event, "content") ?? "", callback: partOf(event, "channel") }),
});

const onSlackMessage = started({
  name: "slack/onMessage",
  help: "Starts the spell when a message comes from Slack.",
  out: message,
  parts: messageParts,
});

const onDiscordMessage = started({
  name: "discord/onMessage",
  help: "Starts the spell when a message comes from Discord.",
  out: message,
  parts: messageParts,
});

const onDiscordReaction = started({
  name: "discord/onReactionAdd",
  help: "Starts the spell when someone reacts to a message in Discord.",
  out: { reaction: "string", count: "number", messageId: "string", event: "object" },
  parts: (event) => ({
    reaction: detailOf(event, "reaction") ?? partOf(event, "content"),
    count: detailOf(event, "count"),
    messageId: detailOf(event, "messageId"),
  }),
});

/** Of an object as a connector can send it on, without what it cannot use. */
function said(call: BehaveCall, more: JsonObject = {}): NodeOutcome {
  const content = call.text("content");
  const event = call.given("event");
  return {
    outputs: { output: content },
    events: [{ name: "message", data: { content, ...more, ...(isJsonObject(event) ? { event } : {}) } }],
  };
}

const sendMessage = behaveComponent({
  name: "magick/sendMessage",
  category: "Behave/Messages",
  help: "Answers with a text: an output of the spell, and a message to whoever listens. 'event' tells whom it answers.",
  in: { flow: "flow", content: "string", skipSave: "boolean", event: "object" },
  out: { flow: "flow" },
  role: "output",
  single: true,
  run: (call) => said(call, call.flag("skipSave") ? { skipSave: true } : {}),
});

const streamMessage = behaveComponent({
  name: "magick/streamMessage",
  category: "Behave/Messages",
  help: "Sends a part of an answer to whoever listens, and gives the last part as an output of the spell.",
  in: { flow: "flow", content: "string", event: "object" },
  out: { flow: "flow" },
  role: "output",
  single: true,
  run: (call) => said(call, { isPart: true }),
});

export const messageComponents: CatalogueEntry[] = [
  onMessage,
  onWebhook,
  onSlackMessage,
  onDiscordMessage,
  onDiscordReaction,
  sendMessage,
  streamMessage,
];
