import * as z from "zod";
import { defineComponent, output, outputs, trigger } from "../define.ts";
import { missingInput } from "../io/missing-input.ts";
import { broughtObject } from "./source.ts";

export const eventIn = defineComponent({
  name: "Event In",
  aliases: [],
  category: "I/O",
  help: "While the spell is played: starts a run with each event that is recorded for you, of the type, channel, sender and agent that the node names; what it leaves out may be anything. Gives the event and its content.",
  inputs: [],
  outputs: [trigger(), output("event", "event"), output("content", "string")],
  role: "source",
  data: z.object({
    name: z.string().nullish(),
    type: z.string().max(2000).nullish(),
    channel: z.string().max(2000).nullish(),
    sender: z.string().max(2000).nullish(),
    agentId: z.string().max(2000).nullish(),
  }),
  source: () => ({ kind: "event" }),
  execute(context) {
    const event = broughtObject(context);
    if (Object.keys(event).length === 0) throw missingInput(context, context.node.name ?? context.node.id);
    return { outputs: outputs({ event, content: event.content }) };
  },
});
