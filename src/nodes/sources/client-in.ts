import * as z from "zod";
import { json } from "../../protocol/values.ts";
import { defineComponent, output, outputs, trigger } from "../define.ts";
import { missingInput } from "../io/missing-input.ts";
import { brought } from "./source.ts";

export const clientIn = defineComponent({
  name: "Client In",
  aliases: [],
  category: "I/O",
  help: "While the spell is played: starts a run with each value that a connection pushes to this node's name. The default stands in for a run that somebody starts by hand without a value.",
  inputs: [],
  outputs: [trigger(), output("value")],
  role: "source",
  data: z.object({ name: z.string().nullish(), defaultValue: json.optional() }),
  source: () => ({ kind: "client" }),
  execute(context, { defaultValue }) {
    const fired = brought(context);
    const value = fired === undefined ? defaultValue : fired;
    if (value === undefined) throw missingInput(context, context.node.name ?? context.node.id);
    return { outputs: outputs({ value }) };
  },
});
