import * as z from "zod";
import { defineComponent, output, outputs, trigger } from "../define.ts";
import { broughtObject } from "./source.ts";

export const webhookIn = defineComponent({
  name: "Webhook In",
  aliases: [],
  category: "I/O",
  help: "While the spell is played: starts a run with each POST to its address, which the runner tells. Gives the body (JSON, a form's fields, or text), the query and the headers. 'reply' says what the sender gets: 'accepted' at once, or the run's 'outputs'.",
  inputs: [],
  outputs: [trigger(), output("body"), output("query", "object"), output("headers", "object")],
  role: "source",
  data: z.object({
    name: z.string().nullish(),
    reply: z.enum(["accepted", "outputs"]).default("accepted"),
  }),
  source: ({ reply }) => ({ kind: "webhook", reply }),
  execute(context) {
    const { body = null, query = {}, headers = {} } = broughtObject(context);
    return { outputs: outputs({ body, query, headers }) };
  },
});
