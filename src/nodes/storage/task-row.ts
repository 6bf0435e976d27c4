/** Tasks: entities of type `task`, which wires carry flat, `{id, objective, status, …}`. */
import type { NodeContext } from "../../engine/component.ts";
import { taskData, taskType, type Entity, type NewEntity, type TaskData } from "../../protocol/services.ts";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";
import { failed } from "../inputs.ts";

export const flat = ({ id, data, createdAt }: Entity): JsonObject => ({
  ...data,
  id,
  date: new Date(createdAt).toISOString(),
  ...agentIdOf(data.eventData),
});

const agentIdOf = (event: Json | undefined): JsonObject =>
  isJsonObject(event) && event.agentId !== undefined ? { agentId: event.agentId } : {};

export const rowOf = (task: TaskData): NewEntity => ({ type: taskType, data: task });

/**
 * Changes the task with the id as it is now, in one go with what was there before.
 * @throws SpellError `not_found`, `node_failed` for an entity that is no task
 */
export async function changeTask(
  context: NodeContext,
  id: string,
  change: (task: TaskData) => TaskData,
): Promise<JsonObject> {
  const entity = await askService(context, "entities", (entities, call) => entities.get(call, id));
  const task = taskData.safeParse(entity.data);
  if (entity.type !== taskType || !task.success) throw failed(context, `the entity "${id}" is no task.`);
  const changed = rowOf(change(task.data));
  return flat(await askService(context, "entities", (entities, call) => entities.update(call, id, changed)));
}
