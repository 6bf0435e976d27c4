import * as z from "zod";
import { joined } from "../bounds.ts";
import { defineComponent, input, needed, output, trigger } from "../define.ts";
import { storedIn, wrongKind } from "../inputs.ts";
import { textOf } from "../text.ts";
import { eventIn } from "./event.ts";
import { rowsOf } from "./rows.ts";

export const eventsToConversation = defineComponent({
  name: "Events to Conversation",
  aliases: [],
  category: "Storage/Events",
  help: "Writes events as a conversation for a prompt, one 'sender: content' a line, in their order.",
  inputs: [trigger(), input("events", "array", { required: true })],
  outputs: [trigger(), output("conversation", "string")],
  data: z.object({}),
  execute(context) {
    const lines = rowsOf(needed(context, "events")).map((row) => {
      const event = eventIn(row);
      if (event === undefined) throw wrongKind(context, "events", "a list of events", row);
      const sender = textOf(storedIn(event, "sender"));
      const content = textOf(storedIn(event, "content"));
      return sender === "" ? `${content}\n` : `${sender}: ${content}\n`;
    });
    return { outputs: { conversation: joined(context, lines, "") } };
  },
});
