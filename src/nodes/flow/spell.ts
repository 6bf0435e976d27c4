import * as z from "zod";
import { SpellError } from "../../protocol/errors.ts";
import { isJsonObject, jsonObject, type JsonObject } from "../../protocol/values.ts";
import { defineComponent, input, trigger } from "../define.ts";

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
/** The engine runs the sub-spell's graph itself. */
const execute = (): never => {
  throw new SpellError("internal", "A Spell node is run by the engine.");
};

export const spell = defineComponent({
  name: "Spell",
  aliases: [],
  category: "Invoke/Spells",
  help: "Runs another spell, by id or name, with this node's inputs; its sockets mirror that spell's inputs, outputs and triggers. Its own 'trigger' fires when that spell is done.",
  inputs: [trigger(), input("event", "event")],
  outputs: [trigger()],
  dynamicInputs: true,
  dynamicOutputs: true,
  role: "spell",
  // Thoth kept the spell's name as its id, Magick first the name, then the id, and for a while `spellName`.
  spellOf: ({ spellId, spell: called, spellName }: JsonObject) =>
    text(spellId) ??
    text(called) ??
    (isJsonObject(called) ? (text(called.id) ?? text(called.name)) : text(spellName)),
  data: z.object({
    spellId: z.string().nullish(),
    spell: z.union([z.string(), jsonObject]).nullish(),
    spellName: z.string().nullish(),
    name: z.string().nullish(),
  }),
  execute,
});

export const moduleNode = defineComponent({
  name: "Module",
  aliases: [],
  category: "Invoke/Spells",
  help: "Runs a spell carried inside this one (2021), starting at the trigger that the wire leads to.",
  inputs: [],
  outputs: [],
  dynamicInputs: true,
  dynamicOutputs: true,
  role: "spell",
  spellOf: (data: JsonObject) => text(data.module),
  data: z.object({ module: z.string().nullish(), name: z.string().nullish() }),
  execute,
});
