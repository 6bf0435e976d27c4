import * as z from "zod";
import { askService } from "../ask-service.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { someText } from "../given.ts";

/** As many events of one content are looked through for one with an embedding. */
const looked = 20;

export const findTextEmbedding = defineComponent({
  name: "Find Text Embedding",
  aliases: ["Get Cached Embedding"],
  category: "Storage/Embeddings",
  status: "needs-service",
  help: "Looks for an embedding of exactly this text among the events in memory. Fires 'success' with it, else 'failure', behind which it can be made.",
  inputs: [input("content", "string", { required: true }), trigger()],
  outputs: [trigger("success"), trigger("failure"), output("embedding", "embedding")],
  data: z.object({}),
  async execute(context) {
    const content = someText(context, "content");
    const { data } = await askService(context, "events", (events, call) =>
      events.find(call, { content, $sort: { date: -1 }, $limit: looked }),
    );
    const embedding = data.find((event) => event.embedding !== undefined)?.embedding;
    return embedding === undefined ? { fired: ["failure"] } : { fired: ["success"], outputs: { embedding } };
  },
});
