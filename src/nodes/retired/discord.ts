/** What Magick's Discord plugin did beside taking and sending messages: channels and voice. */
import { type RetiredComponent, retired, type Sockets, trigger } from "./define-retired.ts";

const family = {
  category: "Integrations/Discord",
  through: "a Discord client that stayed connected, which is gone",
};
const list = "Use Request with Discord's API (GET /guilds/{id}/channels) instead.";
const noVoice = "Answer in text instead: there is no voice connection.";
const ofEvent: Sockets = { ...trigger, event: "event" };
const found: Sockets = { ...trigger, output: "array" };

const components: RetiredComponent[] = [
  {
    ...family,
    name: "Discord Text Channels",
    did: "listed the text channels of the server that the event came from",
    instead: list,
    inputs: ofEvent,
    outputs: found,
  },
  {
    ...family,
    name: "Discord Voice Channels",
    did: "listed the voice channels of the server that the event came from",
    instead: list,
    inputs: ofEvent,
    outputs: found,
  },
  {
    ...family,
    name: "Discord List Channels",
    did: "listed the channels of a server",
    instead: list,
    inputs: { string: "string", ...trigger },
    outputs: { ...trigger, output: "string" },
  },
  {
    ...family,
    name: "Discord join voice",
    did: "joined a voice channel",
    instead: noVoice,
    inputs: { ...trigger, channel: "string" },
    outputs: trigger,
  },
  {
    ...family,
    name: "Discord leave voice",
    did: "left a voice channel",
    instead: noVoice,
    inputs: { ...trigger, channel: "string" },
    outputs: trigger,
  },
  {
    ...family,
    name: "Discord Leave voice",
    did: "left the voice channel it was in",
    instead: noVoice,
    inputs: {},
    outputs: { ...trigger, output: "string" },
  },
  {
    ...family,
    name: "Leave Voice Channels In Server",
    did: "left every voice channel of the server that the event came from",
    instead: noVoice,
    inputs: ofEvent,
    outputs: { ...trigger, left: "boolean" },
  },
  {
    ...family,
    name: "Get Voice Channel For Sender",
    did: "found the voice channel that the event's sender was in",
    instead: noVoice,
    inputs: ofEvent,
    outputs: { ...trigger, output: "string" },
  },
];

export const discordComponents = components.map(retired);
