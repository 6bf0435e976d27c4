import * as z from "zod";
import type { NodeContext, NodeOutcome } from "../../engine/component.ts";
import type { Recalled, RecallRequest } from "../../protocol/services.ts";
import type { Json } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { neededEvent } from "../events/event.ts";
import { countSetting, optionalVector } from "../given.ts";
import { storedNumber } from "../schemas.ts";
import { circumstancesOf, typeOf, type Circumstances } from "./event-row.ts";
import { agentOf } from "./store-event.ts";

export const recall = (context: NodeContext, request: RecallRequest): Promise<Recalled> =>
  askService(context, "events", (events, call) => events.recall(call, request));

/** Which of the event's circumstances a recalled one must share, by `filterBy`. */
const filters: Readonly<Record<string, readonly (keyof Circumstances)[]>> = {
  "Channel And Sender": ["sender", "observer", "client", "channel"],
  "All In Channel": ["observer", "client", "channel"],
  "All From Sender": ["sender", "client"],
  "All From Connector": ["connector", "client"],
  All: ["client"],
};
/** Nodes from before there was a choice remember everybody in the channel. */
const byDefault = "All In Channel";

const mostRecent = "Most Recent";

export const eventRecall = defineComponent({
  name: "Event Recall",
  aliases: [],
  category: "Storage/Events",
  status: "needs-service",
  help: "Gives the latest events of the type that share the event's channel, sender or connector ('filterBy'), oldest first. With an embedding it gives those nearest to it, unless the mode is 'Most Recent'.",
  inputs: [
    trigger(),
    input("event", "event"),
    input("type", "string"),
    input("embedding", "embedding"),
    // Of 2022.
    input("agent", "object"),
  ],
  outputs: [output("events", "array"), trigger(), output("output", "string")],
  data: z.object({
    name: z.string().nullish(),
    type: z.string().nullish(),
    max_count: storedNumber,
    filterBy: z.string().nullish(),
    mode: z.string().nullish(),
  }),
  async execute(context, data): Promise<NodeOutcome> {
    const type = typeOf(context, data.type);
    const limit = countSetting(context, "max_count", data.max_count, 10);
    if (context.connected.includes("agent") && !context.connected.includes("event")) {
      const { name, place } = agentOf(context);
      const { events } = await recall(context, { type, observer: name, ...place, limit });
      return told(events);
    }
    const known = circumstancesOf(context, neededEvent(context, "event"));
    const wanted = filters[data.filterBy ?? byDefault] ?? filters[byDefault] ?? [];
    const shared = Object.fromEntries(
      wanted.flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]]])),
    );
    const embedding = data.mode === mostRecent ? undefined : optionalVector(context, "embedding");
    const { events } = await recall(context, {
      type,
      ...shared,
      limit,
      ...(embedding === undefined ? {} : { embedding }),
    });
    return told(events);
  },
});

/** As rows, and as the lines that 2022 gave. */
const told = (events: Recalled["events"]): NodeOutcome => ({
  outputs: { events: events as Json[], output: linesOf(events) },
});

export const linesOf = (events: Recalled["events"]): string =>
  events.map(({ sender, content }) => `${sender ?? ""}: ${content}`).join("\n");
