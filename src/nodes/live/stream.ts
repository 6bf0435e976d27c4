import * as z from "zod";
import { defineComponent, output, trigger } from "../define.ts";

export const stream = defineComponent({
  name: "Stream",
  aliases: [],
  category: "I/O",
  help: "Takes values that are pushed from outside to its name: fires 'item' for each, one after the other, with the value and its place; 'done' when the stream is closed.",
  inputs: [trigger()],
  outputs: [trigger("item"), output("value"), output("index", "number"), trigger("done")],
  each: ["item"],
  data: z.object({ name: z.string().nullish() }),
  execute: () => ({ stream: "pushed" }),
});
