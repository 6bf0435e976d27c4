import * as z from "zod";
import { bounded } from "../bounds.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { neededText, wrongKind } from "../inputs.ts";
import { isOn, storedFlag, storedText } from "../schemas.ts";

export const commandParser = defineComponent({
  name: "Command Parser",
  aliases: [],
  category: "Flow",
  help: "Splits a text such as '/roll 2 6' at the blanks into the command 'roll' and its arguments. What does not begin with the starter ('/' unless set) is no command; nor is, where the list is to be used and wired, what is not in it.",
  inputs: [trigger(), input("command", "string", { required: true }), input("commandList", "array")],
  outputs: [trigger(), output("command", "string"), output("args", "array"), output("isCommand", "boolean")],
  data: z.object({ commandStarter: storedText, useCheckList: storedFlag }),
  execute(context, { commandStarter, useCheckList }) {
    const text = neededText(context, "command");
    const starter = String(commandStarter ?? "/");
    if (!text.startsWith(starter)) return { outputs: { command: "", args: [], isCommand: false } };
    const [command = "", ...args] = bounded(context, text.slice(starter.length).split(" "));
    const list = isOn(useCheckList) ? (context.value("commandList") ?? undefined) : undefined;
    if (list !== undefined && !Array.isArray(list)) throw wrongKind(context, "commandList", "a list", list);
    return { outputs: { command, args, isCommand: list === undefined || list.includes(command) } };
  },
});
