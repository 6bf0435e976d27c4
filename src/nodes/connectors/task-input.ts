import * as z from "zod";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";
import { SpellError } from "../../protocol/errors.ts";
import { defineComponent, output, trigger } from "../define.ts";
import { parsedJson } from "../given.ts";
import { missingInput } from "../io/missing-input.ts";

export const taskInput = defineComponent({
  name: "Task Input",
  aliases: [],
  category: "I/O",
  help: "Starts the spell with a task: gives the run's event as 'output' and the task that it carries (its 'agentTask', or the event itself where it is a task) as 'agentTask'.",
  inputs: [],
  outputs: [output("output", "event"), trigger(), output("agentTask", "task")],
  role: "input",
  data: z.object({ name: z.string().nullish(), taskType: z.string().nullish() }),
  execute(context) {
    const name = context.node.name ?? "";
    const [first] = Object.values(context.runInputs);
    const brought = context.runInput(name) ?? first;
    if (brought === undefined) throw missingInput(context, name);
    const event = typeof brought === "string" ? parsedJson(brought) : brought;
    if (!isJsonObject(event)) throw noTask(context.label);
    const { agentTask, ...rest } = event;
    const task = isJsonObject(agentTask) ? agentTask : taskIn(rest);
    if (task === undefined) throw noTask(context.label);
    return { outputs: { output: rest, agentTask: task } };
  },
});

/** Tasks have an objective; events have not. */
const taskIn = (value: JsonObject): Json | undefined =>
  typeof value.objective === "string" ? value : undefined;

const noTask = (label: string): SpellError =>
  new SpellError(
    "bad_request",
    `${label}: the run must bring an event with a task as "agentTask", or a task.`,
  );
