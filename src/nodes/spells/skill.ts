import * as z from "zod";
import { isJsonObject, type JsonObject } from "../../protocol/values.ts";
import { defineComponent, input, output, outputs, trigger } from "../define.ts";
import { optionalObject, optionalText, setText, someText } from "../given.ts";
import { defaultInput, firstOf, runByName } from "./run-by-name.ts";

export const skill = defineComponent({
  name: "Skill",
  aliases: [],
  category: "Invoke/Spells",
  status: "needs-service",
  help: "Runs the spell of the name with the task, whose event gets the content where there is one, and gives its first output.",
  inputs: [
    trigger(),
    input("spellName", "string", { required: true }),
    input("content", "string"),
    input("task", "task"),
  ],
  outputs: [trigger(), output("output")],
  data: z.object({}),
  async execute(context) {
    const task = optionalObject(context, "task") ?? {};
    const content = setText(optionalText(context, "content"));
    const given = content === undefined ? task : withContent(task, content);
    const all = await runByName(context, someText(context, "spellName"), { [defaultInput]: given });
    return { outputs: outputs({ output: firstOf(all) }) };
  },
});

const withContent = (task: JsonObject, content: string): JsonObject => ({
  ...task,
  eventData: { ...(isJsonObject(task.eventData) ? task.eventData : {}), content },
});
