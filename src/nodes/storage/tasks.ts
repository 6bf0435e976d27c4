/** Tasks of agents: made, worked on step by step, ended, remembered. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { taskType, type Query, type TaskData } from "../../protocol/services.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, input, output, outputs, trigger, type CatalogueEntry } from "../define.ts";
import { eventFields, neededEvent } from "../events/event.ts";
import { countSetting, givenObject, optionalObject, optionalText, setText, someText } from "../given.ts";
import { failed } from "../inputs.ts";
import { storedNumber } from "../schemas.ts";
import { circumstancesOf } from "./event-row.ts";
import { idOf } from "./ids.ts";
import { changeTask, flat, rowOf } from "./task-row.ts";

const category = "Storage/Tasks";
const task = input("task", "task", { required: true });

export const createTask = defineComponent({
  name: "Create Task",
  aliases: [],
  category,
  status: "needs-service",
  help: "Makes an active task of the objective, for the agent of the event, and gives it.",
  inputs: [
    input("objective", "string", { required: true }),
    trigger(),
    input("event", "event", { required: true }),
  ],
  outputs: [trigger(), output("task", "task")],
  data: z.object({ type: z.string().nullish() }),
  async execute(context, { type }) {
    const row = rowOf({
      objective: someText(context, "objective"),
      type: setText(type) ?? "task",
      status: "active",
      eventData: neededEvent(context, "event"),
      steps: [],
    });
    const made = await askService(context, "entities", (entities, call) => entities.create(call, row));
    return { outputs: { task: flat(made) } };
  },
});

export const storeTask = defineComponent({
  name: "Store Task",
  aliases: [],
  category,
  status: "needs-service",
  help: "Keeps the task, its content and sender replaced by those given (2023-04; 'Create Task' took its place).",
  inputs: [
    input("content", "string"),
    input("sender", "string"),
    task,
    input("embedding", "embedding"),
    trigger(),
  ],
  outputs: [trigger()],
  data: z.object({ name: z.string().nullish(), type: z.string().nullish() }),
  async execute(context, { type }) {
    const event = givenObject(context, "task");
    const content = setText(optionalText(context, "content")) ?? setText(event.content);
    const sender = optionalText(context, "sender");
    if (content === undefined) throw failed(context, `neither "content" nor the task has a text.`);
    const row = rowOf({
      objective: content,
      type: setText(type)?.toLowerCase().trim() ?? "none",
      status: "active",
      eventData: { ...event, content, ...(sender === undefined ? {} : { sender }) },
      steps: [],
    });
    await askService(context, "entities", (entities, call) => entities.create(call, row));
    return {};
  },
});

const ended = (name: string, status: TaskData["status"], help: string): CatalogueEntry =>
  defineComponent({
    name,
    aliases: [],
    category,
    status: "needs-service",
    help,
    inputs: [trigger(), task],
    outputs: [trigger(), output("task", "task")],
    data: z.object({}),
    async execute(context) {
      const changed = await changeTask(context, idOf(context, "task"), (before) => ({ ...before, status }));
      return { outputs: { task: changed } };
    },
  });

export const cancelTask = ended("Cancel Task", "cancelled", "Marks the task as cancelled, and gives it.");
export const completeTask = ended("Complete Task", "completed", "Marks the task as completed, and gives it.");

export const deleteTask = defineComponent({
  name: "Delete Task",
  aliases: [],
  category,
  status: "needs-service",
  help: "Removes the task from the store, by its id.",
  inputs: [trigger(), task],
  outputs: [trigger()],
  data: z.object({}),
  async execute(context) {
    const id = idOf(context, "task");
    await askService(context, "entities", (entities, call) => entities.remove(call, id));
    return {};
  },
});

const stepParts = ["reasoning", "skill", "result", "success", "reflection"];

export const finishTaskStep = defineComponent({
  name: "Finish Task Step",
  aliases: [],
  category,
  status: "needs-service",
  help: "Adds a step to the task (why, with which skill, what came of it), and gives the task.",
  inputs: [
    trigger(),
    ...stepParts.map((part) => input(part, "string")),
    input("agentTask", "task", { required: true }),
  ],
  outputs: [trigger(), output("agentTask", "task")],
  data: z.object({}),
  async execute(context) {
    const step = outputs(Object.fromEntries(stepParts.map((part) => [part, optionalText(context, part)])));
    const changed = await changeTask(context, idOf(context, "agentTask"), (before) => ({
      ...before,
      steps: [...before.steps, step],
    }));
    return { outputs: { agentTask: changed } };
  },
});

export const taskRecall = defineComponent({
  name: "Task Recall",
  aliases: [],
  category,
  status: "needs-service",
  help: "Gives the latest tasks of the node's type that share observer, client and channel with the task or event, oldest first. An embedding changes nothing: tasks have none.",
  inputs: [input("task", "task"), input("embedding", "embedding"), trigger()],
  outputs: [output("tasks", "array"), trigger()],
  data: z.object({ name: z.string().nullish(), type: z.string().nullish(), max_count: storedNumber }),
  async execute(context, data) {
    const type = setText(data.type)?.trim();
    const query: Query = {
      type: taskType,
      ...(type === undefined ? {} : { "data.type": type }),
      ...sharedWith(context),
      $sort: { createdAt: -1 },
      $limit: countSetting(context, "max_count", data.max_count, 10),
    };
    const found = await askService(context, "entities", (entities, call) => entities.find(call, query));
    return { outputs: { tasks: found.data.map(flat).toReversed() } };
  },
});

/** Where the task's event happened, as conditions on other tasks' events. */
function sharedWith(context: NodeContext): Query {
  const known = optionalObject(context, "task");
  if (known === undefined) return {};
  const { observer, client, channel } = circumstancesOf(context, eventOf(known));
  const wanted = { observer, client, channel };
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([name, value]) =>
      value === undefined ? [] : [[`data.eventData.${name}`, value]],
    ),
  );
}

/** A task's event, which early tasks were themselves. */
function eventOf(known: JsonObject): JsonObject {
  const { eventData } = known;
  return typeof eventData === "object" && eventData !== null && !Array.isArray(eventData) ? eventData : known;
}

const notOfTasks = new Set(["connector", "embedding"]);
const fields = eventFields.filter(([name]) => !notOfTasks.has(name));

export const taskDestructure = defineComponent({
  name: "Task Destructure",
  aliases: [],
  category,
  help: "Takes the event of the task apart, into content, sender, observer and so on. The content of a task without one is its objective.",
  inputs: [task, trigger()],
  outputs: [...fields.map(([name, type]) => output(name, type)), trigger()],
  data: z.object({}),
  execute(context) {
    const whole = givenObject(context, "task");
    const event = eventOf(whole);
    const parts: Record<string, Json | undefined> = Object.fromEntries(
      fields.map(([name]) => [name, Object.hasOwn(event, name) ? event[name] : undefined]),
    );
    return { outputs: outputs({ ...parts, content: parts.content ?? whole.objective }) };
  },
});
