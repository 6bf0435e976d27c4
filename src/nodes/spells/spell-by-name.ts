import * as z from "zod";
import { defineComponent, input, output, outputs, trigger } from "../define.ts";
import { optionalObject, someText } from "../given.ts";
import { defaultInput, firstOf, runByName } from "./run-by-name.ts";

export const spellByName = defineComponent({
  name: "Spell By Name",
  aliases: [],
  category: "Invoke/Spells",
  status: "needs-service",
  help: "Runs the spell of the name (or id) that the wire brings, with the event as its 'Input - Default' and the keys of 'inputs' as its others; gives all its outputs as an object, and the first as 'output'.",
  inputs: [
    trigger(),
    input("spellName", "string", { required: true }),
    input("event", "event"),
    input("inputs", "object"),
  ],
  outputs: [trigger(), output("outputs", "object"), output("output")],
  data: z.object({}),
  async execute(context) {
    const event = context.value("event");
    const given = {
      ...(event === undefined ? {} : { [defaultInput]: event }),
      ...optionalObject(context, "inputs"),
    };
    const all = await runByName(context, someText(context, "spellName"), given);
    return { outputs: outputs({ outputs: all, output: firstOf(all) }) };
  },
});
