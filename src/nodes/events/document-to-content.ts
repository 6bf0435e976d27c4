import * as z from "zod";
import { joined } from "../bounds.ts";
import { defineComponent, input, needed, output, trigger } from "../define.ts";
import { storedIn, wrongKind } from "../inputs.ts";
import { textOf } from "../text.ts";
import { eventIn } from "./event.ts";
import { rowsOf } from "./rows.ts";

export const documentToContent = defineComponent({
  name: "Document to Content",
  aliases: [],
  category: "Storage/Events",
  help: "Writes the contents of documents one below the other.",
  inputs: [trigger(), input("documents", "document", { required: true })],
  outputs: [trigger(), output("content", "string")],
  data: z.object({}),
  execute(context) {
    const contents = rowsOf(needed(context, "documents")).map((row) => {
      const document = eventIn(row);
      if (document === undefined) throw wrongKind(context, "documents", "a list of documents", row);
      return `${textOf(storedIn(document, "content"))}\n`;
    });
    return { outputs: { content: joined(context, contents, "") } };
  },
});
