import * as z from "zod";
import type { Json } from "../../protocol/values.ts";
import { bounded } from "../bounds.ts";
import { defineComponent, flattened, input, output, outputs, trigger } from "../define.ts";

/** The parts of 2022, by socket, and what connectors called them. */
const agentKeys = new Map([
  ["input", "Input"],
  ["speaker", "Speaker"],
  ["agent", "Agent"],
  ["client", "Client"],
  ["channel", "ChannelID"],
  ["entity", "Entity"],
  ["roomInfo", "RoomInfo"],
  ["eth_private_key", "eth_private_key"],
  ["eth_public_address", "eth_public_address"],
]);
/** These were sockets in both years. */
const shared = new Set(["client", "entity"]);

export const inputRestructure = defineComponent({
  name: "Input Restructure",
  aliases: [],
  category: "Events",
  help: "Puts together what a connector gives a spell: with wires into input, speaker, agent, channel or roomInfo as in 2022 (Input, Speaker, Agent, …), else an event with the parts under their own names.",
  inputs: [
    input("content", "string"),
    input("sender", "string"),
    input("observer", "string"),
    input("client", "string"),
    input("channelType", "string"),
    input("entity", "string"),
    input("entities", "array"),
    input("speaker", "string"),
    input("agent", "string"),
    input("channel", "string"),
    input("roomInfo", "array"),
    input("eth_private_key", "string"),
    input("eth_public_address", "string"),
    input("input", "string"),
    trigger(),
  ],
  outputs: [trigger(), output("output", "event")],
  data: z.object({}),
  execute(context) {
    const given = flattened(context);
    const isOfAgent = context.connected.some((name) => agentKeys.has(name) && !shared.has(name));
    const parts = Object.entries(given).flatMap(([name, value]): [string, Json][] => {
      const key = isOfAgent ? agentKeys.get(name) : name;
      return key === undefined ? [] : [[key, value]];
    });
    return { outputs: { output: bounded(context, outputs(Object.fromEntries(parts))) } };
  },
});
