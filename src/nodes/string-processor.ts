import * as z from "zod";
import type { NodeContext, NodeOutcome } from "../engine/component.ts";
import type { SandboxResult } from "../engine/sandbox.ts";
import { defineComponent, input, needed, trigger } from "./define.ts";
import { isObject, returnedOutputs } from "./returned.ts";

export const stringProcessor = defineComponent({
  name: "String Processor",
  aliases: [],
  category: "Strings",
  help: "Runs your function (text) => ({…}) in a sandbox; the keys of what it returns go to the outputs of the same names.",
  inputs: [input("input", "string", { required: true }), trigger()],
  outputs: [trigger()],
  dynamicOutputs: true,
  data: z.object({ code: z.string() }),
  execute(context, data) {
    const called = context.sandbox.call({
      code: data.code,
      args: [needed(context, "input")],
      label: context.label,
    });
    return called instanceof Promise
      ? called.then((result) => outcomeOf(context, result))
      : outcomeOf(context, called);
  },
});

const outcomeOf = (context: NodeContext, { value, logs }: SandboxResult): NodeOutcome =>
  isObject(value) ? { outputs: returnedOutputs(context, value), logs } : { logs };
