import * as z from "zod";
import type { Json } from "../../protocol/values.ts";
import { bounded } from "../bounds.ts";
import { defineComponent, flattened, input, output, trigger } from "../define.ts";

export const eventRestructure = defineComponent({
  name: "Event Restructure",
  aliases: [],
  category: "Storage/Events",
  help: "Puts an event together from its parts; those without a wire are left out. An agentId of digits becomes a number.",
  inputs: [
    input("content", "string"),
    input("sender", "string"),
    input("observer", "string"),
    input("client", "string"),
    input("channelType", "string"),
    input("rawData", "string"),
    input("projectId", "string"),
    input("channel", "string"),
    input("connector", "string"),
    input("entities", "array"),
    input("agentId", "string"),
    trigger(),
  ],
  outputs: [trigger(), output("output", "event")],
  data: z.object({}),
  execute(context) {
    const parts = Object.entries(flattened(context)).map(([name, value]): [string, Json] => [
      name,
      name === "agentId" ? numbered(value) : value,
    ]);
    return { outputs: { output: bounded(context, Object.fromEntries(parts)) } };
  },
});

/** Ids were numbers until they became UUIDs, of which the original kept the digits in front. */
const numbered = (id: Json): Json =>
  typeof id === "string" && /^\s*-?\d{1,15}\s*$/.test(id) ? Number(id) : id;
