/** What the server of 2022 remembered of conversations, and the one-day variants of Magick's events. */
import { type RetiredComponent, retired, type Sockets, trigger } from "./define-retired.ts";

const server = { category: "Agents", through: "the agent server of 2022, which is gone" };
const vectors = { category: "Storage/Events", through: "a vector database of its own, which is gone" };
const recall = "Use Event Recall instead.";
const store = "Use Store Event instead.";
const factsEvent = "Use Generate Text for the summary and Store Event to keep it instead.";

const conversation: Sockets = {
  agent: "string",
  speaker: "string",
  client: "string",
  channel: "string",
  ...trigger,
};
const about: Sockets = { agent: "string", speaker: "string", string: "string", ...trigger };
const any: Sockets = { output: "any", ...trigger };
const text: Sockets = { ...trigger, output: "string" };
const event: Sockets = { event: "event", ...trigger };

const components: RetiredComponent[] = [
  {
    ...server,
    name: "Conversation Count",
    // The blank is part of the name that spells have.
    aliases: [" Conversation Count"],
    did: "counted the lines of a conversation",
    instead: "Use Event Recall and count the events in Code instead.",
    inputs: conversation,
    outputs: any,
  },
  {
    ...server,
    name: "Archive Conversation",
    did: "moved old lines of a conversation to an archive",
    instead: "Nothing has to be archived: give Event Recall a limit instead.",
    inputs: conversation,
    outputs: any,
  },
  {
    ...server,
    name: "Facts Count",
    did: "counted the facts known of a speaker",
    instead: "Use Event Recall and count the events in Code instead.",
    inputs: { agent: "string", speaker: "string", ...trigger },
    outputs: any,
  },
  {
    ...server,
    name: "Facts Recall",
    did: "recalled the facts known of a speaker",
    instead: recall,
    inputs: conversation,
    outputs: any,
  },
  {
    ...server,
    name: "Facts Store",
    did: "noted a fact about a speaker",
    instead: store,
    inputs: { ...conversation, fact: "any" },
    outputs: trigger,
  },
  {
    ...server,
    name: "Summarize And Store Facts About Agent",
    did: "had a model find facts about the agent in a conversation, and noted them,",
    instead: factsEvent,
    inputs: about,
    outputs: text,
  },
  {
    ...server,
    name: "Summarize And Store Facts About Speaker",
    did: "had a model find facts about the speaker in a conversation, and noted them,",
    instead: factsEvent,
    inputs: about,
    outputs: text,
  },
  {
    ...vectors,
    name: "Event Recall (Vector DB)",
    aliases: ["Event Recall Weaviate", "Event Recall(Short Term Memory)"],
    did: "recalled events of a conversation",
    instead: recall,
    inputs: event,
    outputs: any,
  },
  {
    ...vectors,
    name: "Event Store (Vector DB)",
    aliases: ["Store Event Weaviate"],
    did: "kept an event of a conversation",
    instead: store,
    inputs: { content: "string", sender: "string", agentid: "string", ...event },
    outputs: trigger,
  },
  {
    ...vectors,
    name: "Event Delete (Vector)",
    aliases: ["EventDelete"],
    did: "deleted events of a conversation",
    instead: "Use Event Delete instead.",
    inputs: { content: "string", ...event },
    outputs: text,
  },
  {
    ...vectors,
    name: "Event QA (Vector DB)",
    aliases: ["Event QA"],
    did: "answered a question from stored events",
    instead: "Use Event Recall, Events to Conversation and Generate Text instead.",
    inputs: { question: "any", agentId: "string", ...trigger },
    outputs: { ...trigger, output: "any" },
  },
];

export const memoryComponents = components.map(retired);
