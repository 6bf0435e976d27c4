/** Conversations as the server of early 2022 kept them: lines by agent, speaker, client and channel. Now they are events. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import type { NewEvent } from "../../protocol/services.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { countSetting, optionalText, setText } from "../given.ts";
import { neededText } from "../inputs.ts";
import { storedNumber } from "../schemas.ts";
import { linesOf, recall } from "./event-recall.ts";

const type = "conversation";
const sockets = [
  input("agent", "string", { required: true }),
  input("speaker", "string", { required: true }),
  input("client", "string"),
  input("channel", "string"),
];

function placeOf(context: NodeContext): { observer: string; client?: string; channel?: string } {
  const client = optionalText(context, "client");
  const channel = optionalText(context, "channel");
  return {
    observer: neededText(context, "agent"),
    ...(client === undefined ? {} : { client }),
    ...(channel === undefined ? {} : { channel }),
  };
}

export const conversationRecall = defineComponent({
  name: "Conversation Recall",
  aliases: [],
  category: "Storage/Events",
  status: "needs-service",
  help: "Gives the latest lines of the agent's conversation in the channel as text, one 'sender: text' a line, oldest first.",
  inputs: [...sockets, trigger()],
  outputs: [output("output", "string"), trigger()],
  data: z.object({ max_count: storedNumber }),
  async execute(context, data) {
    const limit = countSetting(context, "max_count", data.max_count, 10);
    const { events } = await recall(context, { type, ...placeOf(context), limit });
    return { outputs: { output: linesOf(events) } };
  },
});

export const conversationStore = defineComponent({
  name: "Conversation Store",
  aliases: [],
  category: "Storage/Events",
  status: "needs-service",
  help: "Keeps what the speaker said ('convs') and what the agent answered ('conva') in the agent's conversation in the channel.",
  inputs: [...sockets, input("convs", "string"), input("conva", "string"), trigger()],
  outputs: [trigger()],
  data: z.object({}),
  async execute(context) {
    const place = placeOf(context);
    const lines: [string, string | undefined][] = [
      [neededText(context, "speaker"), setText(optionalText(context, "convs"))],
      [place.observer, setText(optionalText(context, "conva"))],
    ];
    for (const [sender, content] of lines) {
      if (content === undefined) continue;
      const event: NewEvent = { ...place, type, sender, content };
      await askService(context, "events", (events, call) => events.record(call, event));
    }
    return {};
  },
});
