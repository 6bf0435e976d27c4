import * as z from "zod";
import { isJsonObject } from "../../protocol/values.ts";
import { defineComponent, output, outputs, trigger } from "../define.ts";

export const waitForWebhook = defineComponent({
  name: "Wait for Webhook",
  aliases: [],
  category: "I/O",
  help: "Waits until somebody posts to its address, hours if need be; a Webhook Address of the same name tells which that is. Gives the body, the query and the headers of the call. Without one in time it fails, or fires 'error' where that is wired.",
  inputs: [trigger()],
  outputs: [
    trigger(),
    output("body"),
    output("query", "object"),
    output("headers", "object"),
    trigger("error"),
  ],
  data: z.object({
    name: z.string().max(300).default("webhook"),
    /** Without a call for that long the node fails with `node_timeout`. */
    timeoutMs: z.number().int().positive().max(2_000_000_000).nullish(),
  }),
  execute: (context, { name, timeoutMs }) => ({
    waiting: {
      prompt: { webhook: { name, address: context.callback(name) } },
      ...(timeoutMs == null ? {} : { until: context.now + timeoutMs }),
    },
  }),
  // An answer over a connection has what its sender likes: a call's parts, or anything, which is the body then.
  answered(_context, _data, answer) {
    const { body = answer, query = {}, headers = {} } = isJsonObject(answer) ? answer : {};
    return { outputs: outputs({ body, query, headers }), fired: ["trigger"] };
  },
});
