import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";
import { defineComponent, input, output, outputs, trigger } from "../define.ts";
import { storedIn, wrongKind } from "../inputs.ts";
import { eventIn } from "./event.ts";

/** What connectors passed until 2022, by our sockets: its key, and what stood in for a missing one. */
const agentFields: readonly (readonly [socket: string, key: string, usual?: string])[] = [
  ["speaker", "Speaker", "Speaker"],
  ["agent", "Agent", "Agent"],
  ["client", "Client", "Playtest"],
  ["channel", "ChannelID", "TestChannel"],
  ["channelId", "ChannelID", "0"],
  ["entity", "Entity"],
  ["roomInfo", "RoomInfo"],
  ["channel_type", "Channel"],
  ["eth_private_key", "eth_private_key"],
  ["eth_public_address", "eth_public_address"],
];
const eventFields = [
  "content",
  "sender",
  "observer",
  "client",
  "channel",
  "channelType",
  "agentId",
  "entities",
];

/** Its input and its outputs changed twice; the socket that is wired tells. */
export const inputDestructure = defineComponent({
  name: "Input Destructure",
  aliases: [],
  category: "Events",
  help: "Takes apart what a connector gave a spell: from 'agent' (or 'input', in 2022) who speaks to whom and where, with the text as 'output'; from 'event' (2023) the parts of an event. A bare text counts as what was said.",
  inputs: [input("event", "event"), input("agent"), input("input"), trigger()],
  outputs: [
    output("content", "string"),
    output("sender", "string"),
    output("observer", "string"),
    output("client", "string"),
    output("channel", "string"),
    output("channelType", "string"),
    output("agentId", "string"),
    output("entities", "array"),
    output("output"),
    output("speaker", "string"),
    output("agent", "string"),
    output("channelId", "string"),
    output("entity", "string"),
    output("roomInfo", "array"),
    output("channel_type", "string"),
    output("eth_private_key", "string"),
    output("eth_public_address", "string"),
    trigger(),
  ],
  data: z.object({}),
  execute(context) {
    const event = context.value("event");
    if (event !== undefined) return { outputs: parts(partOf(context, "event", event)) };
    const socket = context.value("agent") === undefined ? "input" : "agent";
    const given = context.value(socket);
    if (given === undefined)
      throw new SpellError(
        "missing_input",
        `${context.label} got no value: wire what the spell is given into it.`,
      );
    return { outputs: agentParts(given, partOf(context, socket, given)) };
  },
});

function partOf(context: NodeContext, socket: string, value: Json): JsonObject {
  const event = eventIn(value);
  if (event === undefined) throw wrongKind(context, socket, "a text or an object", value);
  return event;
}

const parts = (event: JsonObject): JsonObject =>
  outputs(Object.fromEntries(eventFields.map((name) => [name, storedIn(event, name)])));

function agentParts(given: Json, agent: JsonObject): JsonObject {
  const found = agentFields.map(([socket, key, usual]): [string, Json | undefined] => [
    socket,
    storedIn(agent, key) ?? usual,
  ]);
  return outputs(Object.fromEntries([["output", storedIn(agent, "Input") ?? given], ...found]));
}
