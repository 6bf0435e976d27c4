import * as z from "zod";
import { sessionName } from "../../protocol/spell.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, input, needed, output, outputs, trigger } from "../define.ts";

export const spellOut = defineComponent({
  name: "Spell Out",
  aliases: [],
  category: "I/O",
  status: "needs-service",
  help: "Sends a value to the Spell In called 'source' (its only one, when empty) of another spell of yours that is played: that one runs with it, by itself. Fails where it is paused or takes no more.",
  inputs: [trigger(), input("value", "any", { required: true })],
  outputs: [trigger(), output("runId", "string"), trigger("error")],
  data: z.object({
    /** Id, else the name, of the other spell. */
    spell: z.string().min(1).max(300),
    source: z.string().max(300).nullish(),
    session: sessionName.nullish(),
  }),
  async execute(context, { spell, source, session }) {
    const { runId } = await askService(context, "spells", (spells, call) =>
      spells.push(call, {
        spell,
        value: needed(context, "value"),
        ...(source == null || source === "" ? {} : { source }),
        ...(session == null ? {} : { session }),
      }),
    );
    return { outputs: outputs({ runId }), fired: ["trigger"] };
  },
});
