import * as z from "zod";
import { json } from "../../protocol/values.ts";
import { defineComponent, output, outputs, trigger } from "../define.ts";
import { missingInput } from "../io/missing-input.ts";
import { broughtObject } from "./source.ts";

export const spellIn = defineComponent({
  name: "Spell In",
  aliases: [],
  category: "I/O",
  help: "While the spell is played: starts a run with each value that a Spell Out of another spell sends to this node's name. Gives the value and the id of the run that sent it. The default stands in for a run that somebody starts by hand.",
  inputs: [],
  outputs: [trigger(), output("value"), output("runId", "string")],
  role: "source",
  data: z.object({ name: z.string().nullish(), defaultValue: json.optional() }),
  source: () => ({ kind: "spell" }),
  execute(context, { defaultValue }) {
    const { value = defaultValue, runId } = broughtObject(context);
    if (value === undefined) throw missingInput(context, context.node.name ?? context.node.id);
    return { outputs: outputs({ value, runId }) };
  },
});
