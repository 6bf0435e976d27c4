import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { isJsonObject } from "../../protocol/values.ts";
import { defineComponent, input, needed, output, trigger } from "../define.ts";
import { optionalObject, setText } from "../given.ts";
import { wrongKind } from "../inputs.ts";
import { runByName } from "./run-by-name.ts";

export const runSpell = defineComponent({
  name: "Run Spell",
  aliases: [],
  category: "Invoke/Spells",
  status: "needs-service",
  help: "Runs the spell on the wire (an object with its id or name, or the name itself) with the inputs, and gives all its outputs as an object.",
  inputs: [input("spell", "object", { required: true }), input("inputs", "object"), trigger()],
  outputs: [trigger(), output("output", "object")],
  data: z.object({}),
  async execute(context) {
    return {
      outputs: {
        output: await runByName(context, spellOf(context), optionalObject(context, "inputs") ?? {}),
      },
    };
  },
});

function spellOf(context: NodeContext): string {
  const spell = needed(context, "spell");
  const name = isJsonObject(spell) ? (setText(spell.id) ?? setText(spell.name)) : setText(spell);
  if (name !== undefined) return name;
  throw wrongKind(context, "spell", 'a spell (an object with an "id" or a "name") or the name of one', spell);
}
