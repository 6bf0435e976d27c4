import * as z from "zod";
import { joined } from "../bounds.ts";
import { defineComponent, flattened, output, trigger } from "../define.ts";
import { storedText, textIn } from "../schemas.ts";
import { textOf } from "../text.ts";

export const combineText = defineComponent({
  name: "Combine Text",
  aliases: [],
  category: "Data/Text",
  help: "Puts the texts of all inputs one after the other, in the order of the sockets, with the delimiter between them.",
  inputs: [trigger()],
  outputs: [trigger(), output("output", "string")],
  dynamicInputs: true,
  data: z.object({ delimiter: storedText }),
  execute(context, { delimiter }) {
    const parts = Object.values(flattened(context)).map(textOf);
    return { outputs: { output: joined(context, parts, textIn(delimiter)) } };
  },
});
