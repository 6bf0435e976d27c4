/**
 * Components of the prototype of June and July 2021. Its triggers were called `data`; importers call them `trigger`, and a
 * drawing that kept the old name works as well.
 */
import * as z from "zod";
import { json, type JsonObject } from "../../protocol/values.ts";
import { callUserCode } from "../code/user-code.ts";
import { playtestInput } from "../io/playtest-input.ts";
import { type CatalogueEntry, defineComponent, input, needed, output, outputs, trigger } from "../define.ts";

const triggers = [trigger(), trigger("data")];

const data = z.object({ name: z.string().nullish(), text: json.optional() });

const inputWithRun = defineComponent({
  name: "Input With Run",
  aliases: ["Input with run"],
  category: "I/O",
  help: "Starts the spell and gives the run's value of its name, else the text in the node. It had a button that ran the spell.",
  inputs: [],
  outputs: [output("text", "string"), ...triggers],
  role: "input",
  data,
  execute: (context, { text }) => ({
    outputs: outputs({ text: context.runInput(context.node.name ?? "") ?? text }),
  }),
});

const consoleInput = defineComponent({
  name: "Console Input",
  aliases: [],
  category: "I/O",
  help: "Starts the spell and gives what the run brings: the value of this input's name, else, where the run starts here, its first value, else the text in the node.",
  inputs: [],
  outputs: [output("text", "string"), ...triggers],
  role: "input",
  data,
  execute: (context) => playtestInput.execute(context),
});

const consolePrint = defineComponent({
  name: "Console Print",
  aliases: ["Print"],
  category: "I/O",
  help: "A result of the spell, as the console beside the drawing showed it. Fed by several wires it takes that of the branch that fired.",
  inputs: [...triggers, input("text", "any", { required: true })],
  outputs: [output("output")],
  role: "output",
  single: true,
  data: z.object({ name: z.string().nullish() }),
  execute: (context) => ({ outputs: outputs({ output: context.value("text") }) }),
});

const jsStringProcessor = defineComponent({
  name: "JS String Processor",
  aliases: [],
  category: "Code",
  help: "Runs your function (text) => ({…}) in a sandbox; each key of what it returns goes to the output of the same name in small letters.",
  inputs: [input("input", "string", { required: true }), ...triggers],
  outputs: triggers,
  dynamicOutputs: true,
  sandboxed: true,
  data: z.object({ code: z.string() }),
  execute: (context, { code }) =>
    callUserCode(context, code, [needed(context, "input")], (returned) => ({
      outputs: lowered(
        returned,
        context.node.outs.map(([, socket]) => socket),
      ),
    })),
});

/** The editor of that time wrote the names of outputs in small letters, and the keys of what came back after them. */
function lowered(returned: JsonObject, sockets: readonly string[]): JsonObject {
  const byKey = new Map(Object.entries(returned).map(([key, value]) => [key.toLowerCase(), value]));
  return outputs(Object.fromEntries(sockets.map((socket) => [socket, byKey.get(socket.toLowerCase())])));
}

export const prototypeComponents: CatalogueEntry[] = [
  inputWithRun,
  consoleInput,
  consolePrint,
  jsStringProcessor,
];
