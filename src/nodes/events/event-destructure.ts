import * as z from "zod";
import { defineComponent, input, output, outputs, trigger } from "../define.ts";
import { storedIn } from "../inputs.ts";
import { eventFields, neededEvent } from "./event.ts";

export const eventDestructure = defineComponent({
  name: "Event Destructure",
  aliases: [],
  category: "Storage/Events",
  help: "Takes an event apart: its content, sender, observer and so on, each on its output. A bare text counts as the content.",
  inputs: [input("event", "event", { required: true }), trigger()],
  outputs: [...eventFields.map(([name, type]) => output(name, type)), trigger()],
  data: z.object({}),
  execute(context) {
    const event = neededEvent(context, "event");
    return {
      outputs: outputs(Object.fromEntries(eventFields.map(([name]) => [name, storedIn(event, name)]))),
    };
  },
});
