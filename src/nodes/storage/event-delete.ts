import * as z from "zod";
import { askService } from "../ask-service.ts";
import { defineComponent, input, trigger } from "../define.ts";
import { idOf } from "./ids.ts";

export const eventDelete = defineComponent({
  name: "Event Delete",
  aliases: [],
  category: "Storage/Events",
  status: "needs-service",
  help: "Removes the event from memory, by its 'id'.",
  inputs: [trigger(), input("event", "object", { required: true })],
  outputs: [trigger()],
  data: z.object({}),
  async execute(context) {
    const id = idOf(context, "event");
    await askService(context, "events", (events, call) => events.remove(call, id));
    return {};
  },
});
